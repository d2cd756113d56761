"""The station: what it does beside matching, watching and storing."""

from __future__ import annotations

import pytest

from agents.building import build_station
from agents.match import Topic
from agents.settings import Settings
from agents.station import Station
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.feeds.feed import FeedBatch
from streams.records import Author
from tests.build import AT, escalation, mention, minutes

OURS = Organisation(official_accounts=("posti", "mastodon:77"))


@pytest.fixture
def station() -> Station:
    settings = Settings(topics=(Topic(name="Posti", terms=("Posti",)),), organisation=OURS)
    return build_station(settings, SqliteStore(":memory:"), lambda: None, recorded=True)


@pytest.mark.parametrize(
    ("author", "ours"),
    [
        (Author(handle="posti"), True),
        (Author(id="mastodon:77"), True),
        (Author(id="mastodon:1", official=True), True),
        (Author(id="mastodon:1", handle="postinainen"), False),
        (None, False),
    ],
)
def test_only_our_own_answer_in_the_thread_stops_the_clock(
    station: Station, author: Author | None, ours: bool
) -> None:
    """The first public answer is a post of an official account where the incident is."""
    with station.store.transaction() as tx:
        opened = escalation(topic="Posti", thread="mastodon:1")
        station.desk.take(tx, [opened], opened.at)
    answer = mention(
        id="mastodon:2",
        text="Posti selvittää asiaa.",
        conversation_id="mastodon:1",
        author=author,
        published_at=AT + minutes(5),
        negativity=0.0,
    )
    station.accept(FeedBatch("f", [answer]), answer.published_at)
    station.work(answer.published_at)
    incident = station.store.incident(opened.incident)
    assert incident is not None
    assert (incident.answered_at == answer.published_at) is ours
    assert OURS.is_official(author) is ours
