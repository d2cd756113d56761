"""What the editor of the first public answer shows: small shapes made from records, for a template."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args
from urllib.parse import urlencode

from alerts.incidents import CLOSED, Incident, Suggestion
from alerts.neutral import plain
from alerts.organisation import LANGUAGES, Fact, Organisation
from alerts.respond.channels import channel_named
from alerts.respond.fact_board import with_board
from alerts.respond.people import TWO_PEOPLE
from alerts.respond.published import SOMEBODY, PublishedReply, replies_of
from alerts.respond.review import review
from alerts.respond.rules import Finding, Report
from alerts.respond.situations import SITUATIONS
from alerts.respond.suggest import VARIANTS, suggest, variants
from alerts.respond.thread import thread_of
from alerts.store.store import Store, StoredMention
from streams.records import PublicReply

Kind = Literal["reply", "update", "closing"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
LONGEST: Final = 10_000
_LETTERS_A_LINE: Final = 42


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asked of the editor; `text` None: the suggestion as it is."""

    channel: str | None = None
    language: str | None = None
    kind: str = "reply"
    anyway: bool = False
    text: str | None = None
    suggested: str = ""
    approver: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    def query(self, **other: str) -> str:
        """The address that asks for the same, but for what `other` says."""
        asked = {
            "channel": self.channel,
            "reply_language": self.language,
            "anyway": "1" if self.anyway else "",
        }
        asked["kind"] = "" if self.kind == "reply" else self.kind
        return urlencode({name: value for name, value in {**asked, **other}.items() if value})


@dataclass(frozen=True, slots=True)
class Tab:
    """A variant of the answer; `length` of `limit` is taken, as the channel counts."""

    name: str
    query: str
    current: bool
    length: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the draft, marked where a finding is about it."""

    text: str
    severity: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact that may be said of this incident; `text` None: not in the answer's language."""

    text: str | None
    confirmed_by: str
    at: datetime | None
    expires: datetime | None
    used: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with what the rules find in it."""

    report: Report | None
    stretches: tuple[Stretch, ...]
    length: int
    limit: int
    overrides: Mapping[str, str]
    refused: tuple[str, ...]
    second_person: bool

    @property
    def blocking(self) -> int:
        """How many findings block."""
        return sum(one.severity == "block" for one in self.report.findings) if self.report else 0

    @property
    def warnings(self) -> int:
        """How many findings warn."""
        return len(self.report.findings) - self.blocking if self.report else 0


@dataclass(frozen=True, slots=True)
class Editor:
    """All that the suggestion's card shows; `text` is what stands in the field."""

    draft: Suggestion
    wish: Wish
    text: str
    suggested: str
    edited: bool
    rows: int
    tabs: tuple[Tab, ...]
    languages: tuple[Tab, ...]
    kinds: tuple[Tab, ...]
    checked: Checked
    facts: tuple[FactLine, ...]
    guesses: tuple[str, ...]
    others: tuple[str, ...]
    replies: tuple[PublishedReply, ...]
    approver: str
    writable: bool


def editor_of(
    store: Store,
    organisation: Organisation,
    incident: Incident,
    wish: Wish,
    now: datetime,
    *,
    author: str,
    reader: str,
) -> Editor:
    """The editor for an incident, filled with a fresh suggestion, or with what `wish` brings."""
    known = with_board(organisation, store)
    mentions = thread_of(store, incident, now)
    draft = _draft(incident, mentions, known, now, wish)
    wish = _settled(wish, draft)
    text = draft.text if wish.text is None else wish.text
    return Editor(
        draft=draft,
        wish=wish,
        text=text,
        suggested=draft.text if wish.text is None else wish.suggested,
        edited=wish.text is not None,
        rows=min(24, 2 + sum(1 + len(line) // _LETTERS_A_LINE for line in text.splitlines())),
        tabs=_channels(incident, mentions, known, now, wish, draft),
        languages=tuple(
            Tab(code, wish.query(reply_language=code), code == wish.language) for code in LANGUAGES
        ),
        kinds=tuple(Tab(kind, wish.query(kind=kind), kind == wish.kind) for kind in KINDS),
        checked=checked(store, organisation, incident, wish, text, now, author=author, reader=reader),
        facts=_facts(known, incident, now, wish.language or "", text),
        guesses=draft.alternatives[:3],
        others=tuple(name for name in SITUATIONS if name not in (draft.situation, *draft.alternatives[:3])),
        replies=tuple(replies_of(store, incident.id)),
        approver=organisation.approver if wish.approver is None else wish.approver,
        writable=incident.state not in CLOSED and (draft.action == "answer" or wish.kind != "reply"),
    )


def checked(
    store: Store,
    organisation: Organisation,
    incident: Incident,
    wish: Wish,
    text: str,
    now: datetime,
    *,
    author: str,
    reader: str,
) -> Checked:
    """The findings in `text`, for the channel and language of `wish`, told in the reader's language."""
    report = None
    if text.strip() and len(text) <= LONGEST:
        reply = reply_of(wish, text)
        who = "" if author == SOMEBODY else author
        report = review(store, organisation, incident, reply, who, now, say_in=reader)
    form = channel_named(wish.channel)
    return Checked(
        report=report,
        stretches=_marked(text, report.findings) if report else (),
        length=form.length(text),
        limit=form.limit,
        overrides=wish.overrides,
        refused=wish.refused,
        second_person=incident.severity >= TWO_PEOPLE,
    )


def reply_of(wish: Wish, text: str) -> PublicReply:
    """What was written, as the desk takes it."""
    return PublicReply(
        text=text,
        channel=wish.channel or "other",
        language=wish.language or "fi",
        kind=wish.kind,
        approver=wish.approver or "",
        overrides=dict(wish.overrides),
        suggested=wish.suggested,
    )


def _draft(
    incident: Incident,
    mentions: Sequence[StoredMention],
    organisation: Organisation,
    now: datetime,
    wish: Wish,
) -> Suggestion:
    held = incident.suggestion
    if held and held.action == "watch" and wish == Wish():
        return held  # as the page said; a person may ask for an answer all the same
    return suggest(
        incident,
        mentions,
        organisation,
        now,
        channel=wish.channel,
        language=wish.language,
        anyway=wish.anyway or wish.text is not None,
        kind="closing" if wish.kind == "closing" else "reply",
    )


def _settled(wish: Wish, draft: Suggestion) -> Wish:
    """The wish with the channel and language that the suggestion chose."""
    return Wish(
        channel=wish.channel or draft.channel,
        language=draft.language,
        kind=wish.kind,
        anyway=wish.anyway,
        text=wish.text,
        suggested=wish.suggested or draft.text,
        approver=wish.approver,
        overrides=wish.overrides,
        refused=wish.refused,
    )


def _channels(
    incident: Incident,
    mentions: Sequence[StoredMention],
    organisation: Organisation,
    now: datetime,
    wish: Wish,
    draft: Suggestion,
) -> tuple[Tab, ...]:
    """A tab for each channel, the chosen one's own among them; none where no answer is to be given."""
    if draft.action == "watch":
        return ()
    names = list(dict.fromkeys((*VARIANTS, str(wish.channel))))
    kind: Literal["reply", "closing"] = "closing" if wish.kind == "closing" else "reply"
    made = variants(incident, mentions, organisation, now, channels=names, language=wish.language, kind=kind)
    return tuple(
        _tab(name, wish, draft if name == wish.channel else one)
        for name, one in zip(names, made, strict=True)
    )


def _tab(name: str, wish: Wish, one: Suggestion) -> Tab:
    form = channel_named(one.channel)
    return Tab(name, wish.query(channel=name), name == wish.channel, form.length(one.text), form.limit)


def _facts(
    organisation: Organisation, incident: Incident, now: datetime, language: str, text: str
) -> tuple[FactLine, ...]:
    return tuple(
        _fact_line(fact, language, organisation.language, text)
        for fact in organisation.facts_for(incident.topic, now)
    )


def _fact_line(fact: Fact, language: str, ours: str, text: str) -> FactLine:
    told = fact.text(language, ours)
    said = bool(told) and " ".join(str(told).split()).rstrip(".!?") in " ".join(text.split())
    return FactLine(told, plain(fact.confirmed_by, 60), fact.at, fact.expires, said)


def _marked(text: str, findings: Sequence[Finding]) -> tuple[Stretch, ...]:
    """The draft cut where findings begin and end; of findings that overlap, the first marks the words."""
    text = unicodedata.normalize("NFC", text).rstrip()
    pieces, place = [], 0
    for one in findings:
        if one.start is None or one.end is None or one.start < place:
            continue
        pieces.append(Stretch(text[place : one.start]))
        pieces.append(Stretch(text[one.start : one.end], one.severity, one.rule))
        place = one.end
    if not pieces:
        return ()
    return (*(piece for piece in pieces if piece.text), Stretch(text[place:]))
