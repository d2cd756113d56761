"""What crosses a stream. Frozen, versioned, validated once at the edge; all times are aware and in UTC.

Input from outside (`Mention`) is read leniently: unknown fields are left out. What we write is strict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _utc(value: datetime) -> datetime:
    """The same instant in UTC; a time without a zone is taken to be UTC."""
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside the years 1 to 9999") from None


UtcTime = Annotated[datetime, AfterValidator(_utc)]
Count = Annotated[int, Field(ge=0, le=10**15)]  # what a database's integer holds, and JavaScript's
Share = Annotated[float, Field(ge=0, le=1)]
Reference = Annotated[
    str, Field(max_length=512)
]  # names a mention, thread or author; becomes a key of our state
Word = Annotated[str, Field(max_length=64)]

Op = Literal["create", "update", "delete", "engagement"]
EscalationKind = Literal["opened", "raised", "cooling", "resolved", "reopened"]
ActionKind = Literal[
    "acknowledge", "resolve", "false_alarm", "useful", "snooze", "undo", "answered", "note", "situation"
]


class Inbound(BaseModel):
    """A record that others write: unknown fields are ignored, never a reason to reject."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Record(BaseModel):
    """A record that we write: unknown fields are a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Author(Inbound):
    """Who wrote a mention, as far as the channel tells."""

    id: Reference | None = None
    handle: Reference | None = None
    name: Reference | None = None
    followers: Count | None = None
    verified: bool | None = None
    bot: bool | None = None
    official: bool | None = None
    created_at: UtcTime | None = Field(default=None, description="when the account was made")


class Engagement(Inbound):
    """Reactions at a time; unknown is None, never 0."""

    likes: Count | None = None
    replies: Count | None = None
    reposts: Count | None = None
    quotes: Count | None = None
    views: Count | None = None
    rating: float | None = Field(default=None, allow_inf_nan=False)
    as_of: UtcTime | None = None


class Mention(Inbound):
    """One post, comment, review or article, or an edit or deletion of one.

    Required: `id` ("platform:native"), `platform`, `text` (empty in a deletion), `published_at`.
    `negativity` (0-1), where given, is taken as it is and not scored again.
    """

    schema_version: int = Field(default=1, alias="schema")
    op: Op = "create"
    id: str = Field(min_length=1, max_length=512)
    event_id: Reference = ""
    feed: Word | None = None
    platform: str = Field(min_length=1, max_length=64)
    channel: Word | None = None
    kind: Word | None = None
    native_id: Reference | None = None
    version: Reference | None = None
    url: str | None = None
    title: str | None = None
    text: str
    language: Word | None = None
    conversation_id: Reference | None = None
    in_reply_to: Reference | None = None
    repost_of: Reference | None = None
    quote_of: Reference | None = None
    author: Author | None = None
    engagement: Engagement | None = None
    reach: Count | None = None
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    attachments: tuple[object, ...] = ()
    published_at: UtcTime
    edited_at: UtcTime | None = None
    observed_at: UtcTime | None = None
    visibility: Word | None = None
    negativity: Share | None = None
    backfilled: bool = False
    raw_ref: Reference | None = None

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @property
    def event_key(self) -> str:
        """`event_id`, or where it is missing one derived from id, op and version."""
        if self.event_id:
            return self.event_id
        if self.op == "create" and not self.version:
            return self.id
        return f"{self.id}#{self.op}#{self.version or ''}"

    @property
    def event_at(self) -> datetime:
        """Event time: the earlier of publication and observation."""
        if self.observed_at is None or self.published_at <= self.observed_at:
            return self.published_at
        return self.observed_at

    @property
    def thread(self) -> str:
        """The conversation this belongs to: as the channel says, what it answers or repeats, or itself."""
        return self.conversation_id or self.repost_of or self.quote_of or self.in_reply_to or self.id

    @property
    def spreads(self) -> bool:
        """Whether this carries something further: a repost, reply or quote."""
        return bool(self.repost_of or self.in_reply_to or self.quote_of) or self.kind in SPREADING_KINDS

    @property
    def author_key(self) -> str:
        """Who speaks, as a key within the platform; a null author is one voice per mention."""
        if self.author is not None:
            who = self.author.id or self.author.handle
            if who:
                return f"{self.platform}:{who}"
        return f"?{self.id}"


SPREADING_KINDS = frozenset({"repost", "reply", "quote", "share", "comment"})


class ScoredMention:
    """A mention with the topics it concerns and how negative it is (hot path, hence no validation).

    `negativity` is 0-1: the probability that the text is negative towards what it speaks of. `safety`: the
    classes of harm that the text asserts, by topic; None for nearly every text.
    """

    __slots__ = ("language", "mention", "negativity", "safety", "topics")

    def __init__(
        self,
        mention: Mention,
        topics: tuple[str, ...],
        negativity: float,
        language: str,
        safety: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.mention = mention
        self.topics = topics
        self.negativity = negativity
        self.language = language
        self.safety = safety or None


class Coordination(Record):
    """How alike, new and simultaneous the hour's posts are: counts, from which nothing follows by itself.

    One text an author and quarter of an hour is looked at, so nobody copies himself.
    """

    posts: int = Field(description="all mentions of the hour, repeats included")
    texts: int = Field(description="of different authors, one each in a quarter of an hour")
    copies: int = Field(description="of these, near-identical to another one's, which do not count")
    accounts: int = Field(description="distinct named authors")
    accounts_with_age: int = Field(description="of these, whose age the feed tells")
    new_accounts: int | None = Field(description="of these, made within 30 days; None where no age is known")
    busiest_5_minutes: int = Field(description="posts in the busiest five minutes of the hour")


class Evidence(Record):
    """The numbers that decided, and what a person needs to see beside them.

    "Negative posts" are author-capped negative mass: the sum of negativity over counted voices.
    """

    negative_last_hour: float
    usual_low: float
    usual_high: float
    usual_mean: float
    people_last_hour: int | None = Field(
        description="distinct authors that complain; None where the feed names none"
    )
    mentions_last_hour: int
    raw_mentions_last_hour: int
    negative_share: float
    usual_share: float
    spread_last_hour: int
    reproduction: float | None = Field(description="further posts that each post now brings")
    reproduction_low: float | None = None
    reproduction_high: float | None = None
    expected_24h: float | None = Field(
        default=None, description="forecast of further negative posts in 24 hours"
    )
    expected_24h_low: float | None = Field(default=None, description="5 % lie below")
    expected_24h_high: float | None = Field(default=None, description="5 % lie above")
    return_days: float = Field(description="an hour like this is expected by chance once in so many days")
    would_not_page_below: float | None = Field(
        description="negative posts in the last hour below which no page"
    )
    largest_thread: str | None = None
    largest_thread_share: float | None = None
    top_words: tuple[str, ...] = ()
    channels: dict[str, int] = Field(default_factory=dict)
    top_mentions: tuple[str, ...] = Field(default=(), description="ids of the mentions that carry it")
    language: str | None = None
    possible_coordination: bool = False
    learning: bool = Field(default=False, description="less than 7 days of history")
    started_at: UtcTime | None = None
    lasted_minutes: int | None = Field(default=None, description="since the onset")
    reach_last_hour: int | None = Field(
        default=None, description="followers of those who speak; None: unknown"
    )
    aroused_share: Share | None = Field(
        default=None, description="complaints with words of anger, fear or disgust"
    )
    first_person_share: Share | None = Field(
        default=None, description="complaints that tell of one's own experience"
    )
    safety: dict[str, int] = Field(
        default_factory=dict, description="class of harm: independent authors who assert it"
    )
    coordination: Coordination | None = None
    planned_factor: float | None = Field(default=None, description="of an expected peak in the calendar")
    planned_note: str = ""


class Escalation(Record):
    """The decision that a topic or thread starts to run away, rises, cools or is over."""

    schema_version: int = 1
    id: str
    kind: EscalationKind
    incident: str
    topic: str
    thread: str | None
    at: UtcTime
    onset_at: UtcTime
    severity: int = Field(ge=1, le=5)
    score: float = Field(description="log10 of the return period in days")
    threshold: float
    reason: str
    rule_version: str
    evidence: Evidence


class Pulse(Record):
    """The measured state of a topic at a time; what charts and `explain` read."""

    topic: str
    at: UtcTime
    mentions_per_hour: float
    negative_per_hour: float
    usual_per_hour: float
    usual_low: float
    usual_high: float
    spread_per_hour: float
    negative_share: float
    score: float
    threshold: float
    verdict: str


class PublicReply(Record):
    """Our answer in public, as a person wrote and published it."""

    text: str = Field(min_length=1, max_length=10_000)
    channel: str = Field(min_length=1, max_length=64, description="x, bluesky, mastodon, facebook, ...")
    language: str = Field(pattern="^[a-z]{2,3}$")
    kind: Literal["reply", "update", "closing"] = Field(
        default="reply", description="update: news in our own pinned post; closing: the last line in public"
    )
    approver: str = Field(
        default="", max_length=60, description="who approved it; at severity 5 another person"
    )
    overrides: dict[str, str] = Field(
        default_factory=dict, description="by rule: why it was published although the rule forbids it"
    )
    suggested: str = Field(
        default="", max_length=10_000, description="the suggestion that the author began with"
    )


class HumanAction(Record):
    """What a person decided about an incident."""

    schema_version: int = 1
    id: str
    incident: str
    kind: ActionKind
    by: str
    at: UtcTime
    note: str = ""
    until: UtcTime | None = Field(default=None, description="end of a snooze")
    situation: str | None = Field(default=None, description="what the matter is; with kind situation")
    reply: PublicReply | None = Field(default=None, description="what was published; with kind answered")


class Gap(Record):
    """A stretch of a feed that was not seen."""

    feed: str
    start: UtcTime
    end: UtcTime
    reason: str


class DeadLetter(Record):
    """Input that could not be used as it came: why, where it stood, and its first bytes."""

    feed: str
    reason: str
    detail: str
    position: str
    raw: str
    seen_at: UtcTime
    repaired: bool = Field(default=False, description="the mention went on after repair")


def incident_id(topic: str, thread: str | None, onset: datetime, rule_version: str) -> str:
    """Stable id of an incident, from topic, thread, frozen onset bucket and rule version.

    >>> incident_id("Posti", None, datetime(2026, 1, 1, tzinfo=UTC), "1")
    'inc-96903a004495'
    """
    text = "\x1f".join([topic, thread or "", onset.astimezone(UTC).isoformat(), rule_version])
    return "inc-" + hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()
