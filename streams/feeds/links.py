"""Links as their targets: redirections unwrapped, what only follows the reader dropped."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

_FOLLOWS_THE_READER = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_ga", re.IGNORECASE)
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")


def canonical(link: str) -> str | None:
    """The address a link leads to, or None where it is none of the web.

    >>> canonical("https://www.google.com/url?rct=j&url=https://a.fi/x%3Fid%3D1%26utm_source%3Dg&ct=ga")
    'https://a.fi/x?id=1'
    """
    for _ in range(3):
        try:
            parts = urlsplit(link.strip())
            host = parts.hostname
        except ValueError:
            return None
        if parts.scheme not in {"http", "https"} or not host:
            return None
        inner = _inner(parts.query) if parts.path == "/url" and _GOOGLE.fullmatch(host) else None
        if inner is None:
            break
        link = inner
    if not _FOLLOWS_THE_READER.search(parts.query):
        return parts.geturl()
    kept = [(name, value) for name, value in _pairs(parts.query) if not _FOLLOWS_THE_READER.fullmatch(name)]
    return parts._replace(query=urlencode(kept)).geturl()


def _inner(query: str) -> str | None:
    try:
        fields = parse_qs(query, max_num_fields=50)
    except ValueError:
        return None
    return next((fields[name][0] for name in ("url", "q") if name in fields), None)


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return []
