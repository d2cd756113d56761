"""What every store must do, whatever database is behind it. An implementation joins by a line in `STORES`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.incidents import AuditEntry, State
from alerts.records import LedgerEntry
from alerts.store.postgres import PostgresStore
from alerts.store.sqlite import SqliteStore
from alerts.store.sqlite.schema import TABLES
from alerts.store.store import Delivery, LabelledPost, Store
from streams.errors import BrokenState
from streams.records import DeadLetter, Gap, Mention
from tests.build import AT, incident, ledger_entry, mention, minutes, notice, pulse, stored_mention

LEASE = timedelta(seconds=30)
DAY = timedelta(days=1)


def in_memory(_: pytest.FixtureRequest) -> Store:
    return SqliteStore(":memory:")


def in_a_file(request: pytest.FixtureRequest) -> Store:
    return SqliteStore(request.getfixturevalue("tmp_path") / "new" / "palovahti.db")


def in_postgres(request: pytest.FixtureRequest) -> Store:
    return PostgresStore(request.getfixturevalue("postgres"))


def in_postgres_alone(request: pytest.FixtureRequest) -> Store:
    return PostgresStore(request.getfixturevalue("postgres"), alone=True)


STORES: list[Callable[[pytest.FixtureRequest], Store]] = [
    in_memory,
    in_a_file,
    pytest.param(in_postgres, marks=pytest.mark.postgres),
    pytest.param(in_postgres_alone, marks=pytest.mark.postgres),
]


@pytest.fixture(params=STORES, ids=lambda make: str(make.__name__))
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    made = request.param(request)
    yield made
    made.close()


def accept(store: Store, *mentions: Mention, at: datetime = AT) -> int:
    with store.transaction() as tx:
        return tx.accept(mentions, at)


def keep(store: Store, **fields: Any) -> None:
    with store.transaction() as tx:
        tx.add_mentions([stored_mention(**fields)])


def enqueue(store: Store, *receivers: str, due_at: datetime = AT, **fields: Any) -> None:
    with store.transaction() as tx:
        tx.enqueue(notice(**fields), receivers, due_at)


def claim(store: Store, at: datetime = AT, receiver: str | None = None) -> list[Delivery]:
    return store.claim(at, 10, LEASE, receiver)


def ids(store: Store, limit: int = 10) -> list[str]:
    return [one.id for _, one in store.take(limit)]


def append(store: Store, *entries: LedgerEntry) -> None:
    with store.transaction() as tx:
        tx.add_entries(entries)


def found(store: Store, topic: str = "Posti", **fields: Any) -> list[str]:
    return [one.id for one in store.mentions(topic, AT - DAY, AT + DAY, **fields)]


class TestTransaction:
    """All or nothing."""

    def test_an_error_undoes_everything(self, store: Store) -> None:
        def crash() -> None:
            with store.transaction() as tx:
                tx.accept([mention()], AT)
                tx.save_state({"clock": b"1"})
                tx.put_incident(incident())
                tx.enqueue(notice(), ["päivystys"], AT)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            crash()
        assert (store.take(9), store.load_state(), store.incidents(), claim(store)) == ([], {}, [], [])
        assert accept(store, mention()) == 1

    def test_its_own_thread_reads_what_it_wrote(self, store: Store) -> None:
        with store.transaction() as tx:
            tx.put_incident(incident())
            tx.add_mentions([stored_mention()])
            assert tx.incident("inc-1") == store.incident("inc-1") == incident()
            assert found(store) == ["mastodon:1"]

    def test_one_inside_another_is_refused_and_the_outer_one_goes_on(self, store: Store) -> None:
        with store.transaction() as tx:
            with pytest.raises(BrokenState, match="open already"), store.transaction():
                pass
            tx.save_state({"clock": b"1"})
        assert store.load_state() == {"clock": b"1"}

    def test_threads_take_turns_and_lose_nothing(self, store: Store) -> None:
        def write(name: int) -> None:
            for number in range(20):
                accept(store, mention(id=f"{name}:{number}"))
                store.incidents()

        threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.take(100)) == 80


class TestIntake:
    """The queue of mentions."""

    def test_mentions_come_out_whole_and_in_order_of_arrival(self, store: Store) -> None:
        odd = mention(
            id="x:2", text='rivi\n\x00"Å\u202e😀', edited_at=AT, attachments=[{"type": "image"}],
            engagement={"likes": 3}, observed_at=AT + minutes(1), tags=["a"], negativity=0.5, schema=1,
        )  # fmt: skip
        accept(store, odd)
        accept(store, mention())
        assert [one for _, one in store.take(10)] == [odd, mention()]
        assert len(store.take(1)) == 1

    def test_an_event_seen_before_is_not_queued_again_even_after_it_was_taken_in(self, store: Store) -> None:
        assert accept(store, mention(), mention(), mention(id="mastodon:2")) == 2
        with store.transaction() as tx:
            tx.done_until(store.take(9)[-1][0])
        assert accept(store, mention(), mention(op="delete", text="")) == 1

    def test_what_is_done_is_gone_and_positions_only_rise(self, store: Store) -> None:
        accept(store, *(mention(id=f"x:{number}") for number in range(5)))
        first = store.take(3)
        with store.transaction() as tx:
            tx.done_until(first[-1][0])
        assert ids(store) == ["x:3", "x:4"]
        with store.transaction() as tx:
            tx.done_until(store.take(9)[-1][0])
        accept(store, mention(id="x:new"))
        assert store.take(1)[0][0] > first[-1][0] + 2

    def test_a_cursor_is_what_was_set_last(self, store: Store) -> None:
        assert store.cursor("uutiset") is None
        for given in ("7", "8", None):
            with store.transaction() as tx:
                tx.set_cursor("uutiset", given)
            assert store.cursor("uutiset") == given

    def test_gaps_are_found_by_the_time_they_reach_into(self, store: Store) -> None:
        gap = Gap(feed="uutiset", start=AT, end=AT + minutes(10), reason="outage")
        for _ in range(2):
            with store.transaction() as tx:
                tx.add_gaps([gap])
        assert store.gaps(AT + minutes(9), AT + DAY) == [gap]
        assert store.gaps(AT - DAY, AT) == store.gaps(AT + minutes(10), AT + DAY) == []

    def test_dead_letters_come_newest_first(self, store: Store) -> None:
        letters = [
            DeadLetter(feed="f", reason="json", detail="", position=str(at), raw="{\x00", seen_at=AT)
            for at in (1, 2)
        ]
        with store.transaction() as tx:
            tx.add_dead_letters(letters)
        assert store.dead_letters() == letters[::-1]
        assert len(store.dead_letters(limit=1)) == 1


class TestEngine:
    """State and pulses."""

    def test_state_is_replaced_part_by_part(self, store: Store) -> None:
        for blobs in ({"a": b"1", "b": b"2"}, {"a": b"3", "c": b""}, {"b": None, "nothing": None}):
            with store.transaction() as tx:
                tx.save_state(blobs)  # type: ignore[arg-type]
        assert store.load_state() == {"a": b"3", "c": b""}

    def test_pulses_come_by_time_from_a_half_open_stretch(self, store: Store) -> None:
        given = [pulse(at=AT + minutes(late), score=late) for late in (2, 0, 1)]
        with store.transaction() as tx:
            tx.add_pulses([*given, pulse(topic="VR"), pulse(at=AT, score=9)])
        got = store.pulses("Posti", AT, AT + minutes(2))
        assert got == [pulse(at=AT, score=9), given[2]]


class TestPositions:
    """How far a source was taken in."""

    def test_a_record_that_comes_again_is_known_by_its_offset(self, store: Store) -> None:
        for offsets, fresh in [(range(5), 5), (range(3, 8), 3), (range(8), 0)]:
            with store.transaction() as tx:
                before = tx.position("findings-0")
                new = [offset for offset in offsets if before is None or offset > before]
                tx.set_position("findings-0", offsets[-1])
            assert len(new) == fresh
        assert store.positions() == {"findings-0": 7}

    def test_sources_are_apart_and_a_lower_offset_changes_nothing(self, store: Store) -> None:
        for source, offset in [("findings-0", 5), ("findings-1", 0), ("findings-0", 4)]:
            with store.transaction() as tx:
                tx.set_position(source, offset)
        assert store.positions() == {"findings-0": 5, "findings-1": 0}

    def test_a_source_that_is_forgotten_begins_anew(self, store: Store) -> None:
        for offset in (2**40, None, 0):
            with store.transaction() as tx:
                tx.set_position("findings-0", offset)
        assert store.positions() == {"findings-0": 0}

    def test_an_offset_goes_with_what_was_done_or_not_at_all(self, store: Store) -> None:
        def crash() -> None:
            with store.transaction() as tx:
                tx.set_position("findings-0", 5)
                assert tx.position("findings-0") == 5
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            crash()
        assert store.positions() == {}


class TestMentions:
    """Matched mentions."""

    def test_a_mention_comes_back_as_it_was_but_for_its_author(self, store: Store) -> None:
        keep(store, official=True, kind="reply", text="\x00ä\u202e")
        (got,) = store.mentions("Posti", AT, AT + minutes(1))
        assert got.author is not None
        assert got == stored_mention(official=True, kind="reply", text="\x00ä\u202e", author=got.author)

    def test_an_author_is_always_the_same_pseudonym_and_nowhere_by_name(self, store: Store) -> None:
        for number, author in enumerate(["mastodon:matti", "mastodon:matti", "mastodon:maija", None]):
            keep(store, id=f"x:{number}", author=author)
        matti, again, maija, nobody = [
            one.author for one in sorted(store.mentions("Posti", AT, AT + DAY), key=lambda one: one.id)
        ]
        assert matti == again != maija
        assert nobody is None
        assert "matti" not in str(matti)

    def test_the_most_negative_and_furthest_reaching_come_first(self, store: Store) -> None:
        keep(store, id="x:mild", negativity=0.2, followers=1000)
        keep(store, id="x:loud", negativity=0.9, followers=100_000)
        keep(store, id="x:angry", negativity=0.9, followers=None)
        assert found(store) == ["x:loud", "x:angry", "x:mild"]
        assert found(store, limit=1) == ["x:loud"]

    def test_they_are_found_by_each_topic_thread_and_half_open_time(self, store: Store) -> None:
        keep(store, topics=("Posti", "VR", "VR"), thread="t1")
        assert found(store, "VR") == found(store, thread="t1") == ["mastodon:1"]
        assert found(store, "Kela") == found(store, thread="t2") == []
        assert store.mentions("Posti", AT - DAY, AT) == []

    def test_an_edit_replaces_text_topics_and_time(self, store: Store) -> None:
        keep(store, topics=("Posti", "VR"))
        keep(store, topics=("Posti", "Kela"), text="korjattu", published_at=AT + minutes(1))
        assert (found(store, "VR"), found(store, "Kela")) == ([], ["mastodon:1"])
        (got,) = store.mentions("Posti", AT - DAY, AT + DAY)
        assert (got.text, got.published_at) == ("korjattu", AT + minutes(1))

    def test_a_deletion_keeps_counts_drops_text_and_author_and_lasts(self, store: Store) -> None:
        keep(store)
        keep(store, id="x:other", negativity=0.1, followers=None)
        with store.transaction() as tx:
            tx.forget_mention("mastodon:1")
            tx.forget_mention("x:unknown")
        keep(store, text="late edit")
        last = store.mentions("Posti", AT, AT + DAY)[-1]
        assert last == stored_mention(text="", author=None, url=None, deleted=True)

    def test_a_deletion_that_comes_before_its_mention_keeps_it_out(self, store: Store) -> None:
        with store.transaction() as tx:
            tx.forget_mention("mastodon:1")
            tx.forget_mention("mastodon:1")
        store.prune(AT, text_days=90, pulse_days=400, seen_days=7)
        keep(store)
        assert found(store) == []


class TestOneMention:
    """A mention by its id."""

    def test_it_is_found_with_its_pseudonym_until_it_is_deleted(self, store: Store) -> None:
        keep(store, author="matti")
        kept = store.mention("mastodon:1")
        assert kept is not None
        assert (kept.text, kept.author == "matti") == ("Posti hukkasi taas pakettini", False)
        with store.transaction() as tx:
            tx.forget_mention("mastodon:1")
        gone = store.mention("mastodon:1")
        assert gone is not None
        assert (gone.text, gone.author, gone.deleted) == ("", None, True)

    def test_an_unknown_id_is_none(self, store: Store) -> None:
        assert store.mention("mastodon:nobody") is None


class TestLabels:
    """What people say of single posts."""

    def label(self, store: Store, name: str, label: str = "neg") -> None:
        with store.transaction() as tx:
            tx.label_mention(name, label, "Maija", AT)

    def test_the_last_word_counts(self, store: Store) -> None:
        keep(store, id="m-1", text="Paketti hukassa", language="fi")
        self.label(store, "m-1", "neu")
        self.label(store, "m-1", "neg")
        assert store.labels(["m-1", "m-2"]) == {"m-1": "neg"}
        assert store.labelled() == [LabelledPost("Paketti hukassa", "fi", "neg")]

    def test_an_unknown_or_deleted_post_cannot_be_labelled(self, store: Store) -> None:
        keep(store, id="m-1")
        with store.transaction() as tx:
            tx.forget_mention("m-1")
        self.label(store, "m-1")
        self.label(store, "m-9")
        assert store.labels(["m-1", "m-9"]) == {}

    def test_a_label_goes_with_its_text(self, store: Store) -> None:
        keep(store, id="m-1")
        keep(store, id="m-2", published_at=AT - 100 * DAY)
        keep(store, id="m-3")
        for name in ("m-1", "m-2", "m-3"):
            self.label(store, name)
        with store.transaction() as tx:
            tx.forget_mention("m-1")
        store.prune(AT, text_days=90, pulse_days=400, seen_days=7)
        assert store.labels(["m-1", "m-2", "m-3"]) == {"m-3": "neg"}


class TestIncidents:
    """Incidents, audit, actions."""

    def test_an_incident_comes_back_as_it_was_put_last(self, store: Store) -> None:
        for severity in (3, 4):
            with store.transaction() as tx:
                tx.put_incident(incident(severity=severity))
        assert store.incident("inc-1") == incident(severity=4)
        assert store.incident("inc-2") is None

    def test_they_are_listed_newest_first_by_state_and_topic(self, store: Store) -> None:
        with store.transaction() as tx:
            for number, (state, topic) in enumerate(
                [("open", "Posti"), ("resolved", "Posti"), ("open", "VR")]
            ):
                tx.put_incident(
                    incident(id=f"inc-{number}", state=state, topic=topic, opened_at=AT + minutes(number))
                )

        def listed(**asked: Any) -> list[str]:
            return [one.id for one in store.incidents(**asked)]

        assert listed() == ["inc-2", "inc-1", "inc-0"]
        assert listed(states=[State.OPEN]) == ["inc-2", "inc-0"]
        assert listed(states=[State.OPEN, State.RESOLVED], topic="Posti") == ["inc-1", "inc-0"]
        assert listed(limit=1) == ["inc-2"]
        assert listed(states=[]) == []

    def test_the_audit_grows_in_order(self, store: Store) -> None:
        lines = [
            AuditEntry(incident="inc-1", at=AT - minutes(late), by="watch", what=f"w{late}")
            for late in range(3)
        ]
        for line in lines:
            with store.transaction() as tx:
                tx.add_audit([line])
        assert store.audit("inc-1") == lines
        assert store.audit("inc-2") == []

    def test_an_action_is_new_once(self, store: Store) -> None:
        with store.transaction() as tx:
            assert [tx.seen_action(name) for name in ("a", "a", "b")] == [False, True, False]
        with store.transaction() as tx:
            assert tx.seen_action("a")


class TestLedger:
    """Typed entries that only grow."""

    def test_entries_come_back_newest_first_by_ledger_and_subject(self, store: Store) -> None:
        append(store, ledger_entry(id="1"), ledger_entry(id="2", at=AT + minutes(5), about="mastodon:2"))
        append(store, ledger_entry(id="3", ledger="drill", at=AT + minutes(9)))
        assert [one.id for one in store.entries("moderation")] == ["2", "1"]
        assert [one.id for one in store.entries("moderation", "mastodon:2")] == ["2"]
        assert [one.id for one in store.entries("moderation", limit=1)] == ["2"]
        assert store.entries("nothing") == []

    def test_an_entry_keeps_everything(self, store: Store) -> None:
        entry = ledger_entry(body={"rule": "R1", "n": 2, "deep": {"ä\x00": [None, True, "😀"]}})
        append(store, entry)
        assert store.entries("moderation") == [entry]

    def test_the_same_id_twice_changes_nothing(self, store: Store) -> None:
        append(store, ledger_entry(by="first"))
        append(store, ledger_entry(by="second"), ledger_entry(ledger="drill"))
        assert [one.by for one in store.entries("moderation")] == ["first"]
        assert len(store.entries("drill")) == 1

    def test_pruning_leaves_it_alone(self, store: Store) -> None:
        append(store, ledger_entry())
        store.prune(AT + 4000 * DAY, 1, 1, 1)
        assert len(store.entries("moderation")) == 1


class TestOutbox:
    """Notices on their way."""

    def test_a_notice_waits_for_each_receiver_once(self, store: Store) -> None:
        for _ in range(2):
            enqueue(store, "päivystys", "muut")
        enqueue(store)
        assert [one.receiver for one in store.deliveries("inc-1")] == ["päivystys", "muut"]
        (first, _) = claim(store)
        assert (first.notice, first.attempts, first.state, first.due_at) == (notice(), 0, "waiting", AT)

    def test_what_is_claimed_is_not_given_out_again_until_its_lease_ends(self, store: Store) -> None:
        enqueue(store, "päivystys")
        assert len(claim(store)) == 1
        assert claim(store, AT + LEASE - timedelta(microseconds=1)) == []
        assert len(claim(store, AT + LEASE)) == 1

    def test_nothing_is_given_out_before_it_is_due(self, store: Store) -> None:
        enqueue(store, "päivystys", due_at=AT + minutes(1))
        assert claim(store) == []
        assert len(claim(store, AT + minutes(1))) == 1

    def test_of_a_receiver_and_incident_only_the_earliest_is_given_out(self, store: Store) -> None:
        enqueue(store, "päivystys", "muut", id="n1", due_at=AT + minutes(1))
        enqueue(store, "päivystys", id="n2")
        enqueue(store, "päivystys", id="n3", incident=incident(id="inc-2"))
        given = [(one.receiver, one.notice.id) for one in claim(store, AT + minutes(1))]
        assert given == [("päivystys", "n3"), ("päivystys", "n1"), ("muut", "n1")]
        assert claim(store, AT + minutes(1)) == []

    @pytest.mark.parametrize("ending", ["sent", "failed", "skipped"])
    def test_the_next_follows_when_the_one_before_is_settled(self, store: Store, ending: str) -> None:
        enqueue(store, "päivystys", id="n1")
        enqueue(store, "päivystys", id="n2")
        (first,) = claim(store)
        settle = {
            "sent": lambda: store.mark_sent(first.id, AT),
            "failed": lambda: store.mark_failed(first.id, "410", None),
            "skipped": lambda: store.mark_skipped(first.id, "superseded"),
        }
        settle[ending]()
        assert store.deliveries("inc-1")[0].state == ending
        assert [one.notice.id for one in claim(store)] == ["n2"]

    def test_a_failed_attempt_is_counted_and_holds_its_lane_until_the_retry(self, store: Store) -> None:
        enqueue(store, "päivystys", id="n1")
        enqueue(store, "päivystys", id="n2")
        (first,) = claim(store)
        store.mark_failed(first.id, "503", AT + minutes(2))
        assert claim(store, AT + minutes(1)) == []
        (again,) = claim(store, AT + minutes(2))
        assert (again.id, again.attempts, again.last_error) == (first.id, 1, "503")
        store.mark_sent(again.id, AT + minutes(2))
        done = store.deliveries("inc-1")[0]
        assert (done.attempts, done.sent_at, done.last_error) == (2, AT + minutes(2), None)

    def test_a_retry_may_come_before_the_lease_would_have_ended(self, store: Store) -> None:
        enqueue(store, "päivystys")
        (first,) = claim(store)
        store.mark_failed(first.id, "503", AT + timedelta(seconds=1))
        assert len(claim(store, AT + timedelta(seconds=1))) == 1

    def test_what_was_sent_stays_sent(self, store: Store) -> None:
        """Two senders after a lease ran out: the slower one's failure changes nothing."""
        enqueue(store, "päivystys")
        (first,) = claim(store)
        store.mark_sent(first.id, AT)
        store.mark_failed(first.id, "timeout", AT + minutes(1))
        store.mark_skipped(first.id, "superseded")
        assert store.deliveries("inc-1")[0].state == "sent"
        assert claim(store, AT + minutes(5)) == []

    def test_a_receiver_claims_its_own_only(self, store: Store) -> None:
        enqueue(store, "päivystys", "muut")
        assert [one.receiver for one in claim(store, receiver="muut")] == ["muut"]
        assert [one.receiver for one in claim(store)] == ["päivystys"]


class TestRetention:
    """What time takes away."""

    def test_texts_and_authors_go_first_and_whole_mentions_later(self, store: Store) -> None:
        keep(store, id="x:new")
        keep(store, id="x:old", published_at=AT - 91 * DAY)
        keep(store, id="x:ancient", published_at=AT - 401 * DAY)
        store.prune(AT, text_days=90, pulse_days=400, seen_days=7)
        kept = {
            one.id: (one.text == "", one.author is None)
            for one in store.mentions("Posti", AT - 999 * DAY, AT + DAY)
        }
        assert kept == {"x:new": (False, False), "x:old": (True, True)}

    def test_events_are_forgotten_so_that_their_memory_is_bounded(self, store: Store) -> None:
        accept(store, mention(id="x:old"), at=AT - 8 * DAY)
        accept(store, mention(id="x:new"), at=AT - 6 * DAY)
        store.prune(AT, text_days=90, pulse_days=400, seen_days=7)
        assert accept(store, mention(id="x:old"), mention(id="x:new")) == 1

    def test_old_pulses_keep_the_highest_of_each_hour_and_older_ones_go(self, store: Store) -> None:
        old = [
            pulse(at=AT - 20 * DAY + minutes(late), score=score)
            for late, score in [(0, 1), (5, 3), (59, 2), (60, 0)]
        ]
        fresh = [pulse(at=AT - DAY + minutes(late)) for late in range(3)]
        with store.transaction() as tx:
            tx.add_pulses(
                [*old, *fresh, pulse(at=AT - 401 * DAY), pulse(topic="VR", at=AT - 20 * DAY, score=-9)]
            )
        for _ in range(2):
            store.prune(AT, text_days=90, pulse_days=400, seen_days=7)
        assert store.pulses("Posti", AT - 999 * DAY, AT) == [old[1], old[3], *fresh]
        assert len(store.pulses("VR", AT - 999 * DAY, AT)) == 1

    def test_dead_letters_and_gaps_go_too_incidents_and_audit_stay(self, store: Store) -> None:
        letter = DeadLetter(feed="f", reason="json", detail="", position="1", raw="", seen_at=AT - 91 * DAY)
        with store.transaction() as tx:
            tx.add_dead_letters([letter])
            tx.add_gaps([Gap(feed="f", start=AT - 402 * DAY, end=AT - 401 * DAY, reason="outage")])
            tx.put_incident(incident(opened_at=AT - 999 * DAY))
            tx.add_audit([AuditEntry(incident="inc-1", at=AT - 999 * DAY, by="watch", what="opened")])
        store.prune(AT, text_days=90, pulse_days=400, seen_days=7)
        assert (store.dead_letters(), store.gaps(AT - 999 * DAY, AT)) == ([], [])
        assert (len(store.incidents()), len(store.audit("inc-1"))) == (1, 1)


class TestSqliteFile:
    """What only a file can get wrong."""

    def test_everything_is_there_after_a_restart(self, tmp_path: Path) -> None:
        path = tmp_path / "palovahti.db"
        first = SqliteStore(path)
        accept(first, mention())
        keep(first)
        enqueue(first, "päivystys")
        pseudonym = first.mentions("Posti", AT, AT + DAY)[0].author
        first.close()
        second = SqliteStore(path)
        keep(second, id="x:2")
        assert ids(second) == ["mastodon:1"]
        assert {one.author for one in second.mentions("Posti", AT, AT + DAY)} == {pseudonym}
        assert len(claim(second)) == 1
        second.close()

    def test_nobody_else_may_read_it(self, tmp_path: Path) -> None:
        path = tmp_path / "palovahti.db"
        path.touch(0o644)
        store = SqliteStore(path)
        accept(store, mention())
        assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
        store.close()

    def test_it_is_durable_by_its_settings(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "palovahti.db")
        with store._base.reading() as db:
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        with store._base.transaction() as db:
            assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        store.close()

    def test_the_audit_cannot_be_changed_even_by_hand(self, tmp_path: Path) -> None:
        path = tmp_path / "palovahti.db"
        store = SqliteStore(path)
        with store.transaction() as tx:
            tx.add_audit([AuditEntry(incident="inc-1", at=AT, by="watch", what="opened")])
        store.close()
        by_hand = sqlite3.connect(path)
        for statement in ("UPDATE audit SET by = 'nobody'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                by_hand.execute(statement)
        by_hand.close()

    def test_the_ledger_cannot_be_changed_even_by_hand(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "palovahti.db")
        append(store, ledger_entry())
        store.close()
        by_hand = sqlite3.connect(tmp_path / "palovahti.db")
        for statement in ("UPDATE ledger SET by = 'x'", "DELETE FROM ledger"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                by_hand.execute(statement)
        by_hand.close()

    def test_a_newer_a_foreign_and_a_broken_file_stop_the_start(self, tmp_path: Path) -> None:
        newer, foreign, broken = (tmp_path / name for name in ("newer", "foreign", "broken"))
        SqliteStore(newer).close()
        for path, statement in [
            (newer, "UPDATE meta SET value = 99 WHERE key = 'version'"),
            (foreign, "CREATE TABLE t (x)"),
        ]:
            by_hand = sqlite3.connect(path)
            with by_hand:
                by_hand.execute(statement)
            by_hand.close()
        broken.write_text("palovahti " * 1000)
        for path, word in [(newer, "99"), (foreign, "another program"), (broken, "broken")]:
            with pytest.raises(BrokenState, match=word):
                SqliteStore(path)

    def test_a_file_of_the_first_version_is_brought_up_to_date_and_keeps_what_it_holds(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "palovahti.db"
        first = sqlite3.connect(path)
        first.executescript(TABLES)
        with first:
            first.executemany("INSERT INTO meta VALUES (?, ?)", [("version", 1), ("pseudonym_key", b"k")])
            first.execute("INSERT INTO cursors VALUES ('arkisto', '7')")
        first.close()
        for _ in range(2):
            store = SqliteStore(path)
            assert store.cursor("arkisto") == "7"
            assert store.labelled() == []
            store.close()

    def test_readers_do_not_wait_for_a_writer_and_see_what_was_committed(self, tmp_path: Path) -> None:
        store = SqliteStore(tmp_path / "palovahti.db")
        seen: list[int] = []
        with store.transaction() as tx:
            tx.put_incident(incident())
            reader = threading.Thread(target=lambda: seen.append(len(store.incidents())))
            reader.start()
            reader.join(timeout=10)
        assert seen == [0]
        store.close()
