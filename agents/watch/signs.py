"""What else an escalation shows beside its rates: arousal, reach, and how coordinated the hour looks.

All are counts or shares of what is at hand. None says that anybody is a machine: people copy, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

from agents.pulse.counts import RAW, Counts
from agents.pulse.sighting import Sighting
from agents.sentiment.cues import cues_of, shares
from streams.records import Coordination
from streams.windows import DAY_MINUTES, HOUR_MINUTES

LOOKED_AT = 400  # texts of the hour in which words are looked for; of more, an even sample
NEW_ACCOUNT_MINUTES = 30 * DAY_MINUTES
BURST_MINUTES = 5


def cue_shares(complaints: Sequence[Sighting]) -> dict[str, float]:
    """Shares of complaints with words of arousal and of one's own experience; empty where none has a text."""
    texts = [c for c in complaints if c.text]
    if len(texts) > LOOKED_AT:
        texts = sorted(texts, key=lambda c: (crc32(c.id.encode(errors="surrogatepass")), c.id))[:LOOKED_AT]
    if not texts:
        return {}
    found = shares([cues_of(c.text, c.language) for c in texts])
    return {"aroused_share": round(found.arousal, 3), "first_person_share": round(found.first_person, 3)}


def reach_of(voices: Iterable[Sighting]) -> int | None:
    """Followers of those who speak, each counted once; None where nobody's are known."""
    by_author: dict[int, int] = {}
    for v in voices:
        by_author[v.author] = max(by_author.get(v.author, 0), v.reach)
    total = sum(by_author.values())
    return total or None


def coordination(counts: Counts, now: int) -> Coordination:
    """How alike, how new and how simultaneous the hour's posts are, as counts."""
    held = list(counts.held(now - HOUR_MINUTES, now))
    joined = {h.author: h.joined for h in held if h.joined is not None}
    new = sum(now - at < NEW_ACCOUNT_MINUTES for at in joined.values())
    return Coordination(
        texts=len(held),
        copies=sum(not h.counted for h in held),
        accounts=len({h.author for h in held if h.known}),
        accounts_with_age=len(joined),
        new_accounts=new if joined else None,
        posts=counts.totals(now - HOUR_MINUTES, now)[RAW],
        busiest_5_minutes=_busiest(counts, now),
    )


def _busiest(counts: Counts, now: int) -> int:
    """Posts of the busiest five minutes on end within the hour."""
    raw = [counts.minutes.get(m, (0,))[RAW] for m in range(now - HOUR_MINUTES, now)]
    return max(sum(raw[at : at + BURST_MINUTES]) for at in range(HOUR_MINUTES - BURST_MINUTES + 1))
