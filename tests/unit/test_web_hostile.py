"""Text and links of strangers do nothing but stand there."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.web.hostile import clean, joined, web_link

ANY_TEXT = st.text(st.characters())  # lone surrogates included


@given(ANY_TEXT)
def test_cleaned_text_can_always_be_sent_and_turns_nothing_around(text: str) -> None:
    shown = clean(text)
    shown.encode("utf-8")
    assert all(unicodedata.bidirectional(c) not in {"LRO", "RLO", "LRE", "RLE", "PDF"} for c in shown)
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in shown)
    assert len(shown) <= 600


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_ordinary_words_lines_and_emoji_stay() -> None:
    text = 'Äiti sanoi: "Ei näin!" 👩‍👩‍👧\n<b>ei</b> {{ 7*7 }} café'
    assert clean(text) == text


def test_piles_of_accents_are_cut_down() -> None:
    assert clean("Z" + "\u0351" * 40 + "a") == "Z" + "\u0351" * 3 + "a"


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert clean("a" * 10**6, 10) == "aaaaaaaaa…"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/local",
        "https://bank.example@evil.example/",
        "https://evil.example\\@bank.example/",
        "https://",
        "http://[::1",
        "https://exa\u0000mple.org",
        "https://example.org/\ud800",
        "https://example.org/" + "a" * 3000,
        "",
        None,
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None) -> None:
    assert web_link(url) is None


def test_a_web_address_stays_as_it_is() -> None:
    url = "https://mastodon.example/@matti/1?a=b&c=d#e"
    assert web_link(url) == url


@given(ANY_TEXT)
def test_whatever_becomes_a_link_starts_with_http(url: str) -> None:
    link = web_link(url)
    assert link is None or link.lower().startswith(("http://", "https://"))


def test_ranges_of_numbers_hold_together() -> None:
    assert joined("klo 13–14 on – ehkä 3–9") == "klo 13\u2060–\u206014 on – ehkä 3\u2060–\u20609"
