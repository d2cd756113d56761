"""Standard Webhooks 1.0 signatures: who sent a body, and when. Pure.

The `standardwebhooks` library signs with one key only and a wrong time for zones other than UTC, so it
serves as the independent verifier in the tests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime


def signing_key(secret: str) -> bytes:
    """The key in a `whsec_<base64>` secret of 24-64 bytes; the ValueError never repeats the secret."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError("not a signing secret: write whsec_ and the base64 of 24 to 64 random bytes")
    return key


def signed_headers(message_id: str, sent_at: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The webhook-id, -timestamp and -signature headers; one signature a key, so that keys can be rotated."""
    timestamp = str(int(sent_at.timestamp()))
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    macs = (hmac.new(key, content, hashlib.sha256).digest() for key in keys)
    signatures = " ".join("v1," + base64.b64encode(mac).decode() for mac in macs)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}
