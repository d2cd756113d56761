"""How many posts of 140 characters the Matcher takes a second, with 10, 100 and 1,000 topics of 20 terms.

    python tests/bench/bench_match.py [--posts 30000] [--json]

Text is made up: words of Finnish syllables with Finnish endings, as frequent as in Zipf's law; a tenth of the
posts name a topic, in an inflected form. A quarter of the posts hold an emoji, a curly quote or a link. The
matched share is the same for every number of topics. Records are built before the clock starts; the clock is
that of the process, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import UTC, datetime

from agents.match import Matcher, Topic
from streams.records import Author, Mention

ONSETS = ["k", "t", "p", "s", "m", "n", "l", "r", "v", "h", "j"] * 3 + ["", "", "kr", "pl", "tr"]
VOWELS = [
    "a",
    "a",
    "a",
    "i",
    "i",
    "i",
    "e",
    "e",
    "o",
    "u",
    "ä",
    "ä",
    "y",
    "ö",
    "aa",
    "ii",
    "ee",
    "uu",
    "ai",
    "ei",
    "oi",
    "uo",
    "ie",
    "ää",
    "öö",
]
CODAS = ["", "", "", "", "", "n", "s", "l", "r", "t"]
ENDINGS = ["", "", "", "n", "a", "ssa", "sta", "lla", "lle", "lta", "t", "ja", "kin", "ni"]
NAME_ENDINGS = ["", "n", "lle", "lta", "ssa", "sta", "lla"]
EXTRAS = [" 😡😡", " ”siis”", " https://example.org/a/", " #asia", " 🙂", "…"]
LENGTH = 140
AT = datetime(2026, 1, 1, tzinfo=UTC)


def syllable(rng: random.Random) -> str:
    """One Finnish-like syllable."""
    return rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)


def word(rng: random.Random, low: int, high: int) -> str:
    """A made-up word of `low` to `high` syllables that ends in a vowel."""
    return "".join(syllable(rng) for _ in range(rng.randint(low, high))) + rng.choice("aiou")


def topics(rng: random.Random, count: int, terms: int) -> list[Topic]:
    """Topics of made-up names; every fifth term is a phrase, every tenth holds a hyphen."""
    made = []
    for number in range(count):
        names = [word(rng, 3, 4).capitalize() for _ in range(terms)]
        names = [
            f"{name} {word(rng, 2, 3)}" if i % 5 == 4 else f"K-{name}" if i % 10 == 7 else name
            for i, name in enumerate(names)
        ]
        made.append(Topic(name=f"topic {number}", terms=tuple(names), compounds=number % 10 == 0))
    return made


def posts(rng: random.Random, count: int, named: list[Topic], share: float) -> list[Mention]:
    """Posts of exactly 140 characters; `share` of them hold a form of a topic's term."""
    vocabulary = [word(rng, 1, 3) for _ in range(20_000)]
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]
    stock = rng.choices(vocabulary, weights, k=count * 25)
    made = []
    for number in range(count):
        words = [each + rng.choice(ENDINGS) for each in rng.choices(stock, k=22)]
        words[0] = words[0].capitalize()
        if rng.random() < share:
            term = rng.choice(rng.choice(named).terms)
            words[rng.randrange(8)] = term + rng.choice(NAME_ENDINGS)
        if rng.random() < 0.25:
            words.insert(rng.randrange(10), rng.choice(EXTRAS))
        author = Author(id=f"u{number % 977}", handle=f"nimi{number % 977}")
        text = " ".join(words)[:LENGTH].ljust(LENGTH, ".")
        made.append(Mention(id=f"x:{number}", platform="x", text=text, author=author, published_at=AT))
    return made


def measure(count: int, mentions_count: int, batch: int) -> dict[str, float]:
    """One measurement: the best of three passes over all posts, in batches."""
    rng = random.Random(7)
    named = topics(rng, count, 20)
    mentions = posts(rng, mentions_count, named, 0.1)
    began = time.perf_counter()
    matcher = Matcher(named)
    built = time.perf_counter() - began
    best, matched = 0.0, 0
    for _ in range(3):
        began = time.process_time()
        matched = 0
        for start in range(0, len(mentions), batch):
            matched += sum(1 for found in matcher.match(mentions[start : start + batch]) if found)
        best = max(best, len(mentions) / (time.process_time() - began))
    return {
        "topics": count,
        "posts_per_second": round(best),
        "matched_share": round(matched / len(mentions), 3),
        "build_seconds": round(built, 2),
    }


def main() -> None:
    """Measure with 10, 100 and 1,000 topics and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=30_000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for count in (10, 100, 1000):
        figures = measure(count, options.posts, options.batch)
        if options.json:
            print(json.dumps(figures))
        else:
            line = "{topics:>5} topics: {posts_per_second:>8} posts/s, matched {matched_share}"
            print(line.format(**figures) + f", built in {figures['build_seconds']} s")


if __name__ == "__main__":
    main()
