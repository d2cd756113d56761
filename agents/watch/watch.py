"""The watch over one topic: at each tick, whether somebody has to be woken, and why or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agents.pulse.counts import NEGATIVE
from agents.pulse.sighting import SCALE
from agents.watch.case import Case
from agents.watch.evidence import (
    MAIN_THREAD,
    beyond,
    complaints,
    evidence_of,
    main_thread,
    names_known,
    people,
    spread_of_topic,
)
from agents.watch.planned import Peak
from agents.watch.policy import DAYS_A_MONTH, RULE_VERSION, WatchPolicy
from agents.watch.safety import SafetyRule
from agents.watch.scale import WINDOWS, threshold_days
from agents.watch.topic import BUSY, Measure, TopicState
from agents.watch.volume import Volume
from agents.watch.whatif import least_mass
from agents.watch.words import Ordinary
from alerts.severity import severity
from streams.records import Escalation, EscalationKind, Evidence, Pulse, incident_id
from streams.statistics.share import SURE, risen
from streams.windows import HOUR_MINUTES, SLOT_MINUTES, time_of

PULSE_MINUTES = 5
REVIEW_MINUTES = 5  # how often the severity of a live case is weighed anew
SLOW_MINUTES = 6 * HOUR_MINUTES
ONSET_MINUTES = 6 * HOUR_MINUTES
STEP = 1.0  # what pages again within the refractory time is so many times the highest hour until then
TURNS = 3  # voices of one author within the longest window on which a page may rest
HARDLY_SURE = 1.28  # deviations of the share, in the low-volume channel: the usual one is hardly known there
STILL_RISING = 4.0  # times the usual, in the last hour
SAFETY_WORDS = "safety_words"
SAFETY_RULE = f"{RULE_VERSION}+safety"  # such a case may have the onset of one that ended


class Verdict(StrEnum):
    """What was decided at a tick, and for what reason."""

    QUIET = "quiet"
    PLANNED = "planned_peak"
    TOO_FEW_POSTS = "too_few_posts"
    TOO_FEW_PEOPLE = "too_few_people"
    USUAL_SHARE = "usual_share"
    LIVE = "live"
    REFRACTORY = "refractory"
    ESCALATES = "escalates"
    SAFETY = "safety_words"


@dataclass(frozen=True, slots=True)
class TopicBudget:
    """A topic to watch, its false pages a month, what words are ordinary in its mentions, what peaks are
    expected, and when safety words page."""

    name: str
    budget: float = 1.0
    ordinary: Ordinary = field(default_factory=Ordinary)
    peaks: tuple[Peak, ...] = ()
    safety: SafetyRule = field(default_factory=SafetyRule)


def _paused(measure: Measure) -> bool:
    """Whether a slow rise pauses: in the hour of the page it has to go on (as burn-rate alerts demand that
    the short window is high, too; Beyer et al., "The Site Reliability Workbook", ch. 5)."""
    return measure.low_volume and measure.negative < STILL_RISING * measure.usual


def _times(measure: Measure) -> float:
    """How many times the usual is expected, by which the floors rise."""
    return measure.planned.factor if measure.planned else 1.0


class TopicWatch:
    """One topic's state, threshold and case."""

    __slots__ = ("name", "ordinary", "policy", "safety", "settle", "state", "threshold", "volume")

    def __init__(self, topic: TopicBudget, policy: WatchPolicy, volume: Volume, state: TopicState) -> None:
        self.name = topic.name
        self.policy = policy
        self.volume = volume
        self.threshold = threshold_days(topic.budget, DAYS_A_MONTH)
        self.state = state
        self.ordinary = topic.ordinary
        self.safety = topic.safety
        state.peaks = topic.peaks
        self.settle = -(-policy.lateness_seconds // 60)  # minutes from a tick to its decision

    @property
    def live(self) -> bool:
        """Whether a case is open, so that every tick counts."""
        return self.state.case is not None and self.state.case.live

    def tick(self, now: int, out: list[Escalation | Pulse]) -> Measure:
        """Decide about the windows that end at minute `now`; append what follows."""
        state = self.state
        state.close_until(self.volume.closed or state.closed, self.volume)
        measure = state.measure(now, self.volume)
        state.surprise.note(now - 1, measure.surprises, measure.fastest)
        verdict = self._decide(measure, out)
        state.touched_threads.clear()
        if verdict is not Verdict.QUIET or now >= state.pulse_at + PULSE_MINUTES:
            state.pulse_at = now
            out.append(self._pulse(measure, verdict))
        return measure

    def _decide(self, measure: Measure, out: list[Escalation | Pulse]) -> Verdict:
        case, state = self.state.case, self.state
        alarming = state.safety.alarming(measure.minute, self.safety, state.counts.copies)
        if alarming:
            return self._alarm(case, alarming, measure, out)
        if case is not None and case.live:
            self._follow(case, measure, out)
            return Verdict.LIVE
        verdict = self._verdict(measure)
        if verdict is Verdict.USUAL_SHARE and not self._share_risen(measure, 0.0):
            state.damp(measure.minute, measure.usual / HOUR_MINUTES)
        elif verdict is Verdict.ESCALATES:
            if case is not None and measure.minute < case.opened + self._refractory():
                if not self._calm(measure) and measure.negative >= STEP * case.peak:
                    self._reopen(case, measure, out)
                return Verdict.REFRACTORY
            self._open(measure, out)
        elif measure.planned is not None and self._would_escalate(measure):
            return Verdict.PLANNED
        return verdict

    def _would_escalate(self, measure: Measure) -> bool:
        """Whether this would open a case without the calendar."""
        ordinary = self.state.measure(measure.minute, self.volume, calendar=False)
        return self._verdict(ordinary) is Verdict.ESCALATES

    def _alarm(
        self, case: Case | None, classes: Mapping[str, int], measure: Measure, out: list[Escalation | Pulse]
    ) -> Verdict:
        """Safety words page: a case opens, or the one that is open is worse than it seemed."""
        self.state.safety.page(classes, measure.minute)
        if case is None or not case.live:
            self._open(measure, out, since=self.state.safety.since(classes))
            return Verdict.SAFETY
        case.cooled, case.calm_since = False, None
        evidence = self._evidence(measure)
        case.severity = min(5, max(severity(evidence), case.severity + 1))
        out.append(self._escalation("raised", case, measure, evidence, SAFETY_WORDS))
        return Verdict.SAFETY

    def _verdict(self, measure: Measure) -> Verdict:
        """Whether this would open a case, or the first reason why not."""
        if measure.score < self.threshold or _paused(measure):
            return Verdict.QUIET
        if measure.mass < self.policy.negative_floor * _times(measure):
            return Verdict.TOO_FEW_POSTS
        if not self._share_risen(measure, HARDLY_SURE if measure.low_volume else SURE):
            return Verdict.USUAL_SHARE
        return Verdict.ESCALATES if self._enough_people(measure) else Verdict.TOO_FEW_PEOPLE

    def _share_risen(self, measure: Measure, deviations: float) -> bool:
        """Whether a larger share is complaint than usual, by so many standard deviations."""
        voices, negative = measure.voices, measure.negative
        if voices < 20:
            _, voices, mass, _ = self.state.counts.totals(measure.minute - SLOW_MINUTES, measure.minute)
            negative = mass / SCALE
        baseline = self.state.baseline
        return risen(negative, voices, baseline.share(self.volume), baseline.scatter, deviations)

    def _enough_people(self, measure: Measure) -> bool:
        """The floor of distinct authors that complain, where authors are known.

        Few who complain often are no crowd either: complaints of the last hour are at most twice the
        people behind them, and it would page if nobody had more than `TURNS` voices.
        """
        voices = list(self.state.counts.voices(measure.minute - SLOW_MINUTES, measure.minute))
        if not names_known(voices):
            return True
        found = complaints(voices, self.state.baseline.share(self.volume))
        recent = [v for v in found if v.minute >= measure.minute - HOUR_MINUTES]
        floor = self.policy.people_floor * _times(measure)
        crowd = people(found) >= floor and len(recent) <= 2 * people(recent)
        return crowd and self._pages_without_the_busiest(measure)

    def _pages_without_the_busiest(self, measure: Measure) -> bool:
        """Whether the score stands without what authors said beyond `TURNS` voices in the longest window."""
        now, counts = measure.minute, self.state.counts
        more = beyond(counts.voices(now - WINDOWS[-1], now), TURNS)
        if not more:
            return True
        counts.leave_out(more)
        try:
            without = self.state.measure(now, self.volume, calendar=measure.planned is not None)
            return without.score >= self.threshold
        finally:
            counts.put_back(more)

    def _refractory(self) -> int:
        quiet = self.state.baseline.level * HOUR_MINUTES < BUSY
        hours = self.policy.quiet_refractory_hours if quiet else self.policy.refractory_hours
        return hours * HOUR_MINUTES

    def _onset(self, measure: Measure) -> int:
        """Start of the first quarter of an hour from which on every one has been above its usual."""
        usual = max(1.0, measure.usual / 4 * 1.5)
        start = (measure.minute - 1) // SLOT_MINUTES * SLOT_MINUTES
        onset = start
        while onset > measure.minute - ONSET_MINUTES:
            mass = self.state.counts.totals(onset - SLOT_MINUTES, onset)[NEGATIVE] / SCALE
            if mass < usual:
                break
            onset -= SLOT_MINUTES
        return onset

    def _open(self, measure: Measure, out: list[Escalation | Pulse], since: int | None = None) -> None:
        """Open a case; `since` when safety words were first said, if they are why."""
        now, rule = measure.minute, RULE_VERSION if since is None else SAFETY_RULE
        thread, share = main_thread(self.state.counts.voices(now - HOUR_MINUTES, now))
        thread = thread if share >= MAIN_THREAD else None
        onset = self._onset(measure) if since is None else since // SLOT_MINUTES * SLOT_MINUTES
        incident = incident_id(self.name, thread, time_of(onset), rule)
        page_floor = self._page_floor(now) if since is None else None
        case = self.state.case = Case(
            incident, thread, onset, now, 1, measure.negative, page_floor=page_floor
        )
        self.state.forget_evidence(now)
        evidence = self._evidence(measure)
        case.severity = severity(evidence)
        reason = "score above threshold" if since is None else SAFETY_WORDS
        out.append(self._escalation("opened", case, measure, evidence, reason))

    def _page_floor(self, now: int) -> float | None:
        """Negative posts of the hour below which no case would open; None where they do not matter."""
        counts = self.state.counts
        hour = list(counts.voices(now - HOUR_MINUTES, now))
        found = complaints(hour, self.state.baseline.share(self.volume))
        return least_mass(
            counts,
            hour,
            found,
            lambda: self._verdict(self.state.measure(now, self.volume)) is Verdict.ESCALATES,
        )

    def _reopen(self, case: Case, measure: Measure, out: list[Escalation | Pulse]) -> None:
        case.ended = case.calm_since = None
        case.cooled = False
        case.peak = max(case.peak, measure.negative)
        self.state.forget_evidence(measure.minute)
        evidence = self._evidence(measure)
        case.severity = max(case.severity, severity(evidence))
        out.append(self._escalation("reopened", case, measure, evidence, "flared up again"))

    def _follow(self, case: Case, measure: Measure, out: list[Escalation | Pulse]) -> None:
        """A live case: rising, cooling or over. Once it cools only a score above the threshold stirs it."""
        case.peak = max(case.peak, measure.negative)
        calm = self._calm(measure)
        if case.cooled and not calm and measure.score >= self.threshold:
            self._reopen(case, measure, out)
        elif calm or case.cooled:
            self._cool(case, measure, out)
        else:
            case.calm_since = None
            if measure.minute % REVIEW_MINUTES == 0:
                self._review(case, measure, out)

    def _cool(self, case: Case, measure: Measure, out: list[Escalation | Pulse]) -> None:
        now = measure.minute
        if case.calm_since is None:
            case.calm_since = now
        calm_minutes = now - case.calm_since
        if calm_minutes >= self.policy.resolve_minutes:
            case.ended = now
            self.state.forget_evidence(now)
            out.append(self._escalation("resolved", case, measure, self._evidence(measure), "calm"))
        elif calm_minutes >= self.policy.resolve_minutes // 2 and not case.cooled:
            case.cooled = True
            self.state.forget_evidence(now)
            out.append(self._escalation("cooling", case, measure, self._evidence(measure), "calm"))

    def _review(self, case: Case, measure: Measure, out: list[Escalation | Pulse]) -> None:
        """Weigh a live case anew."""
        evidence = self._evidence(measure)
        worse = severity(evidence)
        if worse > case.severity:
            case.severity = worse
            out.append(self._escalation("raised", case, measure, evidence, "severity rose"))

    def _calm(self, measure: Measure) -> bool:
        """Back among the usual, and not growing."""
        if measure.negative > max(1.25 * measure.high, 1.5):
            return False
        if self.state.safety.latest() >= measure.minute - self.policy.resolve_minutes:
            return False
        return measure.voices < 10 or spread_of_topic(self.state, measure.minute)[1] <= 1.0

    def _evidence(self, measure: Measure) -> Evidence:
        evidence = evidence_of(self.state, measure, self.ordinary, self.volume)
        return evidence.model_copy(update={"safety": self._confirmed(measure.minute)})

    def _confirmed(self, now: int) -> dict[str, int]:
        return self.state.safety.confirmed(now, self.safety, self.state.counts.copies)

    def _escalation(
        self, kind: EscalationKind, case: Case, measure: Measure, evidence: Evidence, reason: str
    ) -> Escalation:
        case.steps += 1
        return Escalation(
            id=f"{case.incident}.{case.steps}",
            kind=kind,
            incident=case.incident,
            topic=self.name,
            thread=case.thread,
            at=time_of(measure.minute + self.settle),
            onset_at=time_of(case.onset),
            severity=case.severity,
            score=round(measure.score, 3),
            threshold=round(self.threshold, 3),
            reason=reason,
            rule_version=RULE_VERSION,
            evidence=evidence,
        )

    def _pulse(self, measure: Measure, verdict: Verdict) -> Pulse:
        return Pulse(
            topic=self.name,
            at=time_of(measure.minute),
            mentions_per_hour=measure.voices,
            negative_per_hour=round(measure.negative, 2),
            usual_per_hour=round(measure.usual, 2),
            usual_low=round(measure.low, 2),
            usual_high=round(measure.high, 2),
            spread_per_hour=measure.spread,
            negative_share=round(measure.negative / measure.voices, 3) if measure.voices else 0.0,
            score=round(measure.score, 3),
            threshold=round(self.threshold, 3),
            verdict=verdict,
        )
