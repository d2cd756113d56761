"""How long a suggestion takes (must: under 50 ms) and a check of 500 characters (must: under 20 ms).

    python tests/bench/bench_respond.py [--rounds 200] [--json]

Suggestion: a thread of 50 posts of 300 characters, three facts, an FAQ of 200 entries a language, tone; every
situation and channel in turn. Check: 500 characters, the same context, as an editor asks again and again;
*unread*: the thread's posts were not read before. First calls (playbooks, patterns and the FAQ's index are
read once a process) are told apart. Processor time of one thread, so that other work does not count.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from alerts.organisation import LANGUAGES, Organisation
from alerts.respond.rules import check
from alerts.respond.rules.draft import read
from alerts.respond.rules.for_incident import context_for
from alerts.respond.situations import SITUATIONS
from alerts.respond.suggest import VARIANTS, suggest
from tests.build import AT, evidence, incident, stored_mention

POSTS = {
    "fi": "Missä mun paketti on? Pakettini katosi eikä asiakaspalvelu vastaa, jonotin tunnin. Törkeää. ",
    "sv": "Var är mitt paket? Paketet försvann och kundtjänsten svarar inte, jag köade länge. Skandal. ",
    "en": "Where is my parcel? It vanished and customer service does not answer, I queued. Appalling. ",
}
DRAFTS = {
    "fi": "Olemme lukeneet viestinne kadonneista paketeista. Ymmärrämme, että tämä harmittaa, kun paketti on "
    "kateissa. Emme vielä tiedä syytä. Selvitämme asiaa nyt lajittelukeskuksen kanssa. Kerromme lisää "
    "viimeistään klo 15.00. Tilanne: https://posti.example/nyt. ",
    "sv": "Vi har läst era inlägg om försvunna paket. Vi förstår att det här är förargligt när paketet "
    "är borta. Vi vet ännu inte orsaken. Vi utreder saken nu med sorteringscentralen. Vi berättar mer "
    "senast kl. 15.00. Läget: https://posti.example/nyt. ",
    "en": "We have read your posts about lost parcels. We understand that this is annoying when your parcel "
    "is missing. We do not know the cause yet. We are looking into it now with the sorting centre. We will "
    "tell you more by 15:00. Updates: https://posti.example/nyt. ",
}
ANSWERS = {"fi": "Näkee seurannasta", "sv": "Det syns i spårningen", "en": "Look at tracking"}
FACTS = {"fi": "Linja 7 on poikki.", "sv": "Linje 7 är bruten.", "en": "Line 7 is down."}


def organisation(folder: Path) -> Organisation:
    """With facts, an FAQ and a tone."""
    faq = [
        {
            "questions": [
                f"{POSTS[language].split('?')[0]} {number}?",
                f"asia {number} mitä varför why {number}",
            ],
            "answer": FACTS[language],
            "language": language,
            "reviewed_at": "2026-01-01",
        }
        for language in LANGUAGES
        for number in range(200)
    ]
    path = folder / "faq.yaml"
    path.write_text(json.dumps(faq), encoding="utf-8")
    facts = [{"statement": FACTS, "confirmed_by": "M"}] * 3
    tone = {
        "address": "informal",
        "forbidden": {"fi": ["valitettava*"]},
        "preferred": {"fi": {"asiakas": "ihminen"}},
    }
    return Organisation.model_validate({"faq": path, "facts": facts, "tone": tone, "signature": "Maija"})


def storm(language: str) -> tuple:
    """A thread of 50 posts."""
    posts = [
        stored_mention(
            id=f"x:{n}", author=f"a{n}", text=f"{n} {POSTS[language] * 3}"[:300], language=language
        )
        for n in range(50)
    ]
    words = tuple(POSTS[language].casefold().replace("?", "").split()[:10])
    return incident(evidence=evidence(top_words=words, language=language)), posts


def timed(work: Iterable[Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds of the first call, the median, the 99th percentile and the longest of the later ones."""
    taken = []
    for one in itertools.islice(itertools.cycle(list(work)), rounds):
        start = time.process_time()
        one()
        taken.append((time.process_time() - start) * 1000)
    later = sorted(taken[1:])
    return {
        "first": taken[0],
        "median": statistics.median(later),
        "p99": later[int(len(later) * 0.99)],
        "longest": later[-1],
    }


def suggestions(ours: Organisation, language: str) -> list[Callable[[], object]]:
    """Every situation in the form of every channel."""
    found, posts = storm(language)
    return [
        lambda s=situation, c=channel: suggest(found, posts, ours, AT, channel=c, situation=s)
        for situation in SITUATIONS
        for channel in VARIANTS
    ]


def checks(ours: Organisation, language: str) -> list[Callable[[], object]]:
    """One draft of 500 characters, context and all."""
    found, posts = storm(language)
    draft = (DRAFTS[language] * 3)[:500]
    made = suggest(found, posts, ours, AT, channel="facebook")
    return [lambda: check(draft, language, context_for(found, posts, ours, AT, made))]


def unread(ours: Organisation, language: str) -> list[Callable[[], object]]:
    """The same with a thread that is new each time."""
    (again,) = checks(ours, language)

    def forgetful() -> object:
        read.cache_clear()
        return again()

    return [forgetful]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours = organisation(Path(folder))
        rows = {
            f"{name} {language}": timed(work(ours, language), options.rounds)
            for name, work in (("suggestion", suggestions), ("check", checks), ("unread", unread))
            for language in LANGUAGES
        }
    if options.json:
        print(json.dumps(rows))
        return
    for name, row in rows.items():
        print(f"{name:14}", "  ".join(f"{what} {ms:6.1f} ms" for what, ms in row.items()))


if __name__ == "__main__":
    main()
