"""The whole way of a mention in one process: queue, pipeline, watch, desk, store.

    accept ──► (queue) ──► work: match, score, watch ──► escalations ──► desk ──► incidents, outbox

Synchronous and without a clock of its own; a runtime drives it. Mentions, cursor, gaps and dead letters of a
feed's batch are one transaction; the engine's state, its position in the queue, pulses, matched mentions,
incidents and notices of a step are another. A crash between any two instants loses and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agents.pipeline import Pipeline
from agents.watch.engine import Arrival, Engine
from agents.watch.snapshot import dump, load
from alerts.desk import Desk
from alerts.incidents import Notice
from alerts.organisation import Organisation
from alerts.store.store import Store, StoredMention, Transaction
from streams.feeds.feed import FeedBatch
from streams.records import Escalation, Mention, Pulse, ScoredMention


@dataclass(slots=True)
class Outcome:
    """What a step of work came to."""

    mentions: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


class Station:
    """One organisation's fire watch. `recorded`: time is that of the mentions, as in a replay or the demo."""

    def __init__(
        self,
        store: Store,
        pipeline: Pipeline,
        engine: Engine,
        desk: Desk,
        organisation: Organisation,
        *,
        recorded: bool = False,
    ) -> None:
        self.store, self.pipeline, self.engine, self.desk = store, pipeline, engine, desk
        self.recorded = recorded
        self._organisation = organisation
        load(engine, store.load_state())

    def begin_anew(self, engine: Engine) -> None:
        """Go on from what is stored, with a fresh `engine`: what was decided may not have been committed."""
        load(engine, self.store.load_state())
        self.engine = engine

    def accept(self, batch: FeedBatch, now: datetime) -> int:
        """Make a feed's batch durable; returns how many mentions were new."""
        stamped = batch.mentions if self.recorded else [_observed(m, now) for m in batch.mentions]
        with self.store.transaction() as tx:
            new = tx.accept(stamped, now)
            tx.set_cursor(batch.feed, batch.cursor)
            tx.add_gaps(batch.gaps)
            tx.add_dead_letters(batch.dead_letters)
        return new

    def work(self, now: datetime, limit: int = 1000) -> Outcome:
        """Take in what is queued, oldest first, at most `limit` mentions."""
        queued = self.store.take(limit)
        if not queued:
            return Outcome()
        arrivals = self.pipeline.arrivals([mention for _, mention in queued])
        outcome = Outcome(mentions=len(queued), arrivals=arrivals)
        with self.store.transaction() as tx:
            written = 0
            for taken, effects in self.engine.steps(arrivals):
                self._write(tx, arrivals[written:taken], outcome)
                self._handle(tx, effects, now, outcome)
                written = taken
            self._write(tx, arrivals[written:], outcome)
            tx.done_until(queued[-1][0])
            tx.save_state(dump(self.engine))
        return outcome

    def idle(self, now: datetime) -> Outcome:
        """Let time pass: ticks that are due without any mention, overdue answers."""
        outcome = Outcome()
        with self.store.transaction() as tx:
            before = self.engine.ticked
            self._handle(tx, self.engine.advance(now.timestamp()), now, outcome)
            outcome.notices += self.desk.tick(tx, now)
            if self.engine.ticked != before:
                tx.save_state(dump(self.engine))
        return outcome

    def _handle(
        self, tx: Transaction, effects: Iterable[Escalation | Pulse], now: datetime, outcome: Outcome
    ) -> None:
        pulses = [e for e in effects if isinstance(e, Pulse)]
        tx.add_pulses(pulses)
        outcome.pulses += pulses
        for escalation in effects:
            if isinstance(escalation, Escalation):
                moment = escalation.at if self.recorded else now
                outcome.notices += self.desk.take(tx, [escalation], moment)
                outcome.escalations.append(escalation)

    def _write(self, tx: Transaction, arrivals: Sequence[Arrival], outcome: Outcome) -> None:
        """Keep the matched mentions for people to read, forget the deleted, note our own answers."""
        tx.add_mentions([stored(a.scored, self._organisation) for a in arrivals if a.scored is not None])
        for arrival in arrivals:
            mention = arrival.mention
            ours = self._organisation.is_official(mention.author)
            if mention.op == "delete":
                if ours:
                    self.desk.hear_of_deletion(tx, mention.id, mention.edited_at or mention.event_at)
                tx.forget_mention(mention.id)
            elif ours:
                said = arrival.scored or ScoredMention(mention, (), 0.0, mention.language or "")
                post = stored(said, self._organisation)
                self.desk.hear_from_us(tx, post, parent=mention.in_reply_to)
        if self.recorded and arrivals:
            clock = datetime.fromtimestamp(arrivals[-1].clock_s, UTC)
            outcome.notices += self.desk.tick(tx, clock)


def stored(scored: ScoredMention, organisation: Organisation) -> StoredMention:
    """A matched mention as people see it; the store makes the author a pseudonym."""
    mention, author = scored.mention, scored.mention.author
    return StoredMention(
        id=mention.id,
        topics=scored.topics,
        thread=mention.thread,
        platform=mention.platform,
        kind=mention.kind,
        author=(author.id or author.handle) if author else None,
        followers=author.followers if author else None,
        official=organisation.is_official(author),
        text=mention.text,
        language=scored.language or None,
        url=mention.url,
        negativity=scored.negativity,
        published_at=mention.event_at,
    )


def _observed(mention: Mention, now: datetime) -> Mention:
    """Stamped with when it reached us: event time is never later than that."""
    return mention.model_copy(update={"observed_at": now})
