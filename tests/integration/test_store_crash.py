"""Kill the process with SIGKILL at any moment: what is found afterwards belongs together."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from alerts.desk import Desk, ReceiverInfo
from alerts.incidents import IncidentPolicy
from alerts.organisation import Organisation
from alerts.store.opening import open_store
from alerts.store.settings import StoreSettings
from alerts.store.store import Store
from tests.build import AT, action, escalation, mention, minutes, stored_mention, suggestion

ROOT = Path(__file__).parents[2]
KILLS = 12
EACH = 5
"""Mentions in a batch."""


def store_at(address: str) -> Store:
    """SQLite where it is a path."""
    is_url = address.startswith("postgresql:")
    return open_store(StoreSettings(url=SecretStr(address)) if is_url else StoreSettings(path=Path(address)))


def desk_of(store: Store) -> Desk:
    return Desk(
        store,
        IncidentPolicy(),
        Organisation(),
        [ReceiverInfo("päivystys", "fi"), ReceiverInfo("muut", "en")],
        lambda: None,
        suggest=lambda *_: suggestion(),
        page_lines=lambda *_: ("1", "2", "3", "4", "5"),
    )


def work(address: str) -> None:
    """Feed, take in, decide, deliver, acknowledge; for ever. Prints a line when it has begun."""
    store = store_at(address)
    desk = desk_of(store)
    print("begun", flush=True)
    while True:
        feed(store)
        decide(store, desk)
        deliver(store)


def feed(store: Store) -> None:
    """The next mentions with their cursor, in one transaction."""
    read = int(store.cursor("f") or 0)
    with store.transaction() as tx:
        tx.accept([mention(id=f"f:{read + number}") for number in range(EACH)], AT)
        tx.set_cursor("f", str(read + EACH))


def decide(store: Store, desk: Desk) -> None:
    """Take a batch in: state, mentions, an incident a batch with its notices, all in one transaction."""
    batch = store.take(EACH)
    done = int(store.load_state().get("done", b"0")) + len(batch)
    name, at = f"inc-{done}", AT + minutes(done / 60)
    with store.transaction() as tx:
        tx.save_state({"done": str(done).encode()})
        tx.add_mentions([stored_mention(id=one.id, published_at=at) for _, one in batch])
        desk.take(tx, [escalation(incident=name, at=at)], at)
        tx.done_until(batch[-1][0])
    desk.act(action("acknowledge", incident=name, at=at))


def deliver(store: Store) -> None:
    """Send what is due."""
    now = AT + timedelta(days=999)
    for delivery in store.claim(now, 10, timedelta(seconds=30)):
        store.mark_sent(delivery.id, now)


def killed(address: str, after: float) -> None:
    """Let a process work for a while, then kill it without warning."""
    with subprocess.Popen(
        [sys.executable, __file__, address],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)


def check(address: str) -> int:
    """Everything that must hold after any crash; gives how many mentions were taken in."""
    store = store_at(address)
    read, queued = int(store.cursor("f") or 0), len(store.take(10**6))
    done = int(store.load_state().get("done", b"0"))
    assert read == done + queued, "a cursor without its mentions, or a position without its state"
    kept = store.mentions("Posti", AT - minutes(1), AT + timedelta(days=999), limit=10**6)
    assert len(kept) == done
    incidents = store.incidents(limit=10**6)
    assert {incident.id for incident in incidents} == {f"inc-{at}" for at in range(EACH, done + 1, EACH)}
    for incident in incidents:
        kinds = [one.notice.kind for one in store.deliveries(incident.id)]
        told = ["page", "acknowledged"] if incident.acknowledged_at else ["page"]
        assert sorted(kinds) == sorted(told * 2), "an incident without its outbox rows"
        assert len(store.audit(incident.id)) == len(told)
    store.close()
    return done


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])]
)
def test_after_kills_at_random_moments_everything_belongs_together(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Each round goes on where the one before was killed; nothing is lost or there twice."""
    in_a_file = str(tmp_path / "palovahti.db")
    address = in_a_file if kind == "sqlite" else str(request.getfixturevalue("postgres"))
    chance = random.Random(7)
    done = [0]
    for _ in range(KILLS):
        killed(address, after=chance.uniform(0.0, 0.2))
        done.append(check(address))
    assert done == sorted(done)
    assert done[-1] > EACH


if __name__ == "__main__":
    work(sys.argv[1])
