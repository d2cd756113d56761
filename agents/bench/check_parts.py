"""Parts of the benchmark that ask whether something holds: controls, disorder, what a page says, costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from agents.bench import controls, cost, disorder, fidelity
from agents.bench.setup import Row, Setup, Task

DISORDER_SEEDS = (1, 2)
FIDELITY_SEEDS = (1, 2, 3)
MINUTE_S = 60


def control_tasks(_: Setup) -> list[Task]:
    """A task for each control."""
    return [partial(controls.kept, name) for name in controls.CONTROLS]


def control_rows(found: Sequence[controls.Kept]) -> Iterator[Row]:
    """Pages of each control, and what its first stream looked like to the watch."""
    for kept in found:
        yield {"what": kept.name, "pages": kept.pages, "streams": kept.streams, "trace": kept.trace}


def disorder_tasks(_: Setup) -> list[Task]:
    """Two bounds, two streams."""
    bounds = (disorder.BOUND_S, MINUTE_S)
    return [partial(disorder.compare, seed, bound) for bound in bounds for seed in DISORDER_SEEDS]


def disorder_rows(found: Sequence[disorder.Compared]) -> Iterator[Row]:
    """Pages in order and in disorder, and by how much they moved."""
    for bound in dict.fromkeys(one.what for one in found):
        some = [one for one in found if one.what == bound]
        shifts = [shift for one in some for shift in one.shifts]
        yield {
            "what": bound,
            "ordered": sum(one.ordered for one in some),
            "disordered": sum(one.disordered for one in some),
            "same_ids": sum(one.same_ids for one in some),
            "within_a_minute": sum(abs(shift) <= 1 for shift in shifts),
            "within_five_minutes": sum(abs(shift) <= 5 for shift in shifts),
            "largest_shift_minutes": max(map(abs, shifts), default=None),
        }


def fidelity_tasks(_: Setup) -> list[Task]:
    """A task for each stream."""
    return [partial(fidelity.checks, seed) for seed in FIDELITY_SEEDS]


def fidelity_rows(found: Sequence[Sequence[fidelity.Checked]]) -> Iterator[Row]:
    """How many figures of how many escalations agree, and which do not."""
    checked = [one for some in found for one in some]
    counted = [one for one in checked if one.figure in fidelity.COUNTED]
    figures = Counter(one.figure for one in checked)
    yield {
        "what": "figures of pages and later steps",
        "escalations": max(figures.values(), default=0),
        "figures": len(checked),
        "counted_anew": len(counted),
        "disagree": dict(fidelity.disagreements(checked)),
    }


def cost_tasks(_: Setup) -> list[Task]:
    """A task for each case of time, one for weight."""
    return [*(partial(cost.spent, case) for case in cost.CASES), cost.weights]


def cost_rows(found: Sequence[cost.Spent | Sequence[cost.Weight]]) -> Iterator[Row]:
    """Processor time a matched mention, then bytes."""
    for one in found:
        if isinstance(one, cost.Spent):
            yield {"what": one.what, "us": one.best, "us_middle": one.middle}
        else:
            for w in one:
                yield {"what": w.what, "held": w.held, "stored": w.stored, "bound": w.bound}
