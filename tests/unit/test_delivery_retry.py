"""How long to wait before the next attempt."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.retry import RetryPolicy

POLICY = RetryPolicy()
JITTER = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 10**9), JITTER)
def test_our_own_wait_doubles_up_to_a_limit_and_is_fully_jittered(failures: int, jitter: float) -> None:
    ceiling = min(5 * 2.0 ** min(max(failures, 1) - 1, 60), 300.0)
    assert abs(POLICY.wait(failures, None, jitter).total_seconds() - ceiling * jitter) < 1e-3


@given(st.integers(1, 50), st.floats(5, 1e300), JITTER)
def test_what_the_receiver_asks_for_is_never_undercut_nor_exceeded_by_much(
    failures: int, asked: float, jitter: float
) -> None:
    wait = POLICY.wait(failures, asked, jitter).total_seconds()
    assert min(asked, 3600.0) - 1e-3 <= wait <= min(asked, 3600.0) + 5.001


@given(st.integers(1, 50), st.floats(0, 5, exclude_max=True), JITTER)
def test_a_receiver_that_asks_for_next_to_no_wait_still_gets_our_own(
    failures: int, asked: float, jitter: float
) -> None:
    own = POLICY.wait(failures, None, jitter)
    assert POLICY.wait(failures, asked, jitter) == max(own, timedelta(seconds=asked))


def test_only_what_is_both_old_and_often_tried_is_given_up() -> None:
    old, young = timedelta(days=4), timedelta(days=2)
    assert [POLICY.gives_up(old, 10), POLICY.gives_up(old, 9), POLICY.gives_up(young, 1000)] == [
        True,
        False,
        False,
    ]
