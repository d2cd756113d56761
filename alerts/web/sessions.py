"""Signed sessions, form tokens and the brake on guessing. Pure: time and randomness come in."""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

VERSION = "v1"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser: `id` is random, `logged_in` says whether it showed the token."""

    id: str
    issued_at: datetime
    logged_in: bool


class SessionSigner:
    """Turns sessions into cookie values and back; a value that we did not sign is nobody's.

    The key must be secret and at least 32 bytes. A key that follows from the access token makes
    sessions outlive a restart and end when the token changes.
    """

    def __init__(self, key: bytes, lifetime: timedelta) -> None:
        self._key = key
        self._lifetime = lifetime

    def cookie(self, session: Session) -> str:
        """The cookie's value."""
        body = f"{VERSION}.{session.id}.{int(session.issued_at.timestamp())}.{int(session.logged_in)}"
        return f"{body}.{self._sign('session', body)}"

    def read(self, cookie: str | None, now: datetime) -> Session | None:
        """The session behind a cookie; None when it is missing, forged, or too old."""
        body, _, signature = (cookie or "").rpartition(".")
        if not same(signature, self._sign("session", body)):
            return None
        _, identity, issued, logged_in = body.split(".")
        issued_at = datetime.fromtimestamp(int(issued), UTC)
        if now - issued_at > self._lifetime:
            return None
        return Session(identity, issued_at, logged_in == "1")

    def form_token(self, session: Session) -> str:
        """What a form of this session must carry."""
        return self._sign("form", session.id)

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a posted token belongs to this session."""
        return same(token, self.form_token(session))

    def _sign(self, purpose: str, text: str) -> str:
        message = f"{purpose}\x1f{text}".encode(errors="surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(
        hashlib.sha256(left.encode(errors="surrogatepass")).digest(),
        hashlib.sha256(right.encode(errors="surrogatepass")).digest(),
    )


def key_from_token(token: str) -> bytes:
    """The signing key that belongs to an access token."""
    return hmac.new(token.encode(), b"palovahti web session", hashlib.sha256).digest()


@dataclass(slots=True)
class Brake:
    """At most `limit` wrong tokens within `window` from one place, and `total` from all together."""

    limit: int = 5
    total: int = 50
    window: timedelta = timedelta(minutes=15)
    _failures: deque[tuple[datetime, str]] = field(default_factory=deque)

    def wait(self, place: str, now: datetime) -> timedelta | None:
        """How long `place` must wait before its next try; None when it may try."""
        while self._failures and now - self._failures[0][0] >= self.window:
            self._failures.popleft()
        own = [at for at, where in self._failures if where == place]
        if len(own) >= self.limit:
            return own[-self.limit] + self.window - now
        if len(self._failures) >= self.total:
            return self._failures[0][0] + self.window - now
        return None

    def failed(self, place: str, now: datetime) -> None:
        """Note a wrong token."""
        self._failures.append((now, place))
