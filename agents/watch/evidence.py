"""The evidence of an escalation: the numbers that decided, and who carries it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import exp

from agents.pulse.counts import NEGATIVE, PEOPLE
from agents.pulse.sighting import SCALE, Sighting, words_of
from agents.watch.signs import coordination, cue_shares, reach_of
from agents.watch.topic import Measure, TopicState
from agents.watch.volume import Volume
from agents.watch.words import Ordinary
from streams.records import Evidence
from streams.statistics.cascade import TAUS, folded, reproduction
from streams.statistics.forecast import Forecast, size_in_a_day
from streams.windows import HOUR_MINUTES, time_of

MAIN_THREAD = 0.5  # a thread with at least this share of the voices is where it happens
THREAD_VOICES = 3
WORDS_SHOWN = 5
ROOM = (-2.7, 2.1)  # log of what came over what was expected: its 5 % and 95 % quantile, stories, tune half
NEVER_SHOWN_ABOVE = 6.0  # return periods are shown up to a million days


def complaints(voices: Iterable[Sighting], usual_share: float) -> list[Sighting]:
    """The voices that complain: at least as likely negative as not, or twice as likely as is usual here."""
    least = SCALE * min(0.5, 2 * usual_share)
    return [v for v in voices if v.negative >= least]


def names_known(voices: Sequence[Sighting]) -> bool:
    """Whether most of the voices have a known author."""
    return 2 * sum(v.known for v in voices) >= len(voices) > 0


def people(voices: Iterable[Sighting]) -> int:
    """Distinct authors."""
    return len({v.author for v in voices})


def beyond(voices: Iterable[Sighting], most: int) -> list[Sighting]:
    """What known authors said beyond so many voices each; their angriest ones stay."""
    heard: Counter[int] = Counter()
    more = []
    for voice in sorted((v for v in voices if v.known), key=lambda v: v.rank, reverse=True):
        heard[voice.author] += 1
        if heard[voice.author] > most:
            more.append(voice)
    return more


def main_thread(voices: Iterable[Sighting]) -> tuple[str | None, float]:
    """The thread with most negative mass among the voices, and its share; None where nobody converses."""
    masses: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for v in voices:
        masses[v.thread] += v.negative
        sizes[v.thread] += 1
    threads = [t for t in masses if sizes[t] >= THREAD_VOICES]
    if not threads:
        return None, 0.0
    thread = min(threads, key=lambda t: (-masses[t], t))
    return thread, masses[thread] / max(1, sum(masses.values()))


def top_words(voices: Iterable[Sighting], ordinary: Ordinary) -> tuple[str, ...]:
    """Words that most of the negative voices use, words of every day left out."""
    counts: Counter[str] = Counter()
    for v in voices:
        if v.negative * 2 >= SCALE:
            counts.update({w for w in words_of(v.text) if len(w) > 3 and w not in ordinary})
    ranked = sorted(((-n, w) for w, n in counts.items() if n > 1))
    return tuple(w for _, w in ranked[:WORDS_SHOWN])


def spread_of_topic(state: TopicState, now: int) -> tuple[float, float, float]:
    """R of the topic with its interval."""
    start = now - 2 * HOUR_MINUTES
    older = [(m, b) for m, b in sorted(state.counts.minutes.items()) if m < now]
    before = [(m, b[PEOPLE]) for m, b in older if m < start]
    recent = [(m, b[PEOPLE]) for m, b in older if m >= start]
    sums, _ = folded([0.0] * len(TAUS), before[0][0] if before else start, start, before)
    sums, pressure = folded(sums, start, now, recent)
    people = sum(n for _, n in recent)
    return reproduction(max(0, people - (0 if before else 1)), pressure)


def still_to_come(state: TopicState, now: int) -> Forecast:
    """Negative posts of the next 24 hours, from those since the onset; what is older than eight hours is left
    out, and so is everything of a topic without a case.

    The forecast's own interval is that of single cascades; a topic is many of them, and news from outside.
    It is widened by the quantiles of what came over what was expected (split conformal prediction, Vovk et
    al. 2005, "Algorithmic Learning in a Random World").
    """
    onset = state.case.onset if state.case else now
    since = [(m, b[NEGATIVE] / SCALE) for m, b in state.counts.between(onset, now)]
    if not since:
        return Forecast(0.0, 0.0, 0.0)
    start, events = since[0][0], sum(mass for _, mass in since)
    sums, _ = folded([0.0] * len(TAUS), start, now, since)
    found = (max(0.0, size - events) for size in size_in_a_day(events, sums, now - start))
    expected, low, high = found
    least, most = ((expected + 1) * exp(room) - 1 for room in ROOM)
    return Forecast(expected, max(0.0, min(low, least)), max(high, most))


def evidence_of(state: TopicState, measure: Measure, ordinary: Ordinary, volume: Volume) -> Evidence:
    """All that a page may say, from the state at a tick."""
    now = measure.minute
    voices = sorted(state.counts.voices(now - HOUR_MINUTES, now), key=lambda v: v.rank, reverse=True)
    thread, share = main_thread(voices)
    r, r_low, r_high = spread_of_topic(state, now)
    coming = still_to_come(state, now)
    share_usual = state.baseline.share(volume)
    found = complaints(voices, share_usual)
    case, planned = state.case, measure.planned
    return Evidence(
        negative_last_hour=round(measure.negative, 1),
        usual_low=round(measure.low, 1),
        usual_high=round(measure.high, 1),
        usual_mean=round(measure.usual, 2),
        people_last_hour=people(found) if names_known(voices) else None,
        mentions_last_hour=measure.voices,
        raw_mentions_last_hour=measure.raw,
        negative_share=round(measure.negative / measure.voices, 3) if measure.voices else 0.0,
        usual_share=round(share_usual, 3),
        spread_last_hour=measure.spread,
        reproduction=round(r, 2),
        reproduction_low=round(r_low, 2),
        reproduction_high=round(r_high, 2),
        expected_24h=round(coming.expected, 1),
        expected_24h_low=round(coming.low, 1),
        expected_24h_high=round(coming.high, 1),
        return_days=round(10 ** min(measure.score, NEVER_SHOWN_ABOVE), 2),
        would_not_page_below=_rounded(case.page_floor) if case else None,
        largest_thread=thread,
        largest_thread_share=round(share, 3) if thread else None,
        top_words=top_words(voices, ordinary),
        channels=dict(sorted(Counter(v.platform for v in voices).items(), key=lambda c: (-c[1], c[0]))),
        top_mentions=tuple(v.id for v in sorted(voices, key=_carries)[:5]),
        language=_main_language(voices),
        possible_coordination=measure.raw >= 3 * max(1, measure.voices) and measure.raw >= 20,
        learning=state.baseline.learning,
        started_at=time_of(case.onset) if case else None,
        lasted_minutes=now - case.onset if case else None,
        planned_factor=planned.factor if planned else None,
        planned_note=planned.note if planned else "",
        reach_last_hour=reach_of(voices),
        coordination=coordination(state.counts, now),
        **cue_shares(found),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _carries(voice: Sighting) -> tuple[int, int, str]:
    """Order of the mentions that carry a storm: far-reaching among the negative ones first."""
    return (0 if voice.negative * 2 >= SCALE else 1, -voice.reach, voice.id)


def _main_language(voices: Iterable[Sighting]) -> str | None:
    counts = Counter(v.language for v in voices if v.language)
    return min(counts, key=lambda c: (-counts[c], c)) if counts else None
