"""What our own accounts do in public, as feeds bring it: answers that name no topic, and deletions."""

from __future__ import annotations

from datetime import datetime

import pytest

from agents.building import build_station
from agents.match import Topic
from agents.settings import Settings
from agents.station import Station
from alerts.incidents import Incident
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.feeds.feed import FeedBatch
from streams.records import Author, Mention
from tests.build import AT, action, escalation, ledger_entry, mention, minutes

OURS = Author(handle="posti", official=True)
THEIRS = Author(id="a9", handle="joku")


@pytest.fixture
def station() -> Station:
    us = Organisation(official_accounts=("posti",))
    settings = Settings(topics=(Topic(name="Posti", terms=("Posti",)),), organisation=us)
    made = build_station(settings, SqliteStore(":memory:"), lambda: None, recorded=True)
    bring(made, mention(id="mastodon:1", negativity=0.9, author=THEIRS), AT - minutes(5))
    with made.store.transaction() as tx:
        made.desk.take(tx, [escalation(thread="mastodon:1")], AT)
    return made


def bring(station: Station, post: Mention, at: datetime) -> None:
    station.accept(FeedBatch("f", [post.model_copy(update={"published_at": at})]), at)
    station.work(at)


def deletion(author: Author | None, post: str = "mastodon:1") -> Mention:
    return mention(id=post, op="delete", version="2", text="", author=author, edited_at=AT + minutes(9))


def incident(station: Station) -> Incident:
    found = station.store.incident("inc-1")
    assert found is not None
    return found


def warnings(station: Station) -> int:
    return [one.what for one in station.store.audit("inc-1")].count("do_not_censor")


def test_an_answer_that_names_no_topic_stops_the_clock_and_is_kept(station: Station) -> None:
    """People write "we are looking into it", not their own brand's name."""
    told = mention(id="mastodon:2", text="Selvitämme tätä.", conversation_id="mastodon:1", author=OURS)
    bring(station, told, AT + minutes(5))
    assert incident(station).answered_at == AT + minutes(5)
    kept = station.store.mention("mastodon:2")
    assert kept is not None
    assert (kept.official, kept.topics) == (True, ("Posti",))


def test_an_everyday_answer_is_kept_with_the_topics_of_what_it_answers() -> None:
    """Without any incident; so that digests and a later incident know that it was answered."""
    settings = Settings(topics=(Topic(name="Posti", terms=("Posti",)),))
    quiet = build_station(settings, SqliteStore(":memory:"), lambda: None, recorded=True)
    bring(quiet, mention(id="mastodon:8", conversation_id="mastodon:7", author=THEIRS, negativity=0.9), AT)
    told = mention(id="mastodon:9", text="Selvitämme.", conversation_id="mastodon:7", author=OURS)
    bring(quiet, told.model_copy(update={"in_reply_to": "mastodon:8"}), AT + minutes(2))
    kept = quiet.store.mention("mastodon:9")
    assert kept is not None
    assert (kept.topics, kept.official) == (("Posti",), True)
    with quiet.store.transaction() as tx:
        quiet.desk.take(tx, [escalation(thread="mastodon:7", at=AT + minutes(9))], AT + minutes(9))
    opened = quiet.store.incident("inc-1")
    assert opened is not None
    assert opened.answered_at == AT + minutes(2)


def test_our_post_elsewhere_is_neither_an_answer_nor_kept(station: Station) -> None:
    told = mention(id="mastodon:3", text="Hyvää huomenta!", conversation_id="mastodon:77", author=OURS)
    bring(station, told, AT + minutes(5))
    assert incident(station).answered_at is None
    assert station.store.mention("mastodon:3") is None


def test_deleting_others_criticism_warns_once(station: Station) -> None:
    bring(station, deletion(OURS), AT + minutes(9))
    bring(station, deletion(OURS).model_copy(update={"version": "3"}), AT + minutes(10))
    assert warnings(station) == 1
    assert incident(station).criticism_deleted == 1
    kinds = [one.notice.kind for one in station.store.deliveries("inc-1")]
    assert kinds == ["page", "update"]
    gone = station.store.mention("mastodon:1")
    assert gone is not None
    assert gone.deleted


@pytest.mark.parametrize("author", [THEIRS, None])
def test_what_others_delete_is_their_own_affair(station: Station, author: Author | None) -> None:
    bring(station, deletion(author), AT + minutes(9))
    assert warnings(station) == 0


def test_what_a_published_rule_hid_is_no_censorship(station: Station) -> None:
    with station.store.transaction() as tx:
        tx.add_entries([ledger_entry(about="mastodon:1")])
    bring(station, deletion(OURS), AT + minutes(9))
    assert warnings(station) == 0


def test_deleting_praise_or_what_was_never_matched_warns_of_nothing(station: Station) -> None:
    kind = mention(id="mastodon:5", text="Kiitos Posti", conversation_id="mastodon:1", negativity=0.1)
    bring(station, kind, AT + minutes(1))
    bring(station, deletion(OURS, "mastodon:5"), AT + minutes(9))
    bring(station, deletion(OURS, "mastodon:404"), AT + minutes(10))
    assert warnings(station) == 0


def test_a_closed_incident_is_not_opened_by_it(station: Station) -> None:
    station.desk.act(action("resolve", at=AT + minutes(2)))
    bring(station, deletion(OURS), AT + minutes(9))
    assert warnings(station) == 0
