"""The counterfactual: with how few complaints in the last hour it would still have paged.

Not a formula but a trial: some of the hour's complaints are taken out of the counts, the watch is asked
again, and they are put back. Which ones go is fixed by a hash of their ids, so that they go evenly over the
hour. Bisection takes about log2 of their number of trials; it supposes that more complaints never unpage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zlib import crc32

from agents.pulse.counts import Counts
from agents.pulse.sighting import SCALE, Sighting


def thinning_order(complaints: Sequence[Sighting]) -> list[Sighting]:
    """Complaints in the order in which they stay: the first so many of them are kept."""
    return sorted(complaints, key=lambda c: (crc32(c.id.encode(errors="surrogatepass")), c.id))


def fewest(counts: Counts, complaints: Sequence[Sighting], pages: Callable[[], bool]) -> int | None:
    """The least number of these complaints with which `pages` still holds; None if it holds without any.

    They must all be counted; afterwards they are, as before.
    """
    ordered = thinning_order(complaints)

    def holds(kept: int) -> bool:
        with_fewer = ordered[kept:]
        counts.leave_out(with_fewer)
        try:
            return pages()
        finally:
            counts.put_back(with_fewer)

    if holds(0):
        return None
    enough, too_few = len(ordered), 0
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if holds(middle):
            enough = middle
        else:
            too_few = middle
    return enough


def least_mass(
    counts: Counts, hour: Sequence[Sighting], complaints: Sequence[Sighting], pages: Callable[[], bool]
) -> float | None:
    """Negative posts of the hour with the fewest complaints that still page; None where none are needed."""
    kept = fewest(counts, complaints, pages)
    if kept is None:
        return None
    left_out = sum(c.negative for c in thinning_order(complaints)[kept:])
    return (sum(v.negative for v in hour) - left_out) / SCALE
