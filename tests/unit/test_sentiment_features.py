"""The arrays that texts become: what is a word, a symbol, a negation, whatever the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sentiment import features
from agents.sentiment.characters import MAX_CHARACTERS, chunks, lay_out
from agents.sentiment.linear import Shape, Sums
from agents.sentiment.negation import breakers, negators

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)  # lone surrogates too


def words_in(text: str) -> list[str]:
    """The active words of a text, as laid out."""
    laid = lay_out([text])
    words = features.words_of(laid)
    letters = "".join(map(chr, laid.codes))
    ends = [*words.starts[1:], len(letters)]
    spans = zip(words.starts, ends, words.active, strict=True)
    return [letters[start:end].split()[0].strip(".,!?:'") for start, end, active in spans if active]


def negated_in(text: str) -> set[str]:
    """The words of a text within reach of a negation."""
    laid = lay_out([text])
    words = features.words_of(laid)
    letters = "".join(map(chr, laid.codes))
    ends = [*words.starts[1:], len(letters)]
    spans = zip(words.starts, ends, words.negated, strict=True)
    return {letters[start:end].split()[0].strip(".,!?:'") for start, end, negated in spans if negated}


def test_words_are_lower_case_runs_of_letters_with_digits_as_zero() -> None:
    """Numbers carry no mood, capitals are not told apart."""
    assert words_in("Bussi 615 MYÖHÄSSÄ taas") == ["bussi", "000", "myöhässä", "taas"]


def test_an_apostrophe_belongs_to_a_word_only_between_letters() -> None:
    """Straight or curly."""
    assert words_in("I don’t like 'it'") == ["i", "don't", "like", "it"]


def test_letters_repeat_at_most_twice() -> None:
    """The stretched word is the word."""
    assert words_in("niiiiiin") == words_in("niin")


def test_accounts_and_links_are_no_words() -> None:
    """Neither a name nor an address says how people feel."""
    assert words_in("@posti katso https://esimerkki.fi/huono/sivu?x=1 nyt") == ["katso", "nyt"]


def test_decomposed_letters_are_the_same_as_composed() -> None:
    """Some keyboards send a + diaeresis for ä."""
    assert words_in("hyva\u0308") == words_in("hyvä")


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("ei ole hyvä", {"ole", "hyvä"}),
        ("ei, hyvä on", set()),
        ("inte bra men billigt", {"bra"}),
        ("I don't like it", {"like", "it"}),
        ("hyvä eikä kallis", {"kallis"}),
        ("ei yksi kaksi kolme neljä viisi", {"yksi", "kaksi", "kolme", "neljä"}),
        ("not", set()),
    ],
)
def test_a_negation_reaches_four_words_of_its_clause(text: str, negated: set[str]) -> None:
    """Punctuation and words of contrast end it."""
    assert negated_in(text) == negated


def test_a_negation_does_not_reach_into_the_next_text() -> None:
    """Texts of a batch are strangers to each other."""
    words = features.words_of(lay_out(["en", "pidä"]))
    assert not words.negated.any()


def test_no_negator_ends_negations() -> None:
    """The two lists exclude each other."""
    assert not set(negators()) & set(breakers())


def test_a_word_has_the_same_hash_wherever_it_stands() -> None:
    """In any text and at any place."""
    first = features.words_of(lay_out(["posti on hukassa"]))
    second = features.words_of(lay_out(["aivan", "taas on posti"]))
    assert first.hashes[1] == second.hashes[-1]


def test_distinct_words_have_distinct_hashes() -> None:
    """Letters swapped or repeated make another word."""
    words = ["kala", "laka", "kaala", "kal", "akal", "kalaa", "a", "aa", "äa", "aä"]
    assert len(set(features.hashes_of(words).tolist())) == len(words)


def test_grams_stay_within_a_word_and_one_boundary() -> None:
    """Of " ab " there are three pairs, two triples, one of four; a lone word has none with its neighbour."""
    counts = [int(-mask.sum()) for _, mask in features.gram_buckets(lay_out(["ab"]), 18)]
    assert counts == [3, 2, 1, 0]
    together = [int(-mask.sum()) for _, mask in features.gram_buckets(lay_out(["ab cd"]), 18)]
    assert together == [6, 4, 2, 0]


def test_emoji_and_symbols_are_marks_of_their_text() -> None:
    """Each emoji for itself, other symbols by run; an emoticon keeps its mouth."""
    marks = features.marks_of(lay_out(["hei :D", "😡😡 !!"]))
    assert marks.text.tolist() == [0, 1, 1, 1]
    assert marks.emoji.tolist() == [False, True, True, False]
    assert marks.hashes[1] == marks.hashes[2]


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_any_texts_can_be_laid_out_and_summed(texts: list[str]) -> None:
    """Surrogates, NUL and nothing at all included; as many sums as texts."""
    table = np.ones(1 << 10, np.int8)
    sums = Sums(lay_out(texts), Shape(bits=10)).of(table)
    assert sums.shape == (len(texts),)
    assert np.isfinite(sums).all()


@given(st.lists(ANY_TEXT, min_size=2, max_size=6))
def test_a_text_sums_alike_alone_and_in_company(texts: list[str]) -> None:
    """What else is in the batch makes no difference."""
    table = (np.arange(1 << 12) * 37 % 251 - 125).astype(np.int8)
    shape = Shape(bits=12)
    together = Sums(lay_out(texts), shape).of(table)
    alone = [Sums(lay_out([text]), shape).of(table)[0] for text in texts]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-3)


def test_chunks_keep_the_order_and_cut_long_texts() -> None:
    """Nothing is lost but the tails of giants."""
    texts = ["a" * 50_000, "", "b"] * 5
    assert [text for run in chunks(texts) for text in run] == [text[:MAX_CHARACTERS] for text in texts]
