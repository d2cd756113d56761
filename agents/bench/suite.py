"""The detection benchmark: its parts, and how they share the processor.

Each part gives tasks, which know nothing of each other and run in processes of their own, and makes rows of
plain figures of what they found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from agents.bench import check_parts, parts, storm_parts, thread_parts
from agents.bench.setup import Row, Setup, Task


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the benchmark by the name that `--only` takes."""

    name: str
    tasks: Callable[[Setup], Sequence[Task]]
    rows: Callable[[Sequence[Any]], Iterable[Row]]


PARTS = (
    Part("nab", parts.nab_tasks, parts.nab_rows),
    Part("injections", storm_parts.injection_tasks, storm_parts.injection_rows),
    Part("peers", storm_parts.contest_tasks, storm_parts.contest_rows),
    Part("budgets", parts.budget_tasks, parts.budget_rows),
    Part("threads", thread_parts.thread_tasks, thread_parts.thread_rows),
    Part("sizes", thread_parts.size_tasks, thread_parts.size_rows),
    Part("headlines", parts.headline_tasks, parts.headline_rows),
    Part("cold start", parts.cold_tasks, parts.cold_rows),
    Part("controls", check_parts.control_tasks, check_parts.control_rows),
    Part("disorder", check_parts.disorder_tasks, check_parts.disorder_rows),
    Part("fidelity", check_parts.fidelity_tasks, check_parts.fidelity_rows),
    Part("cost", check_parts.cost_tasks, check_parts.cost_rows),
)
NAMES = tuple(part.name for part in PARTS)


def run(
    setup: Setup, jobs: int, only: Sequence[str] = NAMES, progress: Callable[[int, int], None] | None = None
) -> Iterator[Row]:
    """Rows of the chosen parts, in their order; `progress` hears of (done, all) tasks."""
    chosen = [part for part in PARTS if part.name in only]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [(part, [pool.submit(task) for task in part.tasks(setup)]) for part in chosen]
        _tell([one for _, futures in waiting for one in futures], progress)
        for part, futures in waiting:
            for row in part.rows([future.result() for future in futures]):
                yield {"part": part.name, **row}


def _tell(futures: Sequence[Future[Any]], progress: Callable[[int, int], None] | None) -> None:
    """Call `progress` whenever one is done."""
    if progress is None:
        return
    for future in futures:
        future.add_done_callback(lambda _: progress(sum(one.done() for one in futures), len(futures)))
