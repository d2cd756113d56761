"""The section `store:` of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from streams.records import Record


class StoreSettings(Record):
    """Where incidents are kept, and what else for how many days."""

    path: Path = Path("var/palovahti.db")
    url: SecretStr | None = None
    password: SecretStr | None = None
    text_days: int = Field(default=90, ge=1, description="texts and authors of mentions")
    pulse_days: int = Field(default=400, ge=1, description="measured rates")
    seen_days: int = Field(default=7, ge=1, description="ids of mentions, to know duplicates")

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            from alerts.store.postgres.address import conninfo  # noqa: PLC0415  only who uses it loads psycopg

            conninfo(url.get_secret_value())
        return url

    @model_validator(mode="after")
    def _check_one_place(self) -> Self:
        if self.url and "path" in self.model_fields_set:
            raise ValueError("path and url are two places; keep path for SQLite, or url for PostgreSQL")
        if self.password and not self.url:
            raise ValueError("password belongs to url; add url: postgresql://USER@HOST/DATABASE")
        return self
