"""Reads the public data sets where they are, and says which are not there.

Nothing of them is copied into the project. Everything is sorted by time; times are seconds since 1970,
those of a shape seconds since its beginning.
"""

from __future__ import annotations

import csv
import gzip
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

HOUR = 3600.0
DAY = 86400.0
LONGEST = 2 * DAY  # of a shape
LEAST_EVENTS = 50


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a compressed table with a header; nothing where the file is missing."""
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def half_of(name: str) -> str:
    """Which half a shape or topic belongs to, by its name alone.

    >>> half_of("nab:AAPL"), half_of("nab:IBM")
    ('test', 'tune')
    """
    return "tune" if blake2b(name.encode(), digest_size=1).digest()[0] % 2 else "test"


def epoch(stamp: str) -> float:
    """Seconds since 1970 of a time without zone, taken to be UTC."""
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()


@cache
def tickers(data: Path) -> dict[str, list[tuple[float, float]]]:
    """NAB realTweets: (time, mentions in the 5 minutes from then on) of each ticker."""
    series: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows(data / "nab_realtweets.csv.gz"):
        series[row["series"]].append((epoch(row["timestamp"]), float(row["value"])))
    return dict(series)


def ticker_windows(data: Path) -> dict[str, list[tuple[float, float]]]:
    """NAB's labelled windows of each ticker, beginning and end."""
    path = data / "nab_realtweets_labels.json"
    labels = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        name.rpartition("_")[2].removesuffix(".csv"): [(epoch(a), epoch(b)) for a, b in label["windows"]]
        for name, label in labels.items()
    }


def timelines(path: Path, name: str, time: str, unit: float = 1.0) -> dict[str, list[float]]:
    """Sorted times by group, from the columns of a table."""
    groups: dict[str, list[float]] = defaultdict(list)
    for row in rows(path):
        groups[row[name]].append(float(row[time]) * unit)
    return {group: sorted(times) for group, times in groups.items()}


def crises(data: Path) -> dict[str, list[float]]:
    """Arrival times of 26 crises in a 1 % sample of Twitter (CrisisLexT26)."""
    return timelines(data / "crisislext26_timelines.csv.gz", "event", "epoch_s")


def stories(data: Path) -> dict[str, list[float]]:
    """Arrival times of posts about news stories (FakeNewsNet)."""
    return timelines(data / "fakenewsnet_politifact_fake_timelines.csv.gz", "story", "epoch_ms", 1e-3)


@cache
def trees(data: Path) -> dict[str, list[float]]:
    """Retweet trees: seconds from the root, sorted (Twitter15/16)."""
    return timelines(data / "twitter1516_cascades.csv.gz", "cascade", "t_s")


def followed_trees(data: Path) -> dict[str, list[tuple[float, float]]]:
    """The same with followers, of which nothing is known: one each."""
    return {name: [(time, 1.0) for time in times] for name, times in trees(data).items()}


def retweets(data: Path) -> dict[str, list[tuple[float, float]]]:
    """Large retweet cascades: (seconds from the first, followers), sorted (TiDeH)."""
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows(data / "tideh_retweet_cascades.csv.gz"):
        groups[row["cascade"]].append((float(row["t_s"]), float(row["followers"])))
    return {name: sorted(posts) for name, posts in groups.items()}


def onset(times: Sequence[float], least: int = 5) -> float:
    """Beginning of the first hour that has at least `least` events and a fifth of the busiest hour's.

    >>> onset([0.0] + [7200.0 + i for i in range(10)])
    7200.0
    """
    hours: dict[int, int] = defaultdict(int)
    for time in times:
        hours[int(time // HOUR)] += 1
    enough = max(least, 0.2 * max(hours.values()))
    return min(hour for hour, count in hours.items() if count >= enough) * HOUR


@cache
def shapes(data: Path) -> dict[str, list[float]]:
    """How real storms run: seconds from the beginning, two days at most, by name."""
    found: dict[str, list[float]] = {}
    for name, times in crises(data).items():
        found[f"crisis:{name}"] = _since(times, onset(times))
    for name in ("Chengdu", "Kashgar"):
        times = sorted(epoch(row["created_at"]) for row in rows(data / f"{name}.csv.gz"))
        if times:
            found[f"weibo:{name}"] = _since(times, onset(times))
    for kind, times_by_name, most in _cascades(data):
        largest = sorted(times_by_name, key=lambda n: (-len(times_by_name[n]), n))[:most]
        found.update({f"{kind}:{name}": _since(times_by_name[name], 0.0) for name in largest})
    return {name: times for name, times in sorted(found.items()) if len(times) >= LEAST_EVENTS}


def _cascades(data: Path) -> Iterator[tuple[str, Mapping[str, list[float]], int]]:
    yield "tree", trees(data), 40
    yield "tideh", timelines(data / "tideh_retweet_cascades.csv.gz", "cascade", "t_s"), 20


def _since(times: Sequence[float], start: float) -> list[float]:
    first, last = bisect_left(times, start), bisect_left(times, start + LONGEST)
    return [time - times[first] for time in times[first:last]]
