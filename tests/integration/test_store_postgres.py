"""What only a server can get wrong: several workers at once, versions, passwords, connections that break."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from alerts.incidents import AuditEntry
from alerts.store.opening import open_store
from alerts.store.postgres import PostgresStore
from alerts.store.settings import StoreSettings
from streams.errors import BrokenState, StoreUnreachable
from tests.build import AT, action, escalation, incident, ledger_entry, mention, notice, stored_mention
from tests.conftest import require
from tests.integration.test_store_crash import desk_of
from tests.postgres import PASSWORD, Server

pytestmark = pytest.mark.postgres
LEASE = timedelta(seconds=30)
DAY = timedelta(days=1)


@pytest.fixture
def stores(postgres: str) -> Iterator[Callable[[], PostgresStore]]:
    """Makes stores on one database, as several processes would have them."""
    made: list[PostgresStore] = []

    def make() -> PostgresStore:
        made.append(PostgresStore(postgres))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture(scope="module")
def restarting() -> Iterator[Server]:
    """A server that may be stopped; whoever stops it starts it again."""
    with Server.started(require("postgres")) as server:
        yield server


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Do all side by side; the errors."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def do(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 told to the test
            errors.append(error)

    threads = [threading.Thread(target=do, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


class TestSeveralWorkers:
    """On one database, each with connections of its own."""

    def test_they_may_all_make_the_tables_at_once(self, postgres: str) -> None:
        assert at_once(*[lambda: PostgresStore(postgres).close()] * 6) == []
        store = PostgresStore(postgres)
        assert store.load_state() == {}
        store.close()

    def test_an_escalation_that_all_of_them_take_pages_once(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        workers = [stores() for _ in range(4)]

        def take(store: PostgresStore) -> None:
            desk = desk_of(store)
            for number in range(10):
                with store.transaction() as tx:
                    desk.take(tx, [escalation(incident=f"inc-{number}")], AT)

        assert at_once(*[lambda store=store: take(store) for store in workers]) == []
        for number in range(10):
            assert len(workers[0].deliveries(f"inc-{number}")) == 2
            assert [line.what for line in workers[0].audit(f"inc-{number}")] == ["opened"]

    def test_no_step_of_an_incident_is_lost_where_all_step_it(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        first = stores()
        with first.transaction() as tx:
            tx.put_incident(incident())
        workers = [stores() for _ in range(4)]

        def vote(store: PostgresStore, name: int) -> None:
            for number in range(5):
                desk_of(store).act(action("useful", id=f"{name}:{number}"))

        assert at_once(*[lambda at=at: vote(workers[at], at) for at in range(4)]) == []
        after = first.incident("inc-1")
        assert after is not None
        assert after.votes_useful == 20

    def test_a_record_that_two_take_at_once_counts_once(self, stores: Callable[[], PostgresStore]) -> None:
        """A zombie and its successor on one partition."""
        workers = [stores(), stores()]

        def take(store: PostgresStore) -> None:
            for offset in range(30):
                with store.transaction() as tx:
                    before = tx.position("findings-0")
                    if before is None or offset > before:
                        tx.add_audit([AuditEntry(incident="inc-1", at=AT, by="watch", what=str(offset))])
                        tx.set_position("findings-0", offset)

        assert at_once(*[lambda store=store: take(store) for store in workers]) == []
        assert [line.what for line in workers[0].audit("inc-1")] == [str(offset) for offset in range(30)]

    def test_positions_of_the_queue_become_visible_in_order(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        """Else who drops what is done until a position drops what came in late below it."""
        feeds, reader, seen = [stores() for _ in range(3)], stores(), list[str]()

        def feed(name: int) -> None:
            for number in range(25):
                with feeds[name].transaction() as tx:
                    tx.accept([mention(id=f"{name}:{number}")], AT)

        def read() -> None:
            while len(seen) < 75:
                taken = reader.take(10)
                seen.extend(one.id for _, one in taken)
                if taken:
                    with reader.transaction() as tx:
                        tx.done_until(taken[-1][0])

        assert at_once(read, *[lambda at=at: feed(at) for at in range(3)]) == []
        assert sorted(seen) == sorted(f"{name}:{number}" for name in range(3) for number in range(25))

    def test_each_delivery_is_given_to_one_of_them_and_in_order(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        store, workers, given = stores(), [stores() for _ in range(4)], list[tuple[str, str]]()
        with store.transaction() as tx:
            for number in range(40):
                name = f"inc-{number % 8}"
                tx.enqueue(notice(id=f"n{number:02}", incident=incident(id=name)), ["päivystys"], AT)

        def send(worker: PostgresStore) -> None:
            while any(one.state == "waiting" for at in range(8) for one in store.deliveries(f"inc-{at}")):
                for delivery in worker.claim(AT, 3, LEASE):
                    given.append((delivery.notice.incident.id, delivery.notice.id))
                    worker.mark_sent(delivery.id, AT)

        assert at_once(*[lambda worker=worker: send(worker) for worker in workers]) == []
        assert len(given) == len(set(given)) == 40
        for name in {of for of, _ in given}:
            order = [sent for of, sent in given if of == name]
            assert order == sorted(order)

    def test_a_later_notice_of_an_incident_never_overtakes_one_that_is_being_queued(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        early, late = stores(), stores()

        def queue_late() -> None:
            with late.transaction() as tx:
                tx.enqueue(notice(id="n2"), ["päivystys"], AT)

        thread = threading.Thread(target=queue_late)
        with early.transaction() as tx:
            tx.enqueue(notice(id="n1"), ["päivystys"], AT)
            thread.start()
            thread.join(0.5)
            assert thread.is_alive(), "it did not wait for the earlier one"
        thread.join()
        assert [one.notice.id for one in late.claim(AT, 9, LEASE)] == ["n1"]

    def test_a_deletion_and_its_mention_at_the_same_moment_leave_no_text(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        writer, eraser = stores(), stores()

        def write() -> None:
            for number in range(30):
                with writer.transaction() as tx:
                    tx.add_mentions([stored_mention(id=f"x:{number}")])

        def erase() -> None:
            for number in range(30):
                with eraser.transaction() as tx:
                    tx.forget_mention(f"x:{number}")

        assert at_once(write, erase) == []
        kept = writer.mentions("Posti", AT - DAY, AT + DAY, limit=99)
        assert [one for one in kept if one.text or one.author or not one.deleted] == []

    def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        first, second = stores(), stores()
        both = threading.Barrier(2)

        def take(store: PostgresStore, *names: str) -> None:
            with store.transaction() as tx:
                tx.incident(names[0])
                both.wait()
                tx.incident(names[1])

        (error,) = at_once(lambda: take(first, "a", "b"), lambda: take(second, "b", "a"))
        assert isinstance(error, StoreUnreachable)
        take_alone = [first.incident("a"), second.incident("b")]
        assert take_alone == [None, None]


class TestAlone:
    """The store of a service."""

    def test_a_second_service_is_refused_until_the_first_has_ended(self, postgres: str) -> None:
        first = PostgresStore(postgres, alone=True)
        with pytest.raises(StoreUnreachable, match=r"another palovahti run works on .*stop it first"):
            PostgresStore(postgres, alone=True)
        PostgresStore(postgres).close()  # the command line looks and acknowledges all the same
        first.close()
        PostgresStore(postgres, alone=True).close()

    def test_after_its_connection_was_lost_it_writes_nothing_before_the_state_is_read_anew(
        self, postgres: str, postgres_server: Server
    ) -> None:
        store = PostgresStore(postgres, alone=True)
        other = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        postgres_server.execute(f"{other} AND datname = '{postgres.partition('@/')[2].partition('?')[0]}'")
        for _ in range(2):
            with pytest.raises(StoreUnreachable, match=r"was lost|AdminShutdown"), store.transaction():
                pass
        assert store.load_state() == {}
        with store.transaction() as tx:
            tx.save_state({"clock": b"1"})
        assert store.load_state() == {"clock": b"1"}
        store.close()

    def test_a_service_that_lost_its_store_to_another_stays_out(self, postgres: str) -> None:
        first = PostgresStore(postgres, alone=True)
        assert first._base._own is not None
        first._base._own.close()
        second = PostgresStore(postgres, alone=True)
        with pytest.raises(StoreUnreachable, match="another palovahti run"):
            first.load_state()
        second.close()
        assert first.load_state() == {}
        first.close()


class TestServer:
    """It goes, comes back, and asks for passwords."""

    def test_everything_is_there_after_a_restart_and_nobody_has_to_reconnect(
        self, restarting: Server
    ) -> None:
        store = PostgresStore(restarting.new_database())
        with store.transaction() as tx:
            tx.accept([mention()], AT)
            tx.add_mentions([stored_mention()])
        pseudonym = store.mentions("Posti", AT, AT + DAY)[0].author
        restarting.stop()
        with pytest.raises(StoreUnreachable, match=r"the store .* cannot be reached"):
            store.take(1)
        restarting.start()
        _until_it_answers(store)
        with store.transaction() as tx:
            tx.add_mentions([stored_mention(id="x:2")])
        assert {one.author for one in store.mentions("Posti", AT, AT + DAY)} == {pseudonym}
        assert len(store.take(9)) == 1
        store.close()

    def test_a_restart_between_two_uses_is_not_even_noticed(self, restarting: Server) -> None:
        store = PostgresStore(restarting.new_database())
        restarting.stop()
        restarting.start()
        assert store.take(1) == []
        store.close()

    @pytest.mark.parametrize("in_a_transaction", [False, True])
    def test_a_server_that_stands_still_is_given_up(self, postgres: str, in_a_transaction: bool) -> None:
        store = PostgresStore(postgres)
        with store._base.reading() as db:
            db.patience = 0.5
            served_by = db.info.backend_pid

        def ask() -> None:
            if in_a_transaction:
                with store.transaction() as tx:
                    tx.incident("inc-1")
            else:
                store.take(1)

        os.kill(served_by, signal.SIGSTOP)
        try:
            with pytest.raises(StoreUnreachable, match="timeout"):
                ask()
        finally:
            os.kill(served_by, signal.SIGCONT)
        ask()
        store.close()

    def test_what_was_open_when_the_server_died_is_undone(self, restarting: Server) -> None:
        store = PostgresStore(restarting.new_database())

        def write() -> None:
            with store.transaction() as tx:
                tx.put_incident(incident())
                restarting.stop("immediate")

        with pytest.raises(StoreUnreachable):
            write()
        restarting.start()
        _until_it_answers(store)
        assert store.incidents() == []
        store.close()

    def test_a_wrong_password_is_said_and_never_shown(self, postgres_server: Server) -> None:
        postgres_server.execute(f"ALTER USER palovahti PASSWORD '{PASSWORD}'")
        url = postgres_server.url_by_password("postgres")
        with pytest.raises(StoreUnreachable, match="password authentication failed") as caught:
            PostgresStore(url, "väärä-salasana")
        assert "väärä" not in str(caught.value)
        store = PostgresStore(url, PASSWORD)
        assert repr(store) == "PostgresStore(127.0.0.1/postgres)"
        store.close()

    def test_without_a_password_libpq_looks_into_pgpass(
        self, postgres_server: Server, tmp_path: Path
    ) -> None:
        postgres_server.execute(f"ALTER USER palovahti PASSWORD '{PASSWORD}'")
        passwords = tmp_path / "pgpass"
        passwords.touch(0o600)
        passwords.write_text(f"127.0.0.1:{postgres_server.port}:*:palovahti:{PASSWORD}\n")
        url = f"{postgres_server.url_by_password('postgres')}?passfile={passwords}"
        open_store(StoreSettings(url=SecretStr(url))).close()

    def test_a_database_that_does_not_exist_is_named(self, postgres_server: Server) -> None:
        with pytest.raises(StoreUnreachable, match='database "nope" does not exist'):
            PostgresStore(postgres_server.url("nope"))


class TestTables:
    """What stands there."""

    def test_audit_and_ledger_cannot_be_changed_even_by_hand(self, postgres: str) -> None:
        store = PostgresStore(postgres)
        with store.transaction() as tx:
            tx.add_audit([AuditEntry(incident="inc-1", at=AT, by="watch", what="opened")])
            tx.add_entries([ledger_entry()])
        store.close()
        for table in ("audit", "ledger"):
            for statement in (f"UPDATE {table} SET by = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with psycopg.connect(postgres) as db, pytest.raises(psycopg.Error, match="append-only"):
                    db.execute(f"SET search_path = palovahti; {statement}".encode())

    def test_a_newer_and_a_foreign_store_stop_the_start(self, postgres: str, postgres_server: Server) -> None:
        PostgresStore(postgres).close()
        _by_hand(postgres, "UPDATE palovahti.meta SET value = '99' WHERE key = 'version'")
        with pytest.raises(BrokenState, match="version 99"):
            PostgresStore(postgres)
        foreign = postgres_server.new_database()
        _by_hand(foreign, "CREATE SCHEMA palovahti; CREATE TABLE palovahti.t (x int)")
        with pytest.raises(BrokenState, match="another program's"):
            PostgresStore(foreign)

    def test_a_schema_that_somebody_made_for_us_is_used(self, postgres: str) -> None:
        _by_hand(postgres, "CREATE SCHEMA palovahti")
        PostgresStore(postgres).close()

    def test_a_user_with_few_rights_is_enough_or_is_told_what_is_missing(
        self, postgres: str, postgres_server: Server
    ) -> None:
        name = postgres.partition("@/")[2].partition("?")[0]
        postgres_server.execute(f"CREATE USER few_{name}")
        few = postgres.replace("//palovahti@", f"//few_{name}@")
        with pytest.raises(BrokenState, match="GRANT CREATE ON DATABASE"):
            PostgresStore(few)
        _by_hand(postgres, f"CREATE SCHEMA palovahti AUTHORIZATION few_{name}")
        store = PostgresStore(few)
        with store.transaction() as tx:
            tx.enqueue(notice(), ["päivystys"], AT)
        assert len(store.claim(AT, 1, LEASE)) == 1
        store.close()

    def test_a_statement_that_is_refused_tells_nothing_of_what_it_held(self, postgres: str) -> None:
        store = PostgresStore(postgres)
        with pytest.raises(BrokenState) as caught, store.transaction() as tx:
            tx.add_mentions([stored_mention(text="salaista", followers=2**70)])
        assert "refused a statement" in str(caught.value)
        assert "salaista" not in str(caught.value)
        store.close()


def _by_hand(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(statement.encode())


def _until_it_answers(store: PostgresStore) -> None:
    for _ in range(100):
        with suppress(StoreUnreachable):
            store.take(1)
            return
        threading.Event().wait(0.1)
