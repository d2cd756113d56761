"""How to reach the broker, and how its streams are laid out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, model_validator

from streams.records import Record

Security = Literal["plaintext", "tls", "sasl_plaintext", "sasl_tls"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Address = Annotated[str, Field(pattern=r"^[^\s:/]+:\d{1,5}$|^\[[0-9A-Fa-f:.]+\]:\d{1,5}$")]
PROTOCOLS: Final[dict[Security, str]] = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl_plaintext": "SASL_PLAINTEXT",
    "sasl_tls": "SASL_SSL",
}


class KafkaSettings(Record):
    """Which broker, which streams. Only `palovahti worker` and `palovahti streams` ask for it."""

    bootstrap: tuple[Address, ...] = Field(default=("127.0.0.1:9092",), min_length=1)
    prefix: str = Field(default="palovahti.", pattern=r"^[A-Za-z0-9._-]{0,64}$")
    partitions: int = Field(default=6, ge=1, le=1024)
    replication: int | None = Field(default=None, ge=1, le=9)
    source: str = Field(default="urn:palovahti", min_length=1, max_length=200)
    security: Security = "plaintext"
    tls_ca_file: Path | None = None
    tls_certificate_file: Path | None = None
    tls_key_file: Path | None = None
    tls_key_password: SecretStr | None = None
    sasl_mechanism: Mechanism = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None

    @model_validator(mode="after")
    def _has_what_security_needs(self) -> KafkaSettings:
        if self.security.startswith("sasl") and (not self.sasl_username or self.sasl_password is None):
            raise ValueError(f"security {self.security} needs sasl_username and sasl_password; add them")
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_certificate_file and tls_key_file belong together; give both or none")
        return self


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """What kafka-python's clients want to know to reach the broker; holds secrets, never log it."""
    password, key_password = settings.sasl_password, settings.tls_key_password
    given = {
        "bootstrap_servers": list(settings.bootstrap),
        "security_protocol": PROTOCOLS[settings.security],
        "ssl_cafile": settings.tls_ca_file and str(settings.tls_ca_file),
        "ssl_certfile": settings.tls_certificate_file and str(settings.tls_certificate_file),
        "ssl_keyfile": settings.tls_key_file and str(settings.tls_key_file),
        "ssl_password": key_password and key_password.get_secret_value(),
    }
    if settings.security.startswith("sasl"):
        given["sasl_mechanism"] = settings.sasl_mechanism
        given["sasl_plain_username"] = settings.sasl_username
        given["sasl_plain_password"] = password and password.get_secret_value()
    return {name: value for name, value in given.items() if value is not None}
