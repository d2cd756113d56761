"""Who we are and how we answer: the `organisation` section of palovahti.yaml, and its confirmed facts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from alerts.languages import LANGUAGES, Language, OurLanguage, check_language
from alerts.response_times import check_situations, usual_minutes
from alerts.roster import Person, on_duty
from alerts.tone import Tone
from streams.records import Author, Record

__all__ = ["LANGUAGES", "Fact", "Language", "ModerationRule", "Organisation", "OurLanguage", "check_language"]


class Fact(Record):
    """Something that may be said in public, because a named person confirmed it.

    `statement` is a text in the organisation's language, or one text a language. Without `confirmed_by`
    it is a draft and never used. `topic` None means every topic. Times without a zone are the
    organisation's local time; a date alone means its first moment.
    """

    statement: str | dict[OurLanguage, str]
    topic: str | None = None
    confirmed_by: str = ""
    at: datetime | None = None
    expires: datetime | None = None
    accepts_responsibility: bool = Field(
        default=False, description="true: we caused it and may apologise for it, once"
    )

    @field_validator("statement")
    @classmethod
    def _says_something(cls, value: str | dict[Language, str]) -> str | dict[Language, str]:
        texts = [value] if isinstance(value, str) else list(value.values())
        if not texts or not all(text.strip() for text in texts):
            raise ValueError("the statement is empty: write what was confirmed, or remove the fact")
        return value

    def usable(self, topic: str, now: datetime) -> bool:
        """Whether it may be said about `topic` at `now`: confirmed, already true, not expired."""
        if not self.confirmed_by.strip() or self.topic not in (None, topic):
            return False
        return (self.at is None or self.at <= now) and (self.expires is None or now < self.expires)

    def text(self, language: str, default_language: str) -> str | None:
        """The statement in `language`, or None: we never put another language in its place."""
        if isinstance(self.statement, str):
            return self.statement if language == default_language else None
        return {str(key): text for key, text in self.statement.items()}.get(language)


class ModerationRule(Record):
    """A published rule by which a post may be hidden; criticism is never one."""

    id: str = Field(pattern=r"^[a-z0-9_-]{1,40}$", description="short, as the ledger names it")
    text: str = Field(min_length=1, max_length=500, description="the rule as it is published")
    url: str = Field(default="", description="where it is published")


class Organisation(Record):
    """The organisation that is watched for: language, time zone, who signs, what is confirmed."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    name: str = Field(default="Esimerkki Oy", min_length=1, max_length=200)
    language: OurLanguage = Field(
        default="fi", description="of pages and suggestions when nothing else is known"
    )
    timezone: str = "Europe/Helsinki"
    public_url: str | None = Field(default=None, description="makes the link in a page work on a phone")
    official_accounts: tuple[str, ...] = Field(
        default=(), description="author ids or handles that speak for us"
    )
    signature: str = Field(default="", max_length=200, description="who signs the public answer")
    updates_url: str = Field(default="", description="where to follow the situation")
    private_channel: str | dict[OurLanguage, str] = Field(default="", description="how to go on privately")
    owner: str = Field(default="", max_length=100, description="who answers for the public answers")
    roster: tuple[Person, ...] = Field(default=(), description="who answers, in which languages, and when")
    drill_roster: tuple[str, ...] = Field(
        default=(), description="receivers that a drill may reach; it never reaches any other"
    )
    community_size: int | None = Field(
        default=None, ge=0, description="followers or members; with the situation, sets the response time"
    )
    response_minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_080,
        description="first public answer due, in situations that `response_times` does not name; "
        "none: as the situation and the community ask",
    )
    response_times: dict[str, int] = Field(
        default_factory=dict, description="minutes until the first public answer, by situation"
    )
    replies_per_hour: int = Field(
        default=12, ge=1, le=1000, description="public replies that one person on duty manages"
    )
    feedback_channels: tuple[str, ...] = Field(
        default=(), description="where people can reach you: addresses, numbers, pages"
    )
    moderation_rules: tuple[ModerationRule, ...] = Field(
        default=(), description="published rules by which posts may be hidden"
    )
    next_update_minutes: int = Field(
        default=60, ge=5, le=1440, description="what we promise as the next news"
    )
    playbooks: Path | None = Field(default=None, description="own playbooks, each overriding the bundled one")
    tone: Tone = Field(default=Tone(), description="form of address, forbidden and preferred words")
    approver: str = Field(default="", max_length=60, description="who approves answers at severity 5")
    looking_into: str | dict[OurLanguage, str] = Field(
        default="",
        description="who looks into what people complain of, inside a sentence: our customer service",
    )
    own_channels: tuple[str, ...] = Field(
        default=(), description="channels whose conversations are on pages of ours: facebook, support, ..."
    )
    faq: Path | None = Field(default=None, description="the list of questions and answers, faq.yaml")
    faq_fresh_days: int = Field(default=180, ge=1, le=3650, description="an older answer is to be reviewed")
    facts_file: Path | None = Field(default=None, description="further facts, a list as under `facts`")
    facts: tuple[Fact, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(_zone_remedy(value)) from None
        return value

    @field_validator("response_times")
    @classmethod
    def _known_situations(cls, value: dict[str, int]) -> dict[str, int]:
        return check_situations(value)

    @field_validator("public_url", "updates_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value and not _is_web_address(value):
            raise ValueError(
                f"{value!r} is not a web address: write it whole, e.g. https://example.org/tilanne"
            )
        return value or ("" if value == "" else None)

    @field_validator("name", "signature", "private_channel", "owner", "approver", "looking_into")
    @classmethod
    def _one_line(cls, value: str | dict[Language, str]) -> str | dict[Language, str]:
        for text in [value] if isinstance(value, str) else value.values():
            if len(text) > 300 or any(ord(letter) < 32 for letter in text):
                raise ValueError(
                    "must be one line of at most 300 characters: it stands inside a public answer"
                )
        return value.strip() if isinstance(value, str) else value

    @field_validator("facts")
    @classmethod
    def _in_our_time(cls, value: tuple[Fact, ...], info: ValidationInfo) -> tuple[Fact, ...]:
        return facts_in_zone(value, ZoneInfo(info.data.get("timezone", "UTC")))

    def in_our_time(self, fact: Fact) -> Fact:
        """The fact with our zone on times that have none."""
        return _fact_in_zone(fact, self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of every clock time that people see."""
        return ZoneInfo(self.timezone)

    def answer_minutes(self, situation: str | None) -> int:
        """Minutes until the first public answer is due, as set, else as the situation and community ask."""
        if situation in self.response_times:
            return self.response_times[situation]
        return self.response_minutes or usual_minutes(situation, self.community_size)

    def answer_within(self, situation: str | None) -> timedelta:
        """The same as a span of time."""
        return timedelta(minutes=self.answer_minutes(situation))

    def on_duty(self, now: datetime) -> tuple[Person, ...]:
        """Those of the roster who are on duty now."""
        return on_duty(self.roster, now, self.zone)

    def replies_an_hour(self, now: datetime) -> int:
        """Public replies that those on duty manage in an hour; without a roster, one person's."""
        people = len(self.on_duty(now)) if self.roster else 1
        return people * self.replies_per_hour

    def is_official(self, author: Author | None) -> bool:
        """Whether an author speaks for us: as the channel says, or as one of our accounts."""
        if author is None:
            return False
        return (
            bool(author.official)
            or author.id in self.official_accounts
            or author.handle in self.official_accounts
        )

    def facts_for(self, topic: str, now: datetime) -> tuple[Fact, ...]:
        """The facts that may be said about `topic` at `now`, in the order they were written."""
        return tuple(fact for fact in self.facts if fact.usable(topic, now))

    def private_way(self, language: str) -> str:
        """How to go on privately, for readers of `language`; "" where it is not known in their language.

        An address (a link, e-mail or number) reads the same in all; words belong to our own language.
        """
        told = self._in_language(self.private_channel, language)
        if told or isinstance(self.private_channel, dict):
            return told
        return (
            self.private_channel if any(letter in "@/0123456789" for letter in self.private_channel) else ""
        )

    def who_looks(self, language: str) -> str:
        """Who looks into it, for readers of `language`; "" where that is not configured in their language."""
        return self._in_language(self.looking_into, language)

    def _in_language(self, text: str | dict[OurLanguage, str], language: str) -> str:
        if isinstance(text, dict):
            return {str(key): one for key, one in text.items()}.get(language, "")
        return text if language == self.language else ""

    def link(self, incident: str) -> str | None:
        """The address of an incident's page that works on a phone; None without `public_url`."""
        if not self.public_url:
            return None
        return f"{self.public_url.rstrip('/')}/incidents/{quote(incident, safe='')}"


def _is_web_address(value: str) -> bool:
    if any(letter.isspace() or ord(letter) < 32 for letter in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _zone_remedy(value: str) -> str:
    near = difflib.get_close_matches(value, sorted(available_timezones()), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "write a city of the zone, e.g. Europe/Helsinki"
    return f"unknown time zone {value!r}: {hint}"


def facts_in_zone(facts: Iterable[Fact], zone: tzinfo) -> tuple[Fact, ...]:
    """The facts with the zone on times that have none."""
    return tuple(_fact_in_zone(fact, zone) for fact in facts)


def _fact_in_zone(fact: Fact, zone: tzinfo) -> Fact:
    def aware(moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment

    return fact.model_copy(update={"at": aware(fact.at), "expires": aware(fact.expires)})
