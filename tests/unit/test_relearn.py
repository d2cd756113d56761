"""After a change of the state's format the service says how to start, and starts so."""

from __future__ import annotations

import pytest

from agents.cli.run import forget_state
from agents.watch.engine import Engine
from agents.watch.snapshot import FORMAT, load, pack
from agents.watch.watch import TopicBudget
from alerts.store.sqlite import SqliteStore
from streams.errors import BrokenState
from tests.build import incident


def engine() -> Engine:
    return Engine([TopicBudget("Posti")])


def test_an_older_state_is_refused_with_the_remedy_and_forgotten_on_demand() -> None:
    store = SqliteStore(":memory:")
    with store.transaction() as tx:
        tx.save_state({"meta": pack([FORMAT - 1, 0, {}, {}, {}]), "topic:Posti": b"\x90"})
        tx.put_incident(incident())
    with pytest.raises(BrokenState, match="--relearn"):
        load(engine(), store.load_state())
    forget_state(store)
    load(engine(), store.load_state())
    assert store.load_state() == {}
    assert store.incident("inc-1") is not None
