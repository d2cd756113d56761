"""Any text as PostgreSQL keeps it: its `text` refuses the character NUL, which strangers may write."""

from __future__ import annotations

import re
from typing import Final

from psycopg import Connection
from psycopg.adapt import Buffer
from psycopg.types.string import StrDumper, TextBinaryLoader, TextLoader

_ESCAPE: Final = "\x1a"
_ESCAPED: Final = re.compile("\x1a(.)", re.DOTALL)


def armoured(text: str) -> str:
    r"""The text without NUL; all but texts with NUL or SUBSTITUTE (U+001A) stay as they are.

    >>> armoured("a\x00b\x1a")
    'a\x1a0b\x1a\x1a'
    """
    if "\x00" not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPE * 2).replace("\x00", f"{_ESCAPE}0")


def plain(text: str) -> str:
    r"""What `armoured` was given.

    >>> plain("a\x1a0b\x1a\x1a")
    'a\x00b\x1a'
    """
    return _ESCAPED.sub(_opened, text) if _ESCAPE in text else text


def teach(db: Connection) -> None:
    """Let a connection write and read every text through the two."""
    db.adapters.register_dumper(str, _Dumper)
    db.adapters.register_loader("text", _Loader)
    db.adapters.register_loader("text", _BinaryLoader)


def _opened(found: re.Match[str]) -> str:
    return "\x00" if found[1] == "0" else found[1]


class _Dumper(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(armoured(obj))


class _Loader(TextLoader):
    def load(self, data: Buffer) -> str:
        return plain(str(super().load(data)))


class _BinaryLoader(TextBinaryLoader):
    def load(self, data: Buffer) -> str:
        return plain(str(super().load(data)))
