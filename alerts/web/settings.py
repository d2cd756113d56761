"""Where the page listens and who may see it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from streams.records import Record

MIN_TOKEN_LENGTH = 16


class WebSettings(Record):
    """Section `web` of palovahti.yaml.

    Without a token the page answers on loopback only: anybody who can open it can act on incidents.
    """

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8787, ge=0, le=65535, description="0 takes a free port")
    token: SecretStr | None = Field(default=None, description="required on any address but loopback")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="further names under which the page is reached, without port"
    )
    session_hours: int = Field(default=720, ge=1, description="how long a login lasts")

    @field_validator("token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value().strip()) < MIN_TOKEN_LENGTH:
            raise ValueError(
                f"is shorter than {MIN_TOKEN_LENGTH} characters; make one with: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        return token

    @model_validator(mode="after")
    def _closed_to_strangers(self) -> Self:
        if self.token is None and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached by others, so a token is required: "
                "set web.token to {env: PALOVAHTI_WEB_TOKEN}, or web.host to 127.0.0.1"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`; a name other than localhost might be anything."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_allowed_host(header: str, allowed: frozenset[str]) -> bool:
    """Whether the Host header names us; a foreign name bound to our address is DNS rebinding.

    An address is always right, because rebinding needs a name.
    """
    name = host_name(header)
    if not name:
        return False
    if name in allowed:
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def host_name(header: str) -> str:
    """The name in a Host header, lower case and without the port.

    >>> host_name("Vahti.Example:8787"), host_name("[::1]:80")
    ('vahti.example', '[::1]')
    """
    text = header.strip().lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0].rstrip(".")
