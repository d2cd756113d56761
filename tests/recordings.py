"""Small recordings as people have them: lines of JSON with quiet days and a storm that nobody could miss."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Line = dict[str, Any]

CONFIG = """\
organisation: {name: Kotikori Oy, language: fi, timezone: Europe/Helsinki, official_accounts: [kotikori]}
topics:
  - {name: Kotikori, terms: [Kotikori]}
  - {name: Lumimylly, terms: [Lumimylly]}
"""
WORDS = """
    toimitus tilaus palvelu puhelin vastaus kuljettaja paketti hinta kassa lasku hyvitys asiakas jono
    myöhässä rikki kylmä märkä hukassa kallis hidas surkea huono väärä tyly sekava turha
    taas vieläkin aivan ihan tosi aina eilen tänään aamulla illalla kolmannen kerran
"""


def complaint(number: int) -> str:
    """A text of its own for each number, as different people write: equal texts would be one campaign."""
    chance = random.Random(number)
    words = chance.sample(WORDS.split(), 7)
    words.insert(chance.randrange(8), chance.choice(["Kotikori", "Kotikorin", "Kotikorista", "Kotikorilta"]))
    return " ".join(words)


def line(number: int, at: datetime, **fields: Any) -> Line:
    """A mention of Kotikori by a person of its own."""
    return {
        "id": f"mastodon:{number}",
        "platform": "mastodon",
        "text": complaint(number),
        "language": "fi",
        "published_at": at.isoformat(),
        "author": {"id": f"a{number}", "followers": 50},
        "negativity": 0.95,
        **fields,
    }


def quiet(start: datetime, hours: int, first: int = 0) -> list[Line]:
    """Two mild mentions an hour."""
    return [
        line(first + at, start + timedelta(minutes=30 * at), text=f"Tilasin Kotikorista {at}", negativity=0.1)
        for at in range(2 * hours)
    ]


def storm(start: datetime, count: int = 120, minutes: float = 60, first: int = 100_000) -> list[Line]:
    """So many people complain within so many minutes, evenly; none of them twice."""
    return [line(first + n, start + timedelta(minutes=minutes * n / count)) for n in range(count)]


def story(start: datetime) -> list[Line]:
    """Two quiet days, an hour's storm, and a quiet day."""
    after = start + timedelta(hours=50)
    return quiet(start, 48) + storm(start + timedelta(hours=48)) + quiet(after, 24, first=500)


def text_of(lines: Iterable[Line | str]) -> str:
    """One a line; a text stands as it is."""
    told = (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in lines)
    return "".join(f"{each}\n" for each in told)


def write(path: Path, lines: Sequence[Line | str]) -> Path:
    """A file with these lines, packed where its name says so."""
    content = text_of(lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
