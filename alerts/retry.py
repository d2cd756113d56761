"""When to try a delivery again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter; what a receiver asks for comes first, up to a limit."""

    first: timedelta = timedelta(seconds=5)
    """Longest wait after the first attempt; it doubles with each further one."""
    longest: timedelta = timedelta(minutes=5)
    """Longest wait of our own; also how late, at most, a page comes after its receiver is back."""
    longest_asked: timedelta = timedelta(hours=1)
    """A Retry-After beyond this is cut to it."""
    give_up_after: timedelta = timedelta(days=3)
    """A notice older than this is not worth another attempt, after `fair_attempts`."""
    fair_attempts: int = 10

    def wait(self, failures: int, asked: float | None, jitter: float) -> timedelta:
        """How long to wait after so many failures in a row (1 or more); `jitter` is drawn from [0, 1).

        >>> RetryPolicy().wait(3, None, 0.5), RetryPolicy().wait(1, 60.0, 0.0)
        (datetime.timedelta(seconds=10), datetime.timedelta(seconds=60))
        """
        doublings = min(max(failures, 1) - 1, 30)
        own = min(self.first * (1 << doublings), self.longest) * jitter
        if asked is None or asked < self.first.total_seconds():
            return max(own, timedelta(seconds=asked or 0.0))  # "at once" is no plan for a receiver in trouble
        return min(timedelta(seconds=min(asked, 1e6)), self.longest_asked) + min(own, self.first)

    def gives_up(self, age: timedelta, attempts: int) -> bool:
        """Whether a notice of this age, tried so often, is not worth another attempt."""
        return age > self.give_up_after and attempts >= self.fair_attempts
