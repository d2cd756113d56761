"""Beginnings find what a plain search finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.match.beginnings import Beginnings

STEMS = st.text("abcä h", min_size=1, max_size=12).map(str.strip).filter(bool)
ENTRIES = st.sets(st.tuples(st.sampled_from(" -"), STEMS).map("".join), max_size=30)
TEXTS = st.text("abcä -\u20ac", max_size=200)


@given(ENTRIES, TEXTS)
def test_every_entry_is_found_wherever_it_stands(entries: set[str], text: str) -> None:
    text = f" {text} " + " ".join(sorted(entries)) + " "
    finder = Beginnings({entry: entry for entry in entries})
    plain = {
        (place + len(entry) - 1, entry)
        for entry in entries
        for place in range(len(text))
        if text.startswith(entry, place)
    }
    found = list(finder.iter(text))
    assert set(found) == plain
    assert len(found) == len(plain)


def test_without_entries_nothing_is_found() -> None:
    assert list(Beginnings[str]({}).iter(" posti ")) == []
