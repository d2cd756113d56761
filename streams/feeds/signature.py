"""Whether a request was signed with our secret: HMAC-SHA256 over the raw body, in the two common manners."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from streams.errors import PalovahtiError

TOLERANCE = timedelta(minutes=5)
_PLAIN_HEADERS = ("X-Hub-Signature-256", "Webhook-Signature")


class BadSignature(PalovahtiError):
    """Why a request is not believed, in one line that gives nothing away."""


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is any signature to check, before the body is read."""
    return any(name in headers for name in _PLAIN_HEADERS)


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Pass, or raise `BadSignature`. Any of `secrets` may have signed (two while one is changed).

    `Webhook-Signature: v1,<base64>` with `Webhook-Id` and `Webhook-Timestamp` (Standard Webhooks; at most
    five minutes old), or `X-Hub-Signature-256` or `Webhook-Signature` as `sha256=<hex>` over the body alone.
    `headers` must not mind upper and lower case.
    """
    standard = [each for each in headers.get("Webhook-Signature", "").split() if each.startswith("v1,")]
    if standard:
        _check_standard(headers, body, secrets, now, standard[:10])
        return
    given = next((headers[name] for name in _PLAIN_HEADERS if name in headers), None)
    if given is None:
        raise BadSignature("no signature")
    if not any(_same(f"sha256={_mac(secret.encode(), body).hex()}", given.lower()) for secret in secrets):
        raise BadSignature("wrong signature")


def _check_standard(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime, given: Sequence[str]
) -> None:
    name, sent = headers.get("Webhook-Id", ""), headers.get("Webhook-Timestamp", "")
    if not (name and sent.isascii() and sent.isdecimal() and len(sent) < 15):
        raise BadSignature("no id or timestamp")
    if abs(now.timestamp() - int(sent)) > TOLERANCE.total_seconds():
        raise BadSignature("the timestamp is more than five minutes off")
    signed = f"{name}.{sent}.".encode(errors="replace") + body
    expected = [f"v1,{base64.b64encode(_mac(_key(secret), signed)).decode()}" for secret in secrets]
    if not any(_same(mine, theirs) for mine in expected for theirs in given):
        raise BadSignature("wrong signature")


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return secret.encode()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _same(mine: str, theirs: str) -> bool:
    return hmac.compare_digest(mine.encode(), theirs.encode(errors="replace"))
