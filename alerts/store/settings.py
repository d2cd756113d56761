"""The section `store:` of the configuration."""

from __future__ import annotations

from pathlib import Path

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

    @model_validator(mode="before")
    @classmethod
    def _check_one_place(cls, given: object) -> object:
        """As it was written: a default path beside an address is no second place."""
        if isinstance(given, dict):
            if given.get("url") and given.get("path"):
                raise ValueError("path and url are two places; keep path for SQLite, or url for PostgreSQL")
            if given.get("password") and not given.get("url"):
                raise ValueError("password belongs to url; add url: postgresql://USER@HOST/DATABASE")
        return given
