"""Words of strangers, made harmless wherever they are shown: pager, chat, terminal, public answer.

Nothing here escapes for one place; it leaves out what could act in any place.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACES: Final = frozenset({"Zs", "Zl", "Zp"})
_MAX_MARKS: Final = 2  # accents on one letter; more pile up over the line above
_MARKUP: Final = str.maketrans("", "", "<>`{}[]|*\\")
_EDGES: Final = " \t\r\n.,;:!?\"'`´’‘”“„»«()[]{}<>*_~#@|/\\-–—…"
_REFERENCE: Final = re.compile(r"[\w@][\w:@.\-]{0,199}")


def plain(text: str, limit: int = 80) -> str:
    """`text` as one line without control, direction or markup characters; cut at `limit` characters.

    >>> plain("Posti\\u202e <b>nyt\\x00\\nheti</b>")
    'Posti bnyt heti/b'
    """
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text[: limit * 4]):
        category = unicodedata.category(letter)
        marks = marks + 1 if category[0] == "M" else 0
        if category in _SPACES or letter in "\t\r\n":
            kept.append(" ")
        elif category[0] != "C" and marks <= _MAX_MARKS:
            kept.append(letter)
    line = " ".join("".join(kept).translate(_MARKUP).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def word(text: str, limit: int = 24) -> str | None:
    """`text` without outer punctuation when it is one ordinary word of at most `limit` characters; else None.

    Links, addresses, markup and template syntax are no words.

    >>> word("#paketti!"), word("{{7*7}}"), word("evil.com"), word("K-market")
    ('paketti', None, None, 'K-market')
    """
    if len(text) > limit * 4:
        return None
    bare = unicodedata.normalize("NFC", text).strip(_EDGES)
    if not 1 <= len(bare) <= limit or not any(letter.isalpha() for letter in bare):
        return None
    return bare if all(_in_word(letter) for letter in bare) else None


def reference(text: str, limit: int = 40) -> str | None:
    """An id such as `mastodon:123` when it is safe to show, cut at `limit`; links and the rest give None.

    >>> reference("x:12345"), reference("https://evil.example/x"), reference("a<b")
    ('x:12345', None, None)
    """
    if not _REFERENCE.fullmatch(text):
        return None
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _in_word(letter: str) -> bool:
    return letter in "-'’:" or unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}
