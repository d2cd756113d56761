"""Measures a model beside its rivals and writes the page docs/benchmarks/sentiment.md."""

from __future__ import annotations

import itertools
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.sentiment import figures
from agents.sentiment.figures import fitted_reading
from agents.sentiment.linear_scorer import LABELS, LinearScorer
from agents.sentiment.model import BUNDLED, Model
from agents.sentiment.rivals import Rival, rivals
from agents.sentiment.training.rows import EVALUATE_FILE, TRAIN_FILE, Row, read

F64 = NDArray[np.float64]
BATCHES = (1, 8, 32, 64, 256, 1024)
TEXT_LENGTH = 130
SECONDS = 1.0  # a throughput figure


@dataclass(frozen=True, slots=True)
class Result:
    """One scorer on one data set; `error` and `labels` are None where it gives no probabilities or labels."""

    dataset: str
    language: str
    count: int
    accuracy: float
    macro_f1: float
    best_macro_f1: float
    auc: float
    precision_mean: float
    precision: float
    recall: float
    f1: float
    error: float


def report(folder: Path, model: Model, say: Callable[[str], None] = lambda _: None) -> str:
    """The page as Markdown."""
    everything = read(folder / TRAIN_FILE)
    rows = [row for row in everything if row.held_out]
    foreign = read(folder / EVALUATE_FILE) if (folder / EVALUATE_FILE).exists() else []
    scorer = LinearScorer(model)
    parts = [_heading(model)]
    say("Quality")
    parts += _quality_part(scorer, rows, foreign)
    learnt = [row for row in everything if not row.held_out]
    parts += _rivals_part(scorer, learnt, [*rows, *foreign], say)
    say("Throughput")
    parts += _throughput_part(scorer, [row.text for row in rows])
    return "\n".join(parts) + "\n"


def result_of(scorer: LinearScorer, rows: Sequence[Row]) -> Result:
    """The scorer on the rows of one data set."""
    texts, languages = [row.text for row in rows], [row.language for row in rows]
    chances = scorer.negativity(texts, languages)
    truth = np.array([LABELS.index(row.label) for row in rows])
    given = np.array([LABELS.index(label) for label in scorer.labels(texts, languages)])
    hits, flagged = (truth == 0).astype(float), given == 0
    both = float((hits * flagged).sum())
    return Result(
        dataset=rows[0].dataset,
        language=rows[0].language,
        count=len(rows),
        accuracy=float((truth == given).mean()),
        macro_f1=figures.macro_f1(truth, given),
        best_macro_f1=_tuned(scorer, texts, truth),
        auc=figures.area(hits, chances),
        precision_mean=figures.average_precision(hits, chances),
        precision=both / max(1, int(flagged.sum())),
        recall=both / max(1.0, float(hits.sum())),
        f1=figures.f1(truth == 0, flagged),
        error=figures.calibration_error(hits, chances),
    )


def _tuned(scorer: LinearScorer, texts: Sequence[str], truth: NDArray[np.intp]) -> float:
    """Macro-F1 with a reading fitted to these very rows: what there is to be had once adapted."""
    negative, positive = scorer.sums(texts)
    reading = fitted_reading(negative, positive, truth)
    return figures.macro_f1(truth, reading.choose(negative, positive))


def _heading(model: Model) -> str:
    size = BUNDLED.stat().st_size / 1e6
    return (
        "# How good and how fast the sentiment model is\n\n"
        f"Model {model.name}, 2^{model.shape.bits} buckets, {size:.2f} MB. Measured by "
        "`palovahti bench sentiment` with "
        f"NumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()}, one core.\n"
    )


def _quality_part(scorer: LinearScorer, rows: Sequence[Row], foreign: Sequence[Row]) -> Iterator[str]:
    yield (
        "## Quality per data set\n\n"
        "Validation rows, not learnt from. AUC, AP, P, R and F1 are of the negative class. *tuned* is the "
        "macro-F1 with cuts fitted to the data set itself; *ECE* the calibration error of P(negative) in the "
        "stated language.\n"
    )
    yield "| data set | language | rows | accuracy | macro-F1 | tuned | AUC | AP | P | R | F1 | ECE |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for part in _by_dataset([*rows, *foreign]):
        yield _line(result_of(scorer, part), trained=part[0] in rows)
    yield "\nData sets in italics never shape the weights (their licences do not allow it): another domain.\n"


def _line(r: Result, *, trained: bool) -> str:
    name = r.dataset if trained else f"*{r.dataset}*"
    numbers = (
        r.accuracy,
        r.macro_f1,
        r.best_macro_f1,
        r.auc,
        r.precision_mean,
        r.precision,
        r.recall,
        r.f1,
        r.error,
    )
    return f"| {name} | {r.language} | {r.count} | " + " | ".join(f"{n:.3f}" for n in numbers) + " |"


def _by_dataset(rows: Sequence[Row]) -> list[list[Row]]:
    names = list(dict.fromkeys(row.dataset for row in rows))
    return [[row for row in rows if row.dataset == name] for name in names]


def _rivals_part(
    scorer: LinearScorer, learnt: Sequence[Row], rows: Sequence[Row], say: Callable[[str], None]
) -> Iterator[str]:
    say("Rivals: loading, training")
    found = list(rivals(learnt))
    present: list[tuple[str, Rival]] = [("Palovahti", lambda texts, _: scorer.negativity(texts).tolist())]
    present += [(name, rival) for name, rival in found if rival is not None]
    yield "## Beside others\n\nAUC of the negative class, 0-1.\n"
    yield "| data set | language | " + " | ".join(name for name, _ in present) + " |"
    yield "|---" * (len(present) + 2) + "|"
    for part in _by_dataset(rows):
        say(f"Rivals on {part[0].dataset}")
        cells = [f"{_area(rival, part):.3f}" for _, rival in present]
        yield f"| {part[0].dataset} | {part[0].language} | " + " | ".join(cells) + " |"
    missing = ", ".join(name for name, rival in found if rival is None)
    yield f"\nNot installed here: {missing or 'none'}.\n"


def _area(rival: Rival, rows: Sequence[Row]) -> float:
    hits = np.array([float(row.label == "neg") for row in rows])
    return figures.area(hits, np.array(rival([row.text for row in rows], rows[0].language)))


def _throughput_part(scorer: LinearScorer, texts: Sequence[str]) -> Iterator[str]:
    posts = list(itertools.islice(_posts(texts), 4096))
    yield f"## Throughput\n\nTexts of {TEXT_LENGTH} characters a second of processor time, one core.\n"
    yield "| batch | negativity | negativity and labels |"
    yield "|---|---|---|"
    for size in BATCHES:
        one, both = (_rate(step, posts, size) for step in (scorer.negativity, scorer.labels))
        yield f"| {size} | {one:,.0f} | {1 / (1 / one + 1 / both):,.0f} |"


def _posts(texts: Sequence[str]) -> Iterator[str]:
    """Texts of equal length, cut from the given ones."""
    line = " ".join(texts)
    for start in itertools.cycle(range(0, len(line) - TEXT_LENGTH, TEXT_LENGTH)):
        yield line[start : start + TEXT_LENGTH]


def _rate(step: Callable[[list[str]], object], posts: list[str], size: int) -> float:
    batches = [posts[start : start + size] for start in range(0, len(posts), size)]
    done, begun = 0, time.process_time()
    for batch in itertools.cycle(batches):
        step(batch)
        done += len(batch)
        if time.process_time() - begun > SECONDS:
            break
    return done / (time.process_time() - begun)
