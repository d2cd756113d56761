"""The characters of a feed document, whatever it says and whatever the server says of its encoding."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python has codecs that are no character sets (zip, punycode); only these are believed.
_SETS = re.compile(
    r"utf-?(8|16|32).*|ascii|iso8859-\d+|cp\d{3,4}|koi8.*|mac.*|big5.*|gb.*|euc.*|shift.*|tis-620"
)


def characters(payload: bytes, content_type: str = "") -> str:
    """The document as text; what cannot be read in any likely encoding is replaced."""
    for mark, name in _MARKS:
        if payload.startswith(mark):
            return payload.decode(name, errors="replace")
    if b"\x00" in payload[:4]:
        return payload.decode("utf-16-be" if payload[:1] == b"\x00" else "utf-16-le", errors="replace")
    for name in ("utf-8", *_claimed(payload, content_type), "cp1252"):
        try:
            return payload.decode(
                name
            )  # Finnish in another encoding is never valid UTF-8, so that comes first
        except UnicodeDecodeError:
            continue
    return payload.decode("cp1252", errors="replace")


def _claimed(payload: bytes, content_type: str) -> list[str]:
    claims = [found.group(1) for found in [_HEADER.search(content_type)] if found]
    claims += [found.group(1).decode() for found in [_DECLARED.search(payload[:400])] if found]
    return [name for name in map(_known, claims) if name]


def _known(claim: str) -> str | None:
    try:
        name = codecs.lookup(claim).name
    except LookupError:
        return None
    if name in {"iso8859-1", "ascii"}:
        return "cp1252"  # as browsers read it
    return name if _SETS.fullmatch(name) else None
