"""A broker that is still settling is asked again; one that refuses is not."""

from __future__ import annotations

import pytest

from streams.kafka.broker import Unsettled, patient


class Broker:
    """Answers with each of `errors`, then with 7; counts how often it was asked."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.asked = list(errors), 0

    def ask(self) -> int:
        """7, once no error is left."""
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return 7


def test_a_settling_broker_is_asked_until_it_answers() -> None:
    broker = Broker(Unsettled("a coordinator loads"), Unsettled("a leader is chosen"))
    assert patient(broker.ask, seconds=60, pause=0)() == 7
    assert broker.asked == 3


def test_a_refusal_is_told_at_once() -> None:
    broker = Broker(ConnectionError("not allowed"))
    with pytest.raises(ConnectionError, match="not allowed"):
        patient(broker.ask, seconds=60, pause=0)()
    assert broker.asked == 1


def test_patience_ends() -> None:
    broker = Broker(*[Unsettled("a coordinator loads")] * 3)
    with pytest.raises(Unsettled):
        patient(broker.ask, seconds=0, pause=0)()
    assert broker.asked == 1
