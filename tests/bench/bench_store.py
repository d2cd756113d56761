"""How fast the stores take mentions in and give deliveries out, durably, as feed, engine and outbox do it.

python tests/bench/bench_store.py [BATCHES] [FOLDER]

SQLite to a file, PostgreSQL (where it is installed) as a server of our own on a unix socket, with fsync.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerts.store.postgres import PostgresStore
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Store
from streams.records import Mention
from tests.build import AT, incident, mention, notice, stored_mention
from tests.postgres import Server, places

TEXT = "Posti hukkasi taas pakettini, eikä kukaan vastaa. " * 3
FSYNC = "fsync = on\nlisten_addresses = ''\n"
SMALL, LANES = 1000, 100


def batch(number: int) -> list[Mention]:
    """A thousand posts of 150 characters by some hundred people."""
    return [mention(id=f"b{number}:{one}", text=TEXT, author={"id": f"a{one % 97}"}) for one in range(1000)]


def through(store: Store, given: list[list[Mention]]) -> int:
    """In, out, done: two transactions a batch."""
    for mentions in given:
        with store.transaction() as tx:
            tx.accept(mentions, AT)
        queued = store.take(len(mentions))
        with store.transaction() as tx:
            tx.done_until(queued[-1][0])
            tx.save_state({"state": b"x" * 10_000})
    return sum(map(len, given))


def matched(store: Store, given: list[list[Mention]]) -> int:
    """Kept for people to read."""
    for mentions in given:
        with store.transaction() as tx:
            tx.add_mentions(
                [stored_mention(id=one.id, text=one.text, author=one.author_key) for one in mentions]
            )
    return sum(map(len, given))


def small(store: Store, _: object) -> int:
    """An incident written and its notice queued, a transaction each."""
    for number in range(SMALL):
        with store.transaction() as tx:
            tx.incident("inc-1")
            tx.put_incident(incident())
            tx.enqueue(notice(id=f"n{number}", incident=incident(id=f"inc-{number % LANES}")), ["a"], AT)
    return SMALL


def deliver(store: Store, _: object) -> int:
    """Claimed and marked one at a time, as a worker does."""
    sent = 0
    while claimed := store.claim(AT, 1, timedelta(seconds=30), receiver="a"):
        store.mark_sent(claimed[0].id, AT)
        sent += 1
    return sent


WORKS: list[tuple[str, Callable[[Store, list[list[Mention]]], int]]] = [
    ("accept, take, commit: mentions", through),
    ("matched mentions", matched),
    ("an incident with its notice: transactions", small),
    ("claim and mark: deliveries", deliver),
]


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, Store]]:
    """Both, as far as they are installed."""
    made: dict[str, Store] = {"SQLite": SqliteStore(folder / "palovahti.db")}
    initdb = shutil.which("initdb", path=places())
    if initdb is None:
        yield made
        return
    with Server.started(initdb, FSYNC) as server:
        made["PostgreSQL"] = PostgresStore(server.new_database())
        yield made
        for store in made.values():
            store.close()


def main(batches: int, folder: Path) -> None:
    """Print how many a second, by the clock and by our own processor time (when others use the machine)."""
    given = [batch(number) for number in range(batches)]
    with stores(folder) as made:
        for what, work in WORKS:
            for name, store in made.items():
                start, start_cpu = time.perf_counter(), time.process_time()
                total = work(store, given)
                took, cpu = time.perf_counter() - start, time.process_time() - start_cpu
                print(f"{name:10} {what}: {total / took:,.0f} a second, {total / cpu:,.0f} a second of ours")
    print(f"file: {(folder / 'palovahti.db').stat().st_size / (1000 * batches):.0f} bytes a mention")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as made:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, Path(made))
