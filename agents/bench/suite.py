"""The detection benchmark, part by part; each part gives rows of plain figures."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import log10
from pathlib import Path
from statistics import fmean, median

from agents.bench import coldstart, controls, headlines, injections, nab
from agents.bench import data as public
from agents.bench.mentions import READERS
from agents.watch.policy import WatchPolicy
from agents.watch.series import SeriesWatch

Row = dict[str, object]
THRESHOLDS = [round(-0.5 + 0.02 * step, 2) for step in range(250)]
BUDGETS = (4.0, 1.0, 0.25)
RESAMPLES = 1000


def run(data: Path, half: str, workers: int, every_days: float) -> Iterator[Row]:
    """All parts for which there is data; the controls need none."""
    for part in (_nab, _headlines, partial(_injections, half, workers, every_days), _cold_start):
        yield from part(data)
    for kept in controls.run():
        yield {"part": "control", "what": kept.name, "pages": kept.pages, "streams": kept.streams}


def labelled(data: Path) -> dict[str, nab.Labelled]:
    """NAB's series with the scores that the shipped series detector gives them."""
    windows = public.ticker_windows(data)
    found = {}
    for name, series in public.tickers(data).items():
        minutes = [int(time // 60) for time, _ in series]
        watch = SeriesWatch(WatchPolicy(), 5)
        scores = [
            watch.judge(minute, value).score for minute, (_, value) in zip(minutes, series, strict=True)
        ]
        rows = [nab.window_rows(minutes, a / 60, b / 60) for a, b in windows[name]]
        found[name] = nab.Labelled(minutes, scores, rows)
    return found


def _nab(data: Path) -> Iterator[Row]:
    corpus = labelled(data)
    if not corpus:
        return
    swept = nab.sweep(corpus, THRESHOLDS)
    shipped = nab.total(nab.at_threshold(corpus, round(log10(30.44), 4)))
    rows: Mapping[str, nab.Tally] = {
        "best threshold": swept.best()[1],
        "leave one series out": swept.leave_one_out(),
        "most windows at <= 1 false page a month": swept.within(1.0)[1],
        "as shipped, budget 1": shipped,
    }
    for name, tally in rows.items():
        yield {
            "part": "nab", "what": name, "score": round(tally.score, 1), "windows_hit": tally.hits,
            "windows": tally.windows, "false_pages_month": round(tally.false_rate, 2),
        }  # fmt: skip


def _headlines(data: Path) -> Iterator[Row]:
    all_of_them = headlines.arrivals(data)
    if not all_of_them:
        return
    for budget in BUDGETS:
        news = headlines.run(all_of_them, budget)
        first = next((page for page in news.pages if page.topic == "Vastaamo"), None)
        yield {
            "part": "headlines", "what": f"budget {budget:g}", "pages": len(news.pages),
            "months": round(news.months), "pages_month": round(news.rate, 3),
            "vastaamo_at": first.at.isoformat() if first else None,
            "vastaamo_mentions": first.mentions if first else None,
        }  # fmt: skip


def _injections(half: str, workers: int, every_days: float, data: Path) -> Iterator[Row]:
    places = injections.backgrounds(data, half)
    shapes = {n: t for n, t in public.shapes(data).items() if half in (public.half_of(n), "all")}
    if not places or not shapes:
        return
    with ProcessPoolExecutor(workers) as pool:
        for reader in READERS:
            one = partial(injections.run, shapes=shapes, reader=reader, every=every_days * public.DAY)
            yield summed(reader.name, half, list(pool.map(one, places)))


def summed(name: str, half: str, outcomes: Sequence[injections.Outcome]) -> Row:
    """One line of the table of injections, with 95 % bootstrap intervals over backgrounds."""
    every = [one for outcome in outcomes for one in outcome.injections]
    leads = [one.lead_s / 60 for one in every if one.lead_s is not None]
    seen = [one.mentions for one in every if one.mentions is not None]
    row: Row = {"part": "injections", "what": name, "half": half, "injections": len(every)}
    for size in injections.SIZES:
        row[f"recall_x{size:g}"] = round(recall(outcomes, size), 2)
        row[f"interval_x{size:g}"] = interval(outcomes, partial(recall, size=size))
    months = sum(outcome.months for outcome in outcomes)
    row["lead_minutes"] = round(median(leads)) if leads else None
    row["mentions_until_page"] = round(fmean(seen)) if seen else None
    row["false_pages_month"] = round(sum(o.false_pages for o in outcomes) / months, 2) if months else None
    row["months"] = round(months, 1)
    return row


def recall(outcomes: Sequence[injections.Outcome], size: float) -> float:
    """Share of the storms of a size that were paged before half of their volume."""
    found = [one.lead_s is not None for o in outcomes for one in o.injections if one.size == size]
    return sum(found) / len(found) if found else 0.0


def interval(
    outcomes: Sequence[injections.Outcome], figure: Callable[[Sequence[injections.Outcome]], float]
) -> tuple[float, float]:
    """Where 95 % of a figure lie when backgrounds are drawn anew (Efron 1979)."""
    chance = random.Random(0)  # noqa: S311
    drawn = sorted(figure(chance.choices(outcomes, k=len(outcomes))) for _ in range(RESAMPLES))
    return round(drawn[int(0.025 * RESAMPLES)], 2), round(drawn[int(0.975 * RESAMPLES)], 2)


def _cold_start(data: Path) -> Iterator[Row]:
    starts = coldstart.run(data)
    seen = [one.mentions for one in starts if one.mentions is not None]
    minutes = [one.minutes for one in starts if one.minutes is not None]
    if seen:
        yield {
            "part": "cold start", "what": f"{len(starts)} crises", "paged": len(seen),
            "median_mentions": median(seen), "median_minutes": round(median(minutes), 1),
            "pages_before_onset": sum(one.early for one in starts),
        }  # fmt: skip
