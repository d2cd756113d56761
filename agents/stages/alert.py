"""From findings to incidents: what the watch decided, in its order, into the store; each finding once.

A shard's findings are numbered without gaps, and the same again after a crash; the store remembers the last
number taken in the transaction that took it. So a finding that comes twice changes nothing, and one whose
predecessor was lost on the way waits until both come again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agents.stages.feeds_seen import FeedsSeen
from agents.stages.placing import partition_of
from agents.stages.records import Finding, Ours, Seen
from alerts.desk import Concerns, Desk
from alerts.incidents import Notice
from alerts.store.store import Store, StoredMention, Transaction
from streams.records import DeadLetter, Escalation, Gap, Pulse


@dataclass(slots=True)
class Handled:
    """What some findings came to."""

    escalations: list[Escalation] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    mentions: int = 0


class AlertStage:
    """Takes findings of `shards` into a store. `recorded`: time is that of the mentions, as in the demo.

    `feeds` are the names of those that are configured.
    """

    def __init__(
        self, store: Store, desk: Desk, shards: int, *, recorded: bool = False, feeds: Sequence[str] = ()
    ) -> None:
        self.store, self.desk, self.recorded = store, desk, recorded
        self._shards = shards
        self.feeds = FeedsSeen(feeds)
        self.tallies: Counter[str] = Counter()

    def step(self, findings: Sequence[Finding], now: datetime) -> Handled:
        """Take findings in, in order, in one transaction."""
        handled = Handled()
        with self.store.transaction() as tx:
            for finding in findings:
                self._take(tx, finding, now, handled)
        return handled

    def idle(self, now: datetime) -> list[Notice]:
        """Pages for answers that are overdue by now."""
        with self.store.transaction() as tx:
            return self.desk.tick(tx, now)

    def _take(self, tx: Transaction, finding: Finding, now: datetime, handled: Handled) -> None:
        if finding.number is None:
            self._keep(tx, finding, handled)
        elif self._is_next(tx, finding, finding.number):
            self._decided(tx, finding, now, handled)

    def _keep(self, tx: Transaction, finding: Finding, handled: Handled) -> None:
        """Mentions for people to read, and how feeds are doing; storing them again changes nothing."""
        self.feeds.hear(finding.feeds)
        tx.add_mentions([stored_of(one) for one in finding.mentions])
        for mention_id in finding.forgotten:
            tx.forget_mention(mention_id)
        tx.add_gaps([Gap.model_validate_json(body) for body in finding.gaps])
        tx.add_dead_letters([DeadLetter.model_validate_json(body) for body in finding.letters])
        handled.mentions += len(finding.mentions)

    def _is_next(self, tx: Transaction, finding: Finding, number: int) -> bool:
        """Whether this finding's turn is now; remembers it."""
        source = f"watch-{finding.shard}"
        before = tx.position(source)
        if before is not None and number <= before:
            self.tallies["repeated"] += 1
            return False
        if before is not None and finding.after > before and not finding.begins:
            self.tallies["hole"] += 1
            return False
        tx.set_position(source, number)
        return True

    def _decided(self, tx: Transaction, finding: Finding, now: datetime, handled: Handled) -> None:
        concerns = self._concerns(finding.shard)
        for ours in finding.ours:
            self._hear(tx, ours, concerns)
        pulses = [Pulse.model_validate_json(body) for body in finding.pulses]
        tx.add_pulses(pulses)
        handled.pulses += pulses
        for body in finding.escalations:
            escalation = Escalation.model_validate_json(body)
            moment = escalation.at if self.recorded else now
            handled.notices += self.desk.take(tx, [escalation], moment)
            handled.escalations.append(escalation)
        if self.recorded:
            handled.notices += self.desk.tick(tx, datetime.fromtimestamp(finding.clock, UTC), concerns)

    def _concerns(self, shard: int) -> Concerns:
        """A shard's time is that of its own topics: others may be ahead or behind."""
        return lambda topic: partition_of(topic, self._shards) == shard

    def _hear(self, tx: Transaction, ours: Ours, concerns: Concerns) -> None:
        if ours.deleted is None:
            self.desk.hear_from_us(tx, stored_of(ours.post), concerns)
        else:
            at = datetime.fromtimestamp(ours.deleted / 1e6, UTC)
            self.desk.hear_of_deletion(tx, ours.post.id, at, concerns)


def stored_of(seen: Seen) -> StoredMention:
    """A matched mention as the store takes it."""
    return StoredMention(
        id=seen.id,
        topics=tuple(seen.topics),
        thread=seen.thread,
        platform=seen.platform,
        kind=seen.kind,
        author=seen.author,
        followers=seen.followers,
        official=seen.official,
        text=seen.text,
        language=seen.language,
        url=seen.url,
        negativity=seen.negativity,
        published_at=datetime.fromtimestamp(seen.published / 1e6, UTC),
    )
