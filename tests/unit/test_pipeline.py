"""From mentions to arrivals: only what matches is scored, given values are taken as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from agents.match import Topic
from agents.pipeline import Pipeline, event_clock, judged_text
from agents.sentiment.loading import load_scorer
from agents.sentiment.scorer import Scorer
from agents.watch.engine import Arrival
from streams.records import Mention
from tests.build import AT, mention, minutes

TOPICS = [Topic(name="Posti", terms=("Posti",)), Topic(name="VR", terms=("VR",))]


class Listening:
    """A scorer that remembers what it was asked; the negativity of a text is its length in hundredths."""

    version = "listening"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.languages: list[str | None] = []

    def negativity(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> NDArray[np.float64]:
        self.asked += texts
        self.languages += languages or []
        return np.array([len(text) / 100 for text in texts])

    def labels(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[str]:
        raise AssertionError(f"nobody needs labels of {texts} in {languages}")


def arrivals(*mentions: Mention, scorer: Listening | Scorer | None = None) -> list[Arrival]:
    return Pipeline(TOPICS, scorer or Listening(), ("fi", "sv", "en")).arrivals(mentions)  # type: ignore[arg-type]


def test_there_is_one_arrival_a_mention_in_order_and_only_matches_are_scored() -> None:
    scorer = Listening()
    posts = [mention(id=f"m:{n}", text=t) for n, t in enumerate(["Posti tuli", "ei mitään", "VR ja Posti"])]
    found = arrivals(*posts, scorer=scorer)
    assert [a.mention.id for a in found] == ["m:0", "m:1", "m:2"]
    assert [a.scored.topics if a.scored else None for a in found] == [("Posti",), None, ("Posti", "VR")]
    assert scorer.asked == ["Posti tuli", "VR ja Posti"]


def test_a_given_negativity_is_taken_as_it_is_even_when_it_is_zero() -> None:
    scorer = Listening()
    found = arrivals(mention(negativity=0.0), mention(negativity=0.42), scorer=scorer)
    assert [a.scored.negativity for a in found if a.scored] == [0.0, 0.42]
    assert scorer.asked == []


def test_given_and_judged_stand_where_they_belong() -> None:
    found = arrivals(mention(negativity=0.9), mention(text="Posti"), mention(negativity=0.1))
    assert [a.scored.negativity for a in found if a.scored] == [0.9, 0.05, 0.1]


def test_a_given_language_stays_and_a_missing_one_is_guessed() -> None:
    scorer = Listening()
    guessed = mention(text="Posti hukkasi pakettini enkä saa mistään vastausta", language=None)
    found = arrivals(mention(language="et"), guessed, scorer=scorer)
    assert [a.scored.language for a in found if a.scored] == ["et", "fi"]
    assert scorer.languages == ["et", "fi"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"title": None, "text": "a"}, "a"),
        ({"title": "Otsikko", "text": "leipä"}, "Otsikko. leipä"),
        ({"title": "Otsikko", "text": "Otsikko ja loput"}, "Otsikko ja loput"),
        ({"title": "Ketjun otsikko", "text": "samaa mieltä", "in_reply_to": "m:1"}, "samaa mieltä"),
    ],
)
def test_what_is_judged_is_what_its_author_wrote(fields: dict[str, str], text: str) -> None:
    assert judged_text(mention(**fields)) == text


def test_time_flows_by_event_time_whenever_a_mention_was_observed() -> None:
    one = mention(published_at=AT, observed_at=AT + minutes(3))
    assert event_clock(one) == AT.timestamp()


def test_nothing_in_is_nothing_out() -> None:
    assert arrivals() == []


def test_any_cut_into_batches_gives_the_same_scores_to_the_last_bit() -> None:
    """The product's own scorer: a batch must not change what its neighbours are worth."""
    texts = [
        "Posti hukkasi paketin!",
        "kiitos Posti 😊",
        "VR myöhässä taas, hävetkää",
        "Posten är sen",
        "Posti " * 40,
    ]
    posts = [mention(id=f"m:{n}", text=texts[n % 5] + f" {n % 7}", language=None) for n in range(60)]
    pipeline = Pipeline(TOPICS, load_scorer(), ("fi", "sv", "en"))
    whole = pipeline.arrivals(posts)
    for size in (1, 7, 32):
        cut = [a for start in range(0, 60, size) for a in pipeline.arrivals(posts[start : start + size])]
        assert [shown(a) for a in cut] == [shown(a) for a in whole]


def shown(one: Arrival) -> tuple[object, ...] | None:
    scored = one.scored
    return scored and (scored.topics, scored.negativity, scored.language)
