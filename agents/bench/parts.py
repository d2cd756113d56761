"""Parts of the benchmark about topics: tasks for other processes, and rows of what they found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import log10
from pathlib import Path
from statistics import median

from agents.bench import budgets, coldstart, headlines, nab
from agents.bench import data as public
from agents.bench.intervals import poisson_bounds
from agents.bench.setup import Row, Setup, Task
from agents.watch.policy import WatchPolicy
from agents.watch.series import SeriesWatch

THRESHOLDS = [round(-0.5 + 0.02 * step, 2) for step in range(250)]
STORY_PARTS = 8
MADE_SEEDS = {20.0: range(3), 5.0: range(100, 120)}


def labelled(data: Path, name: str) -> tuple[str, nab.Labelled]:
    """One of NAB's series with the scores that the shipped series detector gives it."""
    series = public.tickers(data)[name]
    minutes = [int(time // 60) for time, _ in series]
    watch = SeriesWatch(WatchPolicy(), 5)
    scores = [watch.judge(minute, value).score for minute, (_, value) in zip(minutes, series, strict=True)]
    rows = [nab.window_rows(minutes, a / 60, b / 60) for a, b in public.ticker_windows(data)[name]]
    return name, nab.Labelled(minutes, scores, rows)


def nab_tasks(setup: Setup) -> list[Task]:
    """A task for each series."""
    return [partial(labelled, setup.data, name) for name in public.tickers(setup.data)]


def nab_rows(found: Sequence[tuple[str, nab.Labelled]]) -> Iterator[Row]:
    """NAB's score, edge-triggered: with one series left out, at best, and within the budget."""
    corpus = dict(found)
    if not corpus:
        return
    swept = nab.sweep(corpus, THRESHOLDS)
    rows = {
        "leave one series out": swept.leave_one_out(),
        "best threshold on the same data": swept.best()[1],
        "most windows at no more than one false page a topic-month": swept.within(1.0)[1],
        "as shipped, budget 1": nab.total(nab.at_threshold(corpus, round(log10(30.44), 4))),
    }
    for name, tally in rows.items():
        yield {
            "what": name, "score": round(tally.score, 1), "windows_hit": tally.hits,
            "windows": tally.windows, "false_pages_month": round(tally.false_rate, 2),
        }  # fmt: skip


def budget_tasks(setup: Setup) -> list[Task]:
    """Busy streams first, for they take longest."""
    data = setup.data
    tasks: list[Task] = [
        partial(budgets.made, rate, seed) for rate, seeds in MADE_SEEDS.items() for seed in seeds
    ]
    tasks += [partial(budgets.ticker, place) for place in budgets.places(data)]
    if (data / "fakenewsnet_politifact_fake_timelines.csv.gz").exists():
        tasks += [partial(budgets.stories, data, part, STORY_PARTS) for part in range(STORY_PARTS)]
    if (data / "fi_news_headlines.csv.gz").exists():
        tasks += [partial(budgets.dealt_headlines, data, topics) for topics in (10, 2)]
        tasks += [partial(budgets.brands, data)]
    return tasks


def budget_rows(found: Sequence[budgets.Kept | list[budgets.Kept]]) -> Iterator[Row]:
    """Observed rates by group and budget, and all pooled."""
    flat = [kept for one in found for kept in (one if isinstance(one, list) else [one])]
    groups = list(dict.fromkeys(kept.group for kept in flat))
    for group in [*groups, "all"]:
        some = [kept for kept in flat if group in (kept.group, "all")]
        yield from (_observed(group, some, budget) for budget in budgets.BUDGETS)


def _observed(group: str, some: Sequence[budgets.Kept], budget: float) -> Row:
    pages, months = sum(kept.pages[budget] for kept in some), sum(kept.months for kept in some)
    low, high = poisson_bounds(pages, months)
    return {
        "what": group, "budget": budget, "pages": pages, "months": round(months, 1),
        "pages_month": round(pages / months, 3) if months else None,
        "interval": (round(low, 3), round(high, 3)), "upper_over_budget": round(high / budget, 2),
    }  # fmt: skip


def headline_tasks(setup: Setup) -> list[Task]:
    """A task for each budget."""
    if not (setup.data / "fi_news_headlines.csv.gz").exists():
        return []
    return [partial(headlines.at_budget, setup.data, budget) for budget in budgets.BUDGETS]


def headline_rows(found: Sequence[tuple[float, headlines.News]]) -> Iterator[Row]:
    """Pages at each budget, and when Vastaamo was one."""
    for budget, news in found:
        first = next((page for page in news.pages if page.topic == "Vastaamo"), None)
        yield {
            "what": f"budget {budget:g}", "pages": len(news.pages),
            "months": round(news.months), "pages_month": round(news.rate, 3),
            "vastaamo_at": first.at.isoformat() if first else None,
            "vastaamo_mentions": first.mentions if first else None,
        }  # fmt: skip


def cold_tasks(setup: Setup) -> list[Task]:
    """All crises in one task."""
    return [partial(coldstart.run, setup.data)] if public.crises(setup.data) else []


def cold_rows(found: Sequence[Sequence[coldstart.Start]]) -> Iterator[Row]:
    """Median mentions and minutes until the page, and pages before the onset."""
    starts = [start for some in found for start in some]
    seen = [one.mentions for one in starts if one.mentions is not None]
    minutes = [one.minutes for one in starts if one.minutes is not None]
    if seen:
        yield {
            "what": f"{len(starts)} crises", "paged": len(seen),
            "median_mentions": median(seen), "median_minutes": round(median(minutes), 1),
            "pages_before_onset": sum(one.early for one in starts),
        }  # fmt: skip
