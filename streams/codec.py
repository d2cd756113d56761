"""Mentions as bytes: one line of JSON each, single and in chunks. Bad input is refused or repaired.

A clean line takes the quick way (pydantic's own parser and a few looks at the raw bytes); whatever looks odd
goes to `streams.repair`. Both end in the same mention where both can read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter

from pydantic import ValidationError

from streams.bad_input import (
    EARLIEST,
    FUTURE_TOLERANCE,
    KNOWN_PLATFORMS,
    LINE_LIMIT_BYTES,
    RAW_LIMIT_CHARACTERS,
    TEXT_LIMIT_BYTES,
    Repair,
)
from streams.errors import BadRecord
from streams.plain_text import holds_markup
from streams.recent import Recent
from streams.records import DeadLetter, Mention
from streams.repair import NO_DEFAULTS, Defaults, repair, sane_platform

# Raw bytes that may hold a control or direction character; looked for only after the first byte was seen.
_ODD_ESCAPE = re.compile(
    rb"\\(?:[bf]|u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|061c|200[ef]|202[a-e]|206[6-9]))", re.IGNORECASE
)
_ODD_MARK = re.compile(rb"\xe2(?:\x80[\x8e\x8f\xaa-\xae]|\x81[\xa6-\xa9])")
_ODD_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")

_parse = Mention.__pydantic_validator__.validate_json


@dataclass(slots=True)
class Decoded:
    """What became of a batch of lines, in order; a dead letter marked `repaired` is a copy."""

    mentions: list[Mention] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)


def encode(mention: Mention) -> bytes:
    """One line of JSON (without the newline) from which `decode_line` makes an equal mention."""
    return mention.model_dump_json(by_alias=True, exclude_none=True).encode()


def decode_line(line: bytes | str, seen_at: datetime, *, defaults: Defaults = NO_DEFAULTS) -> Mention:
    """The mention in a line of JSON, repaired where possible; `BadRecord` where not, never anything else."""
    return read_line(_as_bytes(line), seen_at, defaults)[0]


def decode_lines(
    lines: Iterable[bytes],
    seen_at: datetime,
    *,
    defaults: Defaults = NO_DEFAULTS,
    recent: Recent | None = None,
    where: Callable[[int], str] = "line {}".format,
) -> Decoded:
    """Every mention in `lines`; what was refused or repaired is in the dead letters too.

    `recent` remembers across batches (contradicting ids, circular replies); `where` names a line by index.
    """
    decoder = Decoder(seen_at, defaults, recent or Recent(), where)
    for index, line in enumerate(lines):
        decoder.take(index, line)
    return decoder.decoded


def read_line(line: bytes, seen_at: datetime, defaults: Defaults) -> tuple[Mention, tuple[Repair, ...]]:
    """The mention in a line and what had to be put right."""
    if len(line) > LINE_LIMIT_BYTES:
        raise BadRecord("too_large", f"{len(line)} bytes")
    mention = quick(line, seen_at + FUTURE_TOLERANCE, defaults)
    if mention is not None:
        return completed(mention, defaults), ()
    mention, repairs = repair(line, seen_at, defaults)
    return completed(mention, defaults), repairs


class Decoder:
    """Decodes line by line and keeps what came of it."""

    def __init__(
        self, seen_at: datetime, defaults: Defaults, recent: Recent, where: Callable[[int], str]
    ) -> None:
        self.decoded = Decoded()
        self._seen_at = seen_at
        self._latest = seen_at + FUTURE_TOLERANCE
        self._defaults = defaults
        self._recent = recent
        self._where = where

    def take(self, index: int, line: bytes) -> None:
        """Decode one line; blank lines are nothing."""
        mention = quick(line, self._latest, self._defaults)
        try:
            if mention is not None:
                self._accept(index, line, completed(mention, self._defaults), ())
            elif line and not line.isspace():
                self._accept(index, line, *read_line(line, self._seen_at, self._defaults))
        except BadRecord as bad:
            self._bury(index, line, Repair(bad.reason, bad.detail), repaired=False)  # type: ignore[arg-type]

    def _accept(self, index: int, line: bytes, mention: Mention, repairs: tuple[Repair, ...]) -> None:
        self._recent.check(mention)
        if mention.in_reply_to is not None:
            mention, cut = self._recent.uncycled(mention)
            repairs += cut
        if self._unheard(mention.platform):
            repairs += (Repair("unknown_platform", mention.platform),)
        for each in repairs:
            self._bury(index, line, each, repaired=True)
        self.decoded.mentions.append(mention)

    def _unheard(self, platform: str) -> bool:
        known = platform in KNOWN_PLATFORMS or platform == self._defaults.platform
        return not known and self._recent.first_of(platform)

    def _bury(self, index: int, line: bytes, why: Repair, *, repaired: bool) -> None:
        self.decoded.dead_letters.append(
            dead_letter(self._defaults.feed, why, self._where(index), line, self._seen_at, repaired=repaired)
        )


def dead_letter(
    feed: str | None, why: Repair, position: str, raw: bytes, seen_at: datetime, *, repaired: bool = False
) -> DeadLetter:
    """A dead letter with the beginning of what came in."""
    return DeadLetter(
        feed=feed or "",
        reason=why.reason,
        detail=why.detail,
        position=position,
        raw=raw[: RAW_LIMIT_CHARACTERS * 4].decode(errors="replace")[:RAW_LIMIT_CHARACTERS],
        seen_at=seen_at,
        repaired=repaired,
    )


def quick(line: bytes, latest: datetime, defaults: Defaults) -> Mention | None:
    """The mention in a line that has nothing odd about it; None sends it the patient way."""
    if len(line) > TEXT_LIMIT_BYTES or looks_odd(line):
        return None
    if defaults.platform is not None and line[:2] == b'{"':
        # a platform in the line itself stands later and wins
        line = b'{"platform":"%b",%b' % (defaults.platform.encode(), line[1:])
    try:
        mention = _parse(line)
    except ValidationError:
        return None
    return mention if is_plain(mention, latest) else None


def looks_odd(line: bytes) -> bool:
    """Whether the bytes may hold a control or direction character."""
    return (
        (b"\\" in line and _ODD_ESCAPE.search(line) is not None)
        or (b"\xe2" in line and _ODD_MARK.search(line) is not None)
        or (b"\xc2" in line and _ODD_CONTROL.search(line) is not None)
        or b"\x7f" in line
        or b"\xd8\x9c" in line
    )


_LOOKED_AT = attrgetter(
    "text", "title", "published_at", "observed_at", "edited_at", "platform", "url", "id", "in_reply_to",
    "repost_of", "quote_of",
)  # fmt: skip


def is_plain(mention: Mention, latest: datetime) -> bool:
    """Whether nothing in a parsed mention needs the patient way."""
    text, title, published, observed, edited, platform, url, own, parent, reposted, quoted = _LOOKED_AT(
        mention
    )
    return (
        EARLIEST <= published <= latest
        and (platform in KNOWN_PLATFORMS or sane_platform(platform))
        and (observed is None or observed >= EARLIEST)
        and (edited is None or edited >= EARLIEST)
        and (url is None or url.startswith(("https://", "http://")))
        and own not in (parent, reposted, quoted)
        and not (("<" in text or "&" in text) and holds_markup(text))
        and not (title is not None and holds_markup(title))
    )


def completed(mention: Mention, defaults: Defaults) -> Mention:
    """The mention with the feed's defaults, and with a version where an edit or a count came without one.

    Changes it in place: it was made here and nobody has seen it, and a copy costs as much as parsing.
    """
    fields = mention.__dict__
    if defaults is not NO_DEFAULTS:
        if defaults.feed is not None:
            _put(mention, "feed", defaults.feed)
        for name, value in defaults.optional:
            if not fields[name] and fields[name] != 0:
                _put(mention, name, value)
    if mention.op in {"update", "engagement"} and not (mention.version or mention.event_id):
        _put(mention, "version", _content_version(mention))
    return mention


def _put(mention: Mention, name: str, value: object) -> None:
    mention.__dict__[name] = value
    mention.__pydantic_fields_set__.add(name)


def _content_version(mention: Mention) -> str:
    """Two different edits of one mention are two events; the same edit twice is one."""
    said = mention.model_dump_json(include={"text", "title", "engagement", "reach", "edited_at"})
    return "c-" + blake2b(said.encode(), digest_size=8).hexdigest()


def _as_bytes(line: bytes | str) -> bytes:
    return line if isinstance(line, bytes) else line.encode(errors="surrogatepass")
