"""The after-action report laid out once, for Markdown and HTML alike: rows and lists of plain text. Pure.

Every text of a stranger passed `plain`: one line, no markup, no control characters. What escapes for a format
is that format's own work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from alerts.aftermath.story import AfterAction
from alerts.feedback.digest import Voice
from alerts.neutral import plain
from alerts.page import forms, say, say_or_plain
from alerts.respond.published import PublishedReply
from alerts.texts import Words
from alerts.web.language import Texts
from alerts.web.views import lines_of

words: Final = Words("alerts.aftermath", "texts.yaml")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a list: what it says, who or when, and where it stands."""

    text: str
    notes: tuple[str, ...] = ()
    link: str | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its items; `empty` is said where there are none."""

    key: str
    heading: str
    items: tuple[Item, ...]
    empty: str = ""


class Layout:
    """One report in one language and zone."""

    def __init__(self, report: AfterAction, language: str, zone: ZoneInfo) -> None:
        self.report, self.language, self.zone = report, language, zone
        self._texts = Texts(language)

    @property
    def title(self) -> str:
        """The heading of the whole."""
        return words("title", self.language, topic=plain(self.report.incident.topic, 120))

    def notices(self) -> list[str]:
        """What must be said before anything else."""
        one, told = self.report.incident, []
        if one.drill:
            told.append(words("drill", self.language))
        if one.resolved_at is None:
            told.append(words("live", self.language, at=self.at(self.report.written_at)))
        if one.criticism_deleted:
            told.append(words("censored", self.language, n=one.criticism_deleted))
        return told

    def footer(self) -> str:
        """When it was written, and whose words these are."""
        return words("written", self.language, at=self.at(self.report.written_at))

    def at(self, moment: datetime | None) -> str:
        """Date and clock time in the organisation's zone."""
        if moment is None:
            return words("never", self.language)
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def rows(self) -> list[tuple[str, str]]:
        """The report in short: (what, how it was)."""
        report, one = self.report, self.report.incident
        situation = say_or_plain("situation", report.situation, self.language) if report.situation else None
        worst = say(f"severity.{one.peak_severity}", self.language)
        told = {
            "severity": f"{worst} {one.peak_severity}/5",
            "situation": situation or self._unknown(),
            "began": self.at(one.evidence.started_at or one.onset_at),
            "paged": self.at(one.first_page_at),
            "acknowledged": self._acknowledged(),
            "answered": self._answered(),
            "ended": self._ended(),
            "posts": self._posts(),
            "peak": self._peak(),
            "channels": self._channels(),
            "words": ", ".join(plain(word, 40) for word in one.evidence.top_words) or self._unknown(),
            "pages": str(one.pages),
        }
        if report.undelivered:
            told["undelivered"] = ", ".join(report.undelivered)
        return [(words(f"row.{name}", self.language), value) for name, value in told.items()]

    def sections(self) -> list[Section]:
        """Everything else, in order; what does not concern this incident is left out."""
        report = self.report
        found = [
            self._section("timeline", self._timeline()),
            self._section("answers", self._answers(), "no_answer"),
            self._section("overrides", self._overrides()),
            self._section("gaps", [self._gap(one.question, one.times) for one in report.gaps]),
            self._section("ideas", map(self._voice, report.ideas)),
            self._section("questions", map(self._voice, report.questions)),
            self._section("supporters", self._supporters()),
        ]
        if report.moderated:
            found.append(self._section("moderated", self._moderated()))
        learnt = [Item(words(f"learn.{part}", self.language)) for part in ("worked", "change", "closing")]
        return [*found, self._section("learn", learnt)]

    def chart_about(self) -> str:
        """What the chart shows."""
        return words("chart_about" if len(self.report.pulses) > 1 else "chart_none", self.language)

    def heading(self, key: str) -> str:
        """The heading of a part."""
        return words(f"head.{key}", self.language)

    def _section(self, key: str, items: Iterable[Item], empty: str = "none") -> Section:
        return Section(key, self.heading(key), tuple(items), words(empty, self.language))

    def _unknown(self) -> str:
        return words("unknown", self.language)

    def _number(self, value: float) -> str:
        return forms.whole(value, self.language)

    def _acknowledged(self) -> str:
        one, took = self.report.incident, self.report.page_to_acknowledge_minutes
        if one.acknowledged_at is None or took is None:
            return self.at(one.acknowledged_at)
        by = plain(one.acknowledged_by or "", 60) or self._unknown()
        return words(
            "value.acknowledged", self.language, at=self.at(one.acknowledged_at), by=by, n=self._number(took)
        )

    def _answered(self) -> str:
        report = self.report
        numbers = {"n": self._number(report.waited_minutes), "target": report.target_minutes}
        if report.in_time is None:
            return words("value.unanswered", self.language, **numbers)
        told = words("value.answered", self.language, at=self.at(report.incident.answered_at), **numbers)
        return f"{told}, {words('value.in_time' if report.in_time else 'value.late', self.language)}"

    def _ended(self) -> str:
        one, lasted = self.report.incident, self.report.lasted_minutes
        if one.resolved_at is None or lasted is None:
            return words("not_yet", self.language, state=say(f"state.{one.state.value}", self.language))
        return words("value.ended", self.language, at=self.at(one.resolved_at), n=self._number(lasted))

    def _posts(self) -> str:
        report = self.report
        people = self._unknown() if report.people is None else self._number(report.people)
        numbers = {"n": self._number(report.posts), "negative": self._number(report.negative)}
        return words("value.posts", self.language, people=people, **numbers)

    def _peak(self) -> str:
        report = self.report
        if report.peak_per_hour is None:
            return self._unknown()
        usual = forms.one_decimal(report.usual_per_hour or 0, self.language)
        peak = forms.one_decimal(report.peak_per_hour, self.language)
        return words("value.peak", self.language, n=peak, at=self.at(report.peak_at), usual=usual)

    def _channels(self) -> str:
        told = [f"{name} {self._number(count)}" for name, count in self.report.channels.items()]
        return ", ".join(told) or self._unknown()

    def _timeline(self) -> list[Item]:
        lines = reversed(lines_of(self.report.timeline, self._texts))
        return [
            Item(f"{self.at(line.at)} {line.what}", tuple(filter(None, (line.by, plain(line.detail, 400)))))
            for line in lines
        ]

    def _answers(self) -> list[Item]:
        recorded = [
            Item(plain(one.text, 2000), self._reply_notes(one), quoted=True) for one in self.report.replies
        ]
        texts = {one.text for one in recorded}
        seen = (words("seen", self.language),)
        return recorded + [Item(text, seen, quoted=True) for text in self.report.answers if text not in texts]

    def _reply_notes(self, one: PublishedReply) -> tuple[str, ...]:
        kept = forms.percent(one.kept_share, self.language)
        slots = {"at": self.at(one.at), "channel": plain(one.channel, 30), "author": plain(one.author, 60)}
        notes = [words("reply", self.language, kept=kept, **slots)]
        if one.approver:
            notes.append(words("approved", self.language, name=plain(one.approver, 60)))
        notes += [one.rule for one in one.findings]
        return tuple(notes)

    def _overrides(self) -> list[Item]:
        return [
            Item(f"{rule}: {plain(why, 400)}", (plain(one.author, 60), self.at(one.at)))
            for one in self.report.replies
            for rule, why in one.overrides.items()
        ]

    def _gap(self, question: str, times: int) -> Item:
        return Item(question, (words("times", self.language, n=times),), quoted=True)

    def _voice(self, one: Voice) -> Item:
        notes = [f"{one.platform} {self.at(one.first_at)}"]
        if one.times > 1:
            notes.append(words("times", self.language, n=one.times))
        return Item(one.text, tuple(notes), one.link, quoted=True)

    def _supporters(self) -> list[Item]:
        return [
            Item(
                one.text,
                (words("person", self.language, tag=one.tag), f"{one.platform} {self.at(one.at)}"),
                one.link,
                quoted=True,
            )
            for one in self.report.supporters
        ]

    def _moderated(self) -> list[Item]:
        return [
            Item(
                f"{self._texts(f'moderation.measure.{one.measure}')}: {plain(one.post, 120)}",
                (
                    self.at(one.at),
                    one.by,
                    words("by_rule", self.language, rule=one.rule),
                    f"SHA-256 {one.snapshot[:16]}",
                ),
            )
            for one in self.report.moderated
        ]
