"""What a feed said lately, to notice when it contradicts itself. Bounded; forgets the oldest."""

from __future__ import annotations

from streams.bad_input import Repair
from streams.errors import BadRecord
from streams.records import Mention


class Recent:
    """The last `limit` to 2 * `limit` mentions of a feed: ids with what they said, replies, platforms.

    What it decides depends on the order of mentions only, not on how they are cut into batches.
    """

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._said: dict[str, int] = {}
        self._said_before: dict[str, int] = {}
        self._answers: dict[str, str] = {}
        self._platforms: set[str] = set()

    def check(self, mention: Mention) -> None:
        """Refuse an id seen before that now says something else; an exact repetition passes."""
        key = mention.event_key
        said = hash((mention.text, mention.title))
        before = self._said.get(key)
        if before is None:
            before = self._said[key] = self._said_before.get(key, said)
            self._forget_the_oldest()
        if before != said:
            raise BadRecord("duplicate_content", "an id seen before, now with other content")

    def _forget_the_oldest(self) -> None:
        if len(self._said) >= self._limit:
            self._said_before, self._said = self._said, {}
            self._answers.clear()

    def uncycled(self, mention: Mention) -> tuple[Mention, tuple[Repair, ...]]:
        """The mention, without `in_reply_to` if that answers it in turn; whoever came first stays."""
        parent = mention.in_reply_to
        if parent is None:
            return mention, ()
        if self._answers.get(parent) == mention.id:
            cut = Repair("cyclic_reply", "in_reply_to answers this mention in turn")
            return mention.model_copy(update={"in_reply_to": None}), (cut,)
        self._answers[mention.id] = parent
        return mention, ()

    def first_of(self, platform: str) -> bool:
        """Whether this platform is named for the first time (of the first thousand names)."""
        if platform in self._platforms or len(self._platforms) >= 1_000:
            return False
        self._platforms.add(platform)
        return True
