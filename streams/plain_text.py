"""Plain text out of what channels send: no markup, no control characters, no bidi marks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from streams.bad_input import TEXT_LIMIT_BYTES, Reason

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SURROGATES = re.compile(r"[\ud800-\udfff]")
_HOSTILE: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    ("lone_surrogate", SURROGATES),
    ("control_characters", CONTROLS),
    ("bidi", BIDI),
)

# Only elements that exist count as markup: people write "I <3 you" and "<sarkasmi>", and mean it.
_ELEMENTS = (
    "a|abbr|article|aside|audio|b|blockquote|body|br|button|cite|code|dd|del|details|div|dl|dt|em|embed|figcaption|"
    "figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|nav|"
    "noscript|object|ol|p|picture|pre|q|s|script|section|small|source|span|strike|strong|style|sub|summary|sup|svg|"
    "table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|u|ul|video|wbr"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?=[\s/>])[^<>]{{0,4000}}>|<!--|<!doctype|<!\[cdata\[", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_NAMES = """
    article blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre
    section table td th tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSPOKEN = "script, style, template, noscript, iframe, object, svg, title, textarea"
_BLANKS = re.compile(r"[ \t\r\xa0]+")
_BREAKS = re.compile(r" ?\n[\n ]*")


def holds_markup(text: str) -> bool:
    """Whether `text` carries HTML elements or character references.

    >>> holds_markup("<p>Posti"), holds_markup("1 < 2 & I <3 you"), holds_markup("H&amp;M")
    (True, False, True)
    """
    return ("<" in text and _TAG.search(text) is not None) or (
        "&" in text and _REFERENCE.search(text) is not None
    )


def plain(text: str) -> str:
    """`text` without its markup; a text without markup comes back unchanged.

    >>> plain("<p>Hei <b>Pos</b>ti &amp; VR</p><script>x()</script><p>uusi")
    'Hei Posti & VR\\nuusi'
    """
    if not holds_markup(text):
        return text
    if "<" not in text or _TAG.search(text) is None:
        return _REFERENCE.sub(lambda found: html.unescape(found.group()), text)
    return _spoken(text)


def _spoken(markup: str) -> str:
    tree = LexborHTMLParser(SURROGATES.sub("\ufffd", markup))
    for node in tree.css(_UNSPOKEN):
        node.decompose()
    text = _BLANKS.sub(" ", "".join(_pieces(tree)))
    return _BREAKS.sub("\n", text).strip()


def _pieces(tree: LexborHTMLParser) -> Iterator[str]:
    if tree.body is None:
        return
    for node in tree.body.traverse(include_text=True):
        if node.tag == "-text":
            yield (node.text_content or "").replace("\n", " ")
        elif node.tag in _BLOCKS:
            yield "\n"


def cleaned(text: str) -> tuple[str, list[Reason]]:
    """`text` without control and direction characters, half characters as U+FFFD; and what was found."""
    found: list[Reason] = []
    for reason, pattern in _HOSTILE:
        if pattern.search(text):
            found.append(reason)
            text = pattern.sub("\ufffd" if reason == "lone_surrogate" else "", text)
    return text, found


def escaped(name: str) -> tuple[str, list[Reason]]:
    """A reference with such characters spelt out, so that two different names never become the same."""
    found = [reason for reason, pattern in _HOSTILE if pattern.search(name)]
    for _, pattern in _HOSTILE if found else ():
        name = pattern.sub(lambda hit: f"\\u{ord(hit.group()):04x}", name)
    return name, found


def capped(text: str, limit_bytes: int = TEXT_LIMIT_BYTES) -> str:
    """`text` cut to at most `limit_bytes` of UTF-8, never inside a character."""
    if len(text) * 4 <= limit_bytes:
        return text
    return text.encode(errors="replace")[:limit_bytes].decode(errors="ignore")
