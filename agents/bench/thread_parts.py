"""Parts of the benchmark about threads: which grow large, and how large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from agents.bench import cascades, sizes
from agents.bench.intervals import bootstrap
from agents.bench.setup import Row, Setup, Task
from agents.bench.thread_rules import RULES


def _named(data: Path, rule: str) -> tuple[str, list[cascades.Traced]]:
    return rule, cascades.traced(data, rule)


def thread_tasks(setup: Setup) -> list[Task]:
    """A task for each rule."""
    if not (setup.data / "twitter1516_cascades.csv.gz").exists():
        return []
    return [partial(_named, setup.data, rule) for rule in RULES]


def thread_rows(found: Sequence[tuple[str, list[cascades.Traced]]]) -> Iterator[Row]:
    """Each rule at the thresholds that give the stated precision on the tune half."""
    for rule, traces in found:
        tune, test = cascades.halves(traces)
        for precision in cascades.PRECISIONS:
            threshold = cascades.tuned(tune, precision)
            row: Row = {
                "what": rule,
                "tuned_to": precision,
                "large": cascades.large(test),
                "cascades": len(test),
            }
            if threshold is None:
                yield row | {"precision": None, "recall": None, "minutes": None, "lead_minutes": None}
                continue
            judged = cascades.quality(test, threshold)
            yield row | _bounds(test, threshold) | {
                "precision": round(judged.precision, 2), "recall": round(judged.recall, 2),
                "minutes": judged.minutes, "lead_minutes": judged.lead_minutes and round(judged.lead_minutes),
                "tune_precision": round(cascades.quality(tune, threshold).precision, 2),
                "tune_recall": round(cascades.quality(tune, threshold).recall, 2),
            }  # fmt: skip


def _bounds(test: Sequence[cascades.Traced], threshold: float) -> Row:
    """Precision and recall again, with other cascades drawn."""
    return {
        "precision_interval": bootstrap(test, lambda some: cascades.quality(some, threshold).precision),
        "recall_interval": bootstrap(test, lambda some: cascades.quality(some, threshold).recall),
    }


def size_tasks(setup: Setup) -> list[Task]:
    """One task."""
    return [partial(sizes.guesses, setup.data, setup.half)]


def size_rows(found: Sequence[Sequence[sizes.Guess]]) -> Iterator[Row]:
    """Median error and coverage by source."""
    every = [guess for some in found for guess in some]
    for source in dict.fromkeys(guess.source for guess in every):
        some = [guess for guess in every if guess.source == source]
        yield {
            "what": source, "cascades": len(some),
            "error": sizes.error([(g.shipped.expected, g.size) for g in some]),
            "covered": sizes.covered(some),
            "error_seismic": sizes.error([(g.seismic, g.size) for g in some]),
            "error_frozen": sizes.error([(g.seen, g.size) for g in some]),
        }  # fmt: skip
