"""Whether a share has risen above its usual value."""

from __future__ import annotations

from math import sqrt

ALWAYS = 0.7  # a stream whose share is this high carries too little contrast to test


def risen(part: float, whole: float, usual: float, deviations: float = 1.28) -> bool:
    """Whether `part` of `whole` is above the usual share with about 90 % probability.

    Normal approximation of the Beta-Binomial posterior (Gelman et al., "Bayesian Data Analysis"),
    with half a count of continuity. Where the usual share is nearly 1 it cannot rise: True.

    >>> risen(17, 20, 0.3), risen(6, 20, 0.3), risen(20, 20, 1.0)
    (True, False, True)
    """
    if usual >= ALWAYS:
        return True
    usual = max(usual, 0.02)
    sd = sqrt(whole * usual * (1 - usual) + 0.25)
    return part - whole * usual > deviations * sd
