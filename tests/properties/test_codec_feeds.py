"""Hostile documents and bodies: feeds refuse or read them, and never fail otherwise."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from streams.errors import BadRecord
from streams.feeds.body import split
from streams.feeds.characters import characters
from streams.feeds.links import canonical
from streams.feeds.rss import RssFeedSettings, parse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SETTINGS = RssFeedSettings(name="f", url="https://a.example/rss")

WORDS = [
    "<rss version='2.0'>",
    "<channel>",
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<guid>",
    "<link>",
    "x",
    "&lt;",
    "&#0;",
    "&#xd800;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE",
    "<?xml",
    "<pubDate>",
    "99 Foo",
    "<feed>",
    "<entry>",
    "<content type='html'>",
    "<updated>9999-12-31T23:59:59-23:59</updated>",
    "\x00",
    "\ud800",
    "{",
    '"items":',
    "[",
    "</rss>",
    "<a:b>",
    "xmlns='",
    "'",
    "&",
    "\xe9",
    "<category term='x'/>",
    "<published>0001-01-01T00:00:00+23:59",
]
words = st.sampled_from(WORDS)
soup = st.lists(words, max_size=30).map(lambda parts: "".join(parts).encode(errors="surrogatepass"))
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = "id url title content_html content_text summary authors author tags date_published language"
json_items = st.dictionaries(
    st.sampled_from(FIELDS.split()),
    json_values,
)


@given(soup | st.binary(max_size=300), st.text(max_size=30))
def test_any_document_is_read_or_refused(payload: bytes, content_type: str) -> None:
    characters(payload, content_type)
    with contextlib.suppress(BadRecord):
        assert all(mention.feed == "f" for mention in parse(payload, content_type, SETTINGS, NOW))


@given(st.lists(json_items, max_size=4))
def test_one_bad_item_spoils_no_other(items: list[dict[str, object]]) -> None:
    good = {"id": "good", "content_text": "hei", "date_published": "2026-11-20T10:00:00Z"}
    document = {"version": "https://jsonfeed.org/version/1", "items": [*items, good]}
    found = parse(json.dumps(document).encode(), "", SETTINGS, NOW)
    assert "rss:f/good" in {mention.id for mention in found}


@given(st.text(max_size=60) | st.sampled_from(["https://google.com/url?url=", "http://a?utm_x", "https://["]).flatmap(
    lambda start: st.text(max_size=20).map(start.__add__)))  # fmt: skip
def test_any_link_is_of_the_web_or_none(link: str) -> None:
    target = canonical(link)
    assert target is None or target.startswith(("https://", "http://"))


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_split_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadRecord):
        assert all(isinstance(line, bytes) for line in split(body))
