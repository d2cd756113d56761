"""Every error of our own, drawn as a tree.

PalovahtiError
├── BadRecord           somebody else's fault: input that cannot be used; count it, keep it, go on
├── BadConfiguration    the operator's fault: say file, line, key and remedy, and do not start
├── IllegalTransition   the caller's fault: nothing was changed
├── DeliveryFailed      a receiver's answer; says whether another try makes sense
└── BrokenState         our own fault: stop loudly
    └── StoreUnreachable  for now only: what was not committed was not done; try again
"""


class PalovahtiError(Exception):
    """Base of all errors that this project raises."""


class BadRecord(PalovahtiError):
    """Input that cannot be used, with the reason under which it is counted.

    `reason` is a word from a small fixed set (it becomes a metric label); `detail` is for people.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class BadConfiguration(PalovahtiError):
    """One or more mistakes in the configuration; each line names file, line, key and remedy."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class IllegalTransition(PalovahtiError):
    """An incident cannot take this step from its present state; nothing was changed."""


class DeliveryFailed(PalovahtiError):
    """A receiver did not accept a message.

    `permanent` means that the same message will never be accepted; otherwise try again, not before
    `retry_after` seconds when the receiver named a time.
    """

    def __init__(self, detail: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.permanent = permanent
        self.retry_after = retry_after


class BrokenState(PalovahtiError):
    """What we stored ourselves does not make sense; stop instead of guessing."""


class StoreUnreachable(BrokenState):
    """The store's server does not answer, or broke off. What was open is undone; another try makes sense."""
