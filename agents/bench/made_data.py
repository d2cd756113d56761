"""A small made-up set in the files and columns of the public ones, for where these are not at hand.

Its figures say nothing about the world; they show that the benchmark runs, and change when the detector does.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from agents.bench.made import BEGIN, DAY, WORDS, busy_times, with_replies

TICKERS = ("ALPHA", "BETA", "KAPPA", "OMEGA")  # two fall into either half
TICKER_DAYS = 24
BIN_S = 300
CRISES, TREES, RETWEETS, STORIES = 8, 160, 24, 6
HEADLINE_DAYS, HEADLINES_AN_HOUR = 200, 1.0
HEADLINES_BEGIN = datetime(2019, 1, 1, tzinfo=UTC).timestamp()
NAMED = ("Posti", "Finnair", "VR", "Yle", "Nordea", "Kela")
VASTAAMO_DAY = 150


def write(folder: Path, seed: int = 1) -> Path:
    """All files, always the same for a seed; gives the folder."""
    chance = random.Random(seed)  # noqa: S311
    _tickers(folder, chance)
    crises = [(f"crisis {n}", time, "yes") for n in range(CRISES) for time in _crisis(chance)]
    _table(folder / "crisislext26_timelines.csv.gz", ("event", "epoch_s", "included"), crises)
    trees = [
        (n, "made", 0, t, 0, -1) for n in range(TREES) for t in _cascade(chance, chance.choice((4, 12, 40)))
    ]
    columns = ("cascade", "label", "root_epoch_s", "t_s", "user_idx", "parent_row")
    _table(folder / "twitter1516_cascades.csv.gz", columns, trees)
    retweets = [(n, t, chance.randrange(1, 400)) for n in range(RETWEETS) for t in _cascade(chance, 40)]
    _table(folder / "tideh_retweet_cascades.csv.gz", ("cascade", "t_s", "followers"), retweets)
    stories = [(f"story {n}", round(1000 * t)) for n in range(STORIES) for t in busy_times(0.5, 60, chance)]
    _table(folder / "fakenewsnet_politifact_fake_timelines.csv.gz", ("story", "epoch_ms"), stories)
    _table(folder / "fi_news_headlines.csv.gz", ("t", "otsikko", "tiivistelma"), _headlines(chance))
    return folder


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(columns)
        table.writerows(rows)


def _stamp(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _tickers(folder: Path, chance: random.Random) -> None:
    """Restless counts with three bursts each, which are labelled."""
    rows: list[tuple[str, str, int]] = []
    labels = {}
    for name in TICKERS:
        starts = [BEGIN + (5 + 6 * n + chance.random()) * DAY for n in range(3)]
        bursts = [start + chance.expovariate(1 / 3600) for start in starts for _ in range(250)]
        times = busy_times(20.0, TICKER_DAYS, chance) + bursts
        bins = Counter(int(time // BIN_S) for time in times)
        first = int(BEGIN // BIN_S)
        rows += [(name, _stamp(n * BIN_S), bins[n]) for n in range(first, first + TICKER_DAYS * 288)]
        windows = [(_stamp(start - 3600), _stamp(start + 3 * 3600)) for start in starts]
        labels[f"realTweets/Twitter_volume_{name}.csv"] = {"windows": windows}
    _table(folder / "nab_realtweets.csv.gz", ("series", "timestamp", "value"), rows)
    (folder / "nab_realtweets_labels.json").write_text(json.dumps(labels), encoding="utf-8")


def _crisis(chance: random.Random) -> list[float]:
    """A few mentions a day, and then many at once that fade away over a day."""
    start = BEGIN + (2 + chance.random()) * DAY
    before = [BEGIN + chance.random() * 2 * DAY for _ in range(4)]
    roots = [start + chance.expovariate(1 / chance.choice((3600, 20000))) for _ in range(150)]
    return sorted(before + with_replies(roots, chance))


def _cascade(chance: random.Random, roots: int) -> list[float]:
    """Seconds from the first post; how soon it fades differs."""
    fading = chance.choice((900.0, 3600.0, 10000.0))
    times = with_replies(
        [chance.expovariate(1 / fading) for _ in range(roots * chance.randrange(1, 9))], chance
    )
    return [0.0, *sorted(round(time, 1) for time in times)]


def _headlines(chance: random.Random) -> list[tuple[str, str, str]]:
    """One in thirty names a company; one company has a bad day."""
    shift = HEADLINES_BEGIN - BEGIN
    times = [time + shift for time in busy_times(HEADLINES_AN_HOUR, HEADLINE_DAYS, chance)]
    found = [(time, chance.choice(NAMED) if chance.random() < 0.03 else "Sää") for time in times]
    bad = HEADLINES_BEGIN + VASTAAMO_DAY * DAY
    found += [(bad + chance.expovariate(1 / 20000), "Vastaamo") for _ in range(25)]
    return [
        (_stamp(time), f"{name} uutisissa: {' '.join(chance.sample(WORDS, 7))}", "")
        for time, name in sorted(found)
    ]
