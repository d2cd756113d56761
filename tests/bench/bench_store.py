"""How fast the store takes mentions in: accept, take and commit in batches of 1,000, to a file, durably.

python tests/bench/bench_store.py [BATCHES] [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerts.store.sqlite import SqliteStore
from streams.records import Mention
from tests.build import AT, mention, stored_mention

TEXT = "Posti hukkasi taas pakettini, eikä kukaan vastaa. " * 3


def batch(number: int) -> list[Mention]:
    """A thousand posts of 150 characters by some hundred people."""
    return [mention(id=f"b{number}:{one}", text=TEXT, author={"id": f"a{one % 97}"}) for one in range(1000)]


def through(store: SqliteStore, mentions: list[Mention]) -> None:
    """In, out, done: two transactions, as feed and engine make them."""
    with store.transaction() as tx:
        tx.accept(mentions, AT)
    queued = store.take(len(mentions))
    with store.transaction() as tx:
        tx.done_until(queued[-1][0])
        tx.save_state({"state": b"x" * 10_000})


def matched(store: SqliteStore, mentions: list[Mention]) -> None:
    """Kept for people to read."""
    with store.transaction() as tx:
        tx.add_mentions([stored_mention(id=one.id, text=one.text, author=one.author_key) for one in mentions])


def main(batches: int, folder: Path) -> None:
    """Print mentions a second, by the clock and by the processor (when others use the machine)."""
    given = [batch(number) for number in range(batches)]
    store = SqliteStore(folder / "palovahti.db")
    for name, work in [("accept, take, commit", through), ("matched mentions", matched)]:
        start, start_cpu = time.perf_counter(), time.process_time()
        for mentions in given:
            work(store, mentions)
        took, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        total = 1000 * batches
        print(f"{name}: {total / took:,.0f} mentions/s, {total / cpu:,.0f} in a second of processor time")
    store.close()
    print(f"file: {(folder / 'palovahti.db').stat().st_size / (1000 * batches):.0f} bytes a mention")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as made:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, Path(made))
