"""Any system with an HTTP address: CloudEvents 1.0 structured JSON, signed as Standard Webhooks 1.0 says."""

from __future__ import annotations

from typing import Literal

import httpx
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from alerts.incidents import Notice
from alerts.notifiers.addresses import Resolve, check_url, resolve, target_of
from alerts.notifiers.event import event_body
from alerts.notifiers.http import post
from alerts.notifiers.settings import ReceiverSettings
from alerts.notifiers.signature import signed_headers, signing_key
from streams.clock import Clock
from streams.cloudevents import CONTENT_TYPE


class WebhookSettings(ReceiverSettings):
    """A `type: webhook` receiver.

    `secret` signs; while a key is being exchanged, `other_secrets` sign too, and the receiver may check
    against either. A private address, or one without https, needs `allow_private: true`.
    """

    type: Literal["webhook"] = "webhook"
    allow_private: bool = Field(default=False, description="allow addresses inside the own network, and http")
    url: SecretStr = Field(description="where to post; may carry a token, so it is kept like a secret")
    secret: SecretStr = Field(description="whsec_ and the base64 of 24 to 64 random bytes")
    other_secrets: tuple[SecretStr, ...] = ()
    source: str = Field(
        default="urn:palovahti", min_length=1, max_length=200, description="who sends, as a URI"
    )

    @field_validator("url")
    @classmethod
    def _reachable(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        check_url(value.get_secret_value(), allow_private=bool(info.data.get("allow_private")))
        return value

    @field_validator("secret")
    @classmethod
    def _can_sign(cls, value: SecretStr) -> SecretStr:
        signing_key(value.get_secret_value())
        return value

    @field_validator("other_secrets")
    @classmethod
    def _all_can_sign(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            signing_key(secret.get_secret_value())
        return value

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The signing keys, the current one first."""
        return tuple(signing_key(key.get_secret_value()) for key in (self.secret, *self.other_secrets))


class WebhookNotifier:
    """Posts each notice as one signed event; the receiver may drop repeats by `webhook-id`."""

    def __init__(
        self, settings: WebhookSettings, client: httpx.AsyncClient, clock: Clock, lookup: Resolve = resolve
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._client = client
        self._clock = clock
        self._lookup = lookup

    async def send(self, notice: Notice) -> None:
        """Post one notice, or raise `DeliveryFailed`."""
        url = self._settings.url.get_secret_value()
        target = await target_of(url, self._lookup, allow_private=self._settings.allow_private)
        now = self._clock.now()
        body = render(notice, self._settings.source)
        headers = {
            **signed_headers(notice.id, now, body, self._settings.keys),
            "Content-Type": CONTENT_TYPE,
            **target.headers,
        }
        await post(self._client, target.url, body, headers, now=now, extensions=target.extensions)

    async def close(self) -> None:
        """The client belongs to the caller."""


def render(notice: Notice, source: str) -> bytes:
    """The request's body: a CloudEvent in structured JSON whose `data` is the notice."""
    return event_body(notice, source)
