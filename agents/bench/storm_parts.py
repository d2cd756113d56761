"""Parts of the benchmark about injected storms: the shipped engine, and its peers on the same storms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from statistics import fmean, median, quantiles

from agents.bench import contest, injections, places, readers
from agents.bench import data as public
from agents.bench.intervals import bootstrap
from agents.bench.setup import Row, Setup, Task

BUDGETS = (4.0, 1.0, 0.25)
READERS = tuple(readers.readers(readers.shipped()))
CONTESTED = next(reader for reader in READERS if reader.name.endswith(", fi"))  # the product's first language

Injected = tuple[str, float, injections.Outcome]
Contested = tuple[str, list[contest.Trial]]


def injected(
    data: Path, half: str, reader: readers.Reader, place: int, every: float, budget: float, threads: bool
) -> Injected:
    """Storms into one background, as one reader reads them."""
    background = places.backgrounds(data, half)[place]
    found = injections.run(background, shapes_of(data, half), reader, every * public.DAY, budget, threads)
    return reader.name if threads else f"{reader.name}, no threads", budget, found


def shapes_of(data: Path, half: str) -> dict[str, list[float]]:
    """The shapes of a half."""
    return {n: t for n, t in public.shapes(data).items() if half in (public.half_of(n), "all")}


def injection_tasks(setup: Setup) -> list[Task]:
    """A task for each background and reader; for the reader of the contest at other budgets, too."""
    count = len(places.backgrounds(setup.data, setup.half))
    runs = [(reader, 1.0, True) for reader in READERS] + [(readers.TRUE, 1.0, False)]
    runs += [(CONTESTED, budget, True) for budget in BUDGETS if budget != 1.0]
    return [
        partial(injected, setup.data, setup.half, reader, place, setup.every_days, budget, threads)
        for reader, budget, threads in runs
        for place in range(count)
    ]


def injection_rows(found: Sequence[Injected]) -> Iterator[Row]:
    """One row a reader and budget, in the order of the tasks."""
    for (name, budget), group in groupby(found, key=lambda one: (one[0], one[1])):
        yield {"what": name, "budget": budget, **summed([outcome for _, _, outcome in group])}


def summed(outcomes: Sequence[injections.Outcome]) -> Row:
    """One line of the table of injections, with 95 % bootstrap intervals over backgrounds."""
    every = [one for outcome in outcomes for one in outcome.injections]
    leads = [one.lead_s / 60 for one in every if one.lead_s is not None]
    peaks = [one.peak_lead_s / 60 for one in every if one.peak_lead_s is not None]
    seen = [one.mentions for one in every if one.mentions is not None]
    row: Row = {"injections": len(every)}
    for size in places.SIZES:
        row[f"recall_x{size:g}"] = round(recall(outcomes, size), 2)
        row[f"interval_x{size:g}"] = bootstrap(outcomes, partial(recall, size=size))
    row["recall"] = round(mean_recall(outcomes), 3)
    row["lead_minutes"] = round(median(leads)) if leads else None
    row["lead_deciles"] = [round(x) for x in quantiles(leads, n=10)] if len(leads) > 1 else []
    row["peak_lead_minutes"] = round(median(peaks)) if peaks else None
    row["mentions_until_page"] = round(fmean(seen)) if seen else None
    row["false_pages_month"] = round(false_rate(outcomes), 2)
    row["false_pages_interval"] = bootstrap(outcomes, false_rate)
    row["months"] = round(sum(outcome.months for outcome in outcomes), 1)
    return row


def recall(outcomes: Sequence[injections.Outcome], size: float) -> float:
    """Share of the storms of a size that were paged before half of their volume."""
    found = [one.lead_s is not None for o in outcomes for one in o.injections if one.size == size]
    return sum(found) / len(found) if found else 0.0


def mean_recall(outcomes: Sequence[injections.Outcome]) -> float:
    """Mean over the sizes."""
    return fmean(recall(outcomes, size) for size in places.SIZES)


def false_rate(outcomes: Sequence[injections.Outcome]) -> float:
    """False pages a topic-month."""
    months = sum(outcome.months for outcome in outcomes)
    return sum(outcome.false_pages for outcome in outcomes) / months if months else 0.0


def contested(data: Path, half: str, place: int, every: float) -> Contested:
    """All peers on one background of a half."""
    background = places.backgrounds(data, half)[place]
    return half, contest.run(background, shapes_of(data, half), CONTESTED, every * public.DAY)


def contest_tasks(setup: Setup) -> list[Task]:
    """A task for each background of either half: one to tune on, one to test."""
    return [
        partial(contested, setup.data, half, place, setup.every_days)
        for half in ("tune", "test")
        for place in range(len(places.backgrounds(setup.data, half)))
    ]


def contest_rows(found: Sequence[Contested]) -> Iterator[Row]:
    """Each peer at each budget; what is not installed, by name."""
    for name in contest.every_peer():
        halves: dict[str, list[contest.Trial]] = {"tune": [], "test": []}
        for half, trials in found:
            halves[half] += [trial for trial in trials if trial.peer == name]
        if halves["tune"] and halves["test"]:
            yield from (_contested_row(name, halves, budget) for budget in BUDGETS)
    for name in contest.missing():
        yield {"what": name, "skipped": "not installed"}


def _contested_row(name: str, halves: dict[str, list[contest.Trial]], budget: float) -> Row:
    threshold = contest.tuned(halves["tune"], budget)
    return {"what": name, "budget": budget, **summed([t.outcome(threshold) for t in halves["test"]])}
