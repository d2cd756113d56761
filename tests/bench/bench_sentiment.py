"""Speed, size and memory of the bundled scorer; run by hand: python tests/bench/bench_sentiment.py"""

from __future__ import annotations

import resource
import time


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Prints one figure a line."""
    import numpy as np

    np.arange(10).sum()
    with_numpy = peak_megabytes()
    from agents.sentiment.linear_scorer import LinearScorer
    from agents.sentiment.model import BUNDLED, load

    begun = time.process_time()
    scorer = LinearScorer(load())
    loaded = time.process_time() - begun
    scorer.negativity(["warm"] * 256)
    above = peak_megabytes() - with_numpy
    texts = [text.ljust(130, ".")[:130] for text in posts(4096)]
    for size in (1, 8, 32, 64, 256, 1024):
        print(f"batch {size:5d}  {rate(scorer, texts, size):10,.0f} texts a second")
    print(f"model file         {BUNDLED.stat().st_size / 1e6:10.2f} MB")
    print(f"loaded in          {loaded * 1000:10.1f} ms")
    print(f"memory above NumPy {above:10.1f} MB")


def posts(count: int) -> list[str]:
    """Posts of varied words, most longer than 130 characters."""
    from agents.sentiment.training.seeds import seed_rows

    parts = [row.text for row in seed_rows() if row.language != "any"]
    return [" ".join(parts[(n * 7 + k * 1013) % len(parts)] for k in range(12)) for n in range(count)]


def rate(scorer: object, texts: list[str], size: int) -> float:
    """Texts a second of processor time at one batch size."""
    batches = [texts[start : start + size] for start in range(0, len(texts), size)]
    for batch in batches[:20]:
        scorer.negativity(batch)  # type: ignore[attr-defined]
    done, begun = 0, time.process_time()
    while time.process_time() - begun < 1:
        batch = batches[(done // size) % len(batches)]
        scorer.negativity(batch)  # type: ignore[attr-defined]
        done += len(batch)
    return done / (time.process_time() - begun)


if __name__ == "__main__":
    main()
