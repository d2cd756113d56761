"""What a draft is checked against: order, venue, history, polarity, promises, facts. None: not known."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from alerts.organisation import Fact, OurLanguage
from alerts.respond.situations import SITUATIONS
from alerts.tone import Tone
from streams.records import Record, UtcTime

Situation = Literal[SITUATIONS]  # type: ignore[valid-type]


class Promise(Record):
    """A commitment that somebody answers for."""

    what: str = Field(min_length=1, description="in the words of the draft, or close to them")
    owner: str = ""
    due_at: UtcTime | None = None


class History(Record):
    """What we said before."""

    public_replies: tuple[str, ...] = Field(default=(), description="ours in this branch, the oldest first")
    recent: tuple[str, ...] = Field(default=(), description="our last public replies anywhere")
    private_asks: int = Field(default=0, ge=0, description="how often we asked to go private in this thread")
    private_solved: bool = Field(default=False, description="the matter was solved in private")


class ReplyContext(Record):
    """Everything a rule may need beside the draft. What is left out is not known, and not held against it."""

    situation: Situation | None = None
    channel: str | None = Field(default=None, description="x, bluesky, mastodon, facebook, ...")
    order: int | None = Field(default=None, ge=1, description="1: our first public reply in this branch")
    kind: Literal["reply", "update", "closing"] = Field(
        default="reply", description="update: news in our own pinned post; closing: the last line in public"
    )
    part: bool = Field(default=False, description="a piece of a reply: not blamed for what it lacks")
    venue_owned: bool | None = Field(default=None, description="false: somebody else's page or group")
    asked_directly: bool | None = Field(default=None, description="we were asked or mentioned")
    history: History = History()
    polarity: Literal["negative", "neutral", "positive"] | None = None
    severity: int | None = Field(default=None, ge=1, le=5)
    responsibility: Literal["none", "unclear", "accepted"] | None = None
    cause_known: bool | None = Field(default=None, description="the facts say why; None: look at the facts")
    facts: tuple[str | Fact, ...] | None = Field(default=None, description="confirmed statements")
    thread: tuple[str, ...] = Field(default=(), description="what people wrote")
    top_words: tuple[str, ...] = Field(default=(), description="the thread's words that matter")
    thread_language: OurLanguage | None = None
    names: tuple[str, ...] = Field(default=(), description="products, places, organisations we may name")
    people: tuple[str, ...] = Field(default=(), description="people who are public in this matter")
    promises: tuple[Promise, ...] = ()
    owner: str | None = Field(default=None, description="who gives the next update; empty: nobody")
    next_update_at: UtcTime | None = None
    next_update_minutes: int | None = Field(default=None, ge=1, description="the longest wait by policy")
    now: UtcTime | None = None
    timezone: str = "Europe/Helsinki"
    info_url: str | None = Field(default=None, description="where to follow; empty: there is no such page")
    allowed_domains: tuple[str, ...] = Field(default=(), description="further sites we may link to")
    private_channel: str | None = None
    signature: str | None = Field(default=None, description="who signs; empty: nobody")
    moderation_rule: str | None = Field(default=None, description="id of the published rule that was applied")
    author: str | None = None
    approver: str | None = None
    tone: Tone = Tone()
    automatic: bool = Field(default=False, description="would be posted without a person")
    scheduled_posts_paused: bool | None = None
    versions: dict[OurLanguage, str] = Field(default={}, description="the same reply in other languages")

    @property
    def is_first(self) -> bool:
        """Whether this is our first public reply in the branch."""
        return (self.order or len(self.history.public_replies) + 1) == 1

    @property
    def is_serious(self) -> bool:
        """Severity 3 or above, or a matter of life, safety or personal data."""
        grave = ("injury", "data_breach", "recall")
        return (self.severity or 0) >= 3 or self.situation in grave
