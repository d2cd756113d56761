"""Mixture e-CUSUM for low counts: evidence that a rate has risen, by some factor unknown.

For each factor rho the log likelihood ratio of a Poisson count x with mean mu is
x * ln(rho) - mu * (rho - 1); it is summed, never below 0 (Page 1954), and the factors are averaged.
By the theory of e-detectors (Shin, Ramdas and Rinaldo 2024) a threshold of ln(N) is crossed by chance
at most about once in N steps. Counts are clustered, so the ratio is divided by the variance-to-mean
ratio `fano` (quasi-likelihood, Wedderburn 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

FACTORS = (1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
STEPS = tuple((log(f), f - 1) for f in FACTORS)
CAP = 60.0


def advanced(sums: Sequence[float], count: float, mean: float, fano: float) -> list[float]:
    """The sums after a stretch in which `mean` events were expected and `count` came, at its end.

    >>> [round(s, 1) for s in advanced([0.0] * 7, 3, 0.1, 1.0)]
    [1.2, 2.1, 3.3, 4.8, 6.9, 10.2, 13.8]
    """
    lost, gained = mean / fano, count / fano
    new = []
    for old, (ln, more) in zip(sums, STEPS, strict=True):  # the innermost loop of all: no calls
        left = old - lost * more
        if left < 0.0:  # noqa: PLR1730
            left = 0.0
        left += gained * ln
        new.append(left if left < CAP else CAP)  # noqa: FURB136
    return new


def evidence(sums: Sequence[float]) -> float:
    """Natural logarithm of the averaged likelihood ratio: 0 is none, ln(N) once in N steps by chance.

    >>> round(evidence([1.2, 2.1, 3.3, 4.8, 6.9, 10.2, 13.8]), 1)
    11.9
    """
    top = max(sums)
    return max(0.0, top + log(sum(exp(s - top) for s in sums) / len(sums)))
