"""What must hold for every text and every way to cut a batch."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from agents.match import Matcher, Topic
from agents.match.folding import fold
from streams.records import Mention

AT = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = ("Posti", "VR", "S-ryhmä", "Suomen Pankki", "H&M", "Neste", "McDonald's", "ß-talo")
MATCHER = Matcher([Topic(name=term, terms=(term,), compounds=term == "Posti") for term in TERMS])
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
NEAR_TEXT = st.lists(
    st.sampled_from(
        [*TERMS, "Postin", "lakko", " ", "-", "'", "\u0308", "\u00ad", ":", "n", "/", "\x1e", "ﬁ", "ä"]
    ),
    max_size=12,
).map("".join)


def mention(text: str) -> Mention:
    empty = Mention(id="x:1", platform="x", text="", published_at=AT)
    return empty.model_copy(update={"text": text})  # lone surrogates do not pass validation


@given(st.lists(st.one_of(ANY_TEXT, NEAR_TEXT), max_size=8))
def test_a_batch_gives_what_its_texts_give_alone(texts: list[str]) -> None:
    together = MATCHER.match([mention(text) for text in texts])
    assert together == [MATCHER.match([mention(text)])[0] for text in texts]


@given(
    st.one_of(ANY_TEXT, NEAR_TEXT),
    st.one_of(ANY_TEXT, NEAR_TEXT),
    st.sampled_from(["Posti", "VR", "Nesteen"]),
)
def test_a_word_between_spaces_is_found_in_any_text(before: str, after: str, word: str) -> None:
    text = f"{before} , {word} , {after}"
    names = MATCHER.match([mention(text)])[0]
    assert ("Neste" if word == "Nesteen" else word) in names


@given(st.lists(st.one_of(ANY_TEXT, NEAR_TEXT), min_size=1, max_size=5))
def test_folding_keeps_positions(texts: list[str]) -> None:
    page = fold(texts)
    assert len(page.text) == len(page.raw)
    assert len(page.ends) == len(texts)
    assert page.text[0] == " "
    assert all(page.text[end] == " " for end in page.ends)


@given(ANY_TEXT)
def test_folding_is_idempotent(text: str) -> None:
    once = fold([text]).text
    assert fold([once]).text.strip() == once.strip()
