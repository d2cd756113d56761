"""Writes docs/settings.md, docs/metrics.md and the numbers of docs/detection.md from the code.

    .venv/bin/python docs/reference.py

A test demands that they are up to date, and that every setting has its sentence: the description of its
field, or where that says nothing, one in SENTENCES.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from agents.settings import FEEDS, RECEIVERS, Settings
from streams import metrics

FOLDER = Path(__file__).parent
MADE = "<!-- Written by docs/reference.py from the code; do not change it by hand. -->"

SENTENCES = {
    "organisation": "who you are and how you answer",
    "languages": "that your mentions are written in; others are taken for none of them",
    "topics": "what people talk about, and what makes a mention concern it",
    "feeds": "where mentions come from",
    "receivers": "whom to tell",
    "web": "the page and the API",
    "store": "where everything is kept, and for how long",
    "watch": "how it is decided whether to wake somebody",
    "calendar": "peaks that are expected, so that they wake nobody",
    "safety": "words of harm that page whatever the rates are",
    "incidents": "when an incident may page",
    "quality": "what pages should be worth, by people's votes",
    "marked": "storms that people know of, for the quality report and backtests",
    "sentiment": "how texts are judged",
    "drafting": "a language model that may word the answer a second time; off without `url`",
    "drafting.timeout_seconds": "for one question",
    "kafka": "the broker, for those who run on one",
    "organisation.name": "as it stands in answers and on the page",
    "organisation.timezone": "of every clock time that people see, and of times without a zone",
    "organisation.roster.name": "who it is",
    "organisation.facts": "what may be said in public, because a named person confirmed it",
    "organisation.facts.statement": "the sentence; in the organisation's language, or one a language",
    "organisation.facts.topic": "the topic it belongs to; none: every topic",
    "organisation.facts.confirmed_by": "who confirmed it; without a name it is a draft and never said",
    "organisation.facts.at": "from when it is true",
    "organisation.facts.expires": "until when it may be said",
    "topics.name": "as it stands on pages and in metrics",
    "topics.terms": "words and phrases; inflected forms are found. VR, OP and the like only with their case",
    "topics.hashtags": "with or without #; exact",
    "topics.accounts": "with or without @; exact, in the text, the tags and the author's handle",
    "topics.links": "a site or the beginning of a path",
    "topics.exclude": "words and phrases that take the topic away from a mention",
    "topics.compounds": "find words that begin with a term, too (postilakko)",
    "topics.safety": "what is different about safety words here",
    "topics.budget": "false pages a month for this topic; none: that of `watch`",
    "feeds.name": "as metrics and pages call it",
    "feeds.type": "the kind of feed",
    "feeds.platform": "platform of mentions that do not say",
    "feeds.channel": "channel of mentions that do not say",
    "feeds.language": "language of mentions that do not say",
    "feeds.jsonl.path": "a file or a folder",
    "feeds.jsonl.follow": "wait for more: growing files, new files, rotation",
    "feeds.jsonl.format": "where the file's name does not say",
    "feeds.jsonl.columns": "field: column of a table, or several joined",
    "feeds.jsonl.negativity": "negativity of mentions that do not say; 1 watches plain volume",
    "feeds.jsonl.batch_size": "mentions stored in one transaction",
    "feeds.jsonl.poll_seconds": "how often a followed path is looked at",
    "feeds.rss.url": "http or https, without name and password",
    "feeds.rss.every_minutes": "how often it is asked; longer where the server says so",
    "feeds.rss.kind": "kind of its mentions",
    "feeds.rss.allow_private": "let it stand on a private, loopback or link-local address",
    "feeds.rss.max_bytes": "of a document, unpacked",
    "feeds.rss.max_redirects": "redirections that are followed",
    "feeds.rss.timeout_seconds": "of a whole request",
    "feeds.webhook.path": "where senders post, after `public_url`",
    "feeds.webhook.secret": "at least 16 characters, from the environment or a file",
    "feeds.webhook.previous_secret": "also believed, while senders change to the new one",
    "feeds.webhook.max_body_bytes": "of one request",
    "feeds.webhook.max_waiting": "requests that may wait to be stored",
    "feeds.webhook.confirm_seconds": "how long a sender waits for its answer",
    "receivers.type": "the kind of receiver",
    "receivers.language": "of its pages",
    "receivers.webhook.other_secrets": "sign as well, while a receiver changes to the new secret",
    "receivers.pagerduty.url": "accounts in the EU have another",
    "store.path": "the SQLite file; unless it is given, beside the configuration",
    "store.url": "PostgreSQL instead: postgresql://USER@HOST/DATABASE, as it stands or from the environment",
    "store.password": "its password, from the environment or a file; else libpq looks into ~/.pgpass",
    "kafka.bootstrap": "addresses of one or more brokers, from which all are found",
    "kafka.prefix": "before the name of each stream, so that installations can share a broker",
    "kafka.partitions": "of each stream that is spread; cannot be changed while it holds records",
    "kafka.replication": "copies of each record; none: as many as the broker's default says",
    "kafka.source": "who sends the events of `escalations` and `incidents`, as a URI",
    "kafka.security": "how the connection is protected and whether we name ourselves",
    "kafka.tls_ca_file": "who signed the brokers' certificates; none: whom the system trusts",
    "kafka.tls_certificate_file": "our own certificate, where the brokers ask for one",
    "kafka.tls_key_file": "its key",
    "kafka.tls_key_password": "of the key",
    "kafka.sasl_mechanism": "how we prove who we are",
    "kafka.sasl_username": "who we are",
    "kafka.sasl_password": "and its proof",
    "watch.usual_share": "negative share that a topic without history is taken to have; 1 where all counts",
    "watch.lateness_seconds": "so long after its end a minute is decided; within it order means nothing",
    "watch.hold_minutes": "how late a mention may be and still enter rates and usual values",
}


NO_SECTION = {"topics": "none", "feeds": "none", "receivers": "a console"}
WORDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    datetime: "time",
    Path: "path",
    SecretStr: "secret",
}


class Setting:
    """One key of palovahti.yaml. `place` names it without numbers: feeds.jsonl.path."""

    def __init__(self, place: str, name: str, field: FieldInfo) -> None:
        self.place, self.name, self.field = place, name, field

    @property
    def sentence(self) -> str:
        """What it is; "" if nobody has said."""
        section, _, _ = self.place.partition(".")
        told = SENTENCES.get(self.place) or SENTENCES.get(f"{section}.{self.name}", "")
        return self.field.description or told

    @property
    def default(self) -> str:
        """What holds without it; "" if it must be given."""
        value = None if self.field.default_factory is dict else self.field.default
        if self.field.is_required() or value is PydanticUndefined or self.name == "type":
            return ""
        if "." not in self.place and list(models_in(self.field.annotation)):
            return NO_SECTION.get(self.name, "below")
        if isinstance(value, BaseModel):
            return "below"
        if value is None or value in ("", ()):
            return "none"
        if isinstance(value, tuple):
            return f"`{', '.join(map(str, value))}`"
        return f"`{str(value).lower() if isinstance(value, bool) else value}`"

    @property
    def row(self) -> str:
        """Its line of the table."""
        told = f"{self.sentence}{self.bounds}"
        return (
            f"| `{self.name}` | {kind(self.field.annotation)} | {self.default or '**required**'} | {told} |"
        )

    @property
    def bounds(self) -> str:
        """The numbers it must keep to."""
        parts = []
        for rule in self.field.metadata:
            for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
                if (bound := getattr(rule, name, None)) is not None:
                    parts.append(f"{sign} {bound}")
        return f" ({', '.join(parts)})" if parts else ""


def kind(annotation: Any) -> str:
    """A type in plain words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(kind(each) for each in inner if each is not type(None)))
    if origin in {Annotated, tuple, list}:
        return ("" if origin is Annotated else "list: ") + kind(inner[0])
    if origin is dict or list(models_in(annotation)):
        return "mapping"
    return WORDS[annotation]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from models_in(each)


def settings() -> Iterator[tuple[str, list[Setting]]]:
    """Every section, and every model inside one, with its settings."""
    sections = [Setting(name, name, field) for name, field in Settings.model_fields.items()]
    yield "", sections
    kinds = {"feeds": FEEDS, "receivers": RECEIVERS}
    for section in sections:
        if section.name in kinds:
            for name, model in kinds[section.name].items():
                yield from within(f"{section.name}.{name}", model)
        else:
            for model in models_in(section.field.annotation):
                yield from within(section.name, model)


def within(place: str, model: type[BaseModel]) -> Iterator[tuple[str, list[Setting]]]:
    """A model's settings, then those of the models inside it."""
    yield place, [Setting(f"{place}.{name}", name, field) for name, field in model.model_fields.items()]
    for name, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            yield from within(f"{place}.{name}", inner)


def settings_page() -> str:
    """docs/settings.md."""
    parts = ["# Settings", MADE, SETTINGS_HEAD]
    for place, found in settings():
        heading = f"## `{place}`" if place else "## Sections"
        rows = "\n".join(setting.row for setting in found)
        parts.append(f"{heading}\n\n| key | value | default | |\n|---|---|---|---|\n{rows}")
    return "\n\n".join([*parts, ENVIRONMENT])


SETTINGS_HEAD = """\
All of `palovahti.yaml`. `palovahti init` writes a commented one; `palovahti check-config` names every
mistake with file, line, key and remedy. An unknown key is a mistake. A running service reads the file
again on SIGHUP; a file with mistakes is not taken over. Relative paths count from the folder of the
file. A *secret* is `{env: NAME}` or `{file: PATH}` and never stands in the file. What feeds and
receivers do: [feeds](feeds.md), [receivers](receivers.md)."""

ENVIRONMENT = """\
## Environment variables

| variable | what it does |
|---|---|
| `PALOVAHTI_CONFIG` | path of the configuration file, where `--config` does not say |
| `PALOVAHTI_TRACEBACK` | `1`: a defect shows where it sits instead of one line |
| `PALOVAHTI_REQUIRE` | for tests: `browser,prometheus,postgres,kafka`; without these they fail, not skip |
| `PALOVAHTI_BROKER` | for tests: addresses of a broker to use instead of starting one |

Further variables are those that you name in `{env: NAME}`.
"""


def metrics_page() -> str:
    """docs/metrics.md."""
    rows = "\n".join(
        f"| `{one.full_name}` | {one.kind} | {one.unit} | {', '.join(one.labels) or '–'} | {one.help} |"
        for one in metrics.TABLE
    )
    words = {"PAGE_REASONS": listed(metrics.PAGE_REASONS), "OUTCOMES": listed(metrics.OUTCOMES)}
    tail = METRICS_TAIL.format(OTHER=metrics.OTHER, **words)
    return f"# Metrics\n\n{MADE}\n\n{METRICS_HEAD}\n{rows}\n\n{tail}"


def listed(words: Iterable[str]) -> str:
    """Words of the code, with commas."""
    return ", ".join(f"`{word}`" for word in words)


METRICS_HEAD = """\
At `/metrics` of the web page's address, for Prometheus; with a web token Prometheus needs it, too.
`deploy/prometheus/` scrapes them and holds alerting rules ([what to do](runbooks/README.md)),
`deploy/grafana/` shows them.

| name | kind | unit | labels | what |
|---|---|---|---|---|"""

METRICS_TAIL = """\
Labels come from small fixed sets. `feed`, `topic` and `receiver` are names of the configuration; one
that is not configured is counted as `{OTHER}`. `reason` of bad input: [feeds](feeds.md#bad-input); of
pages: {PAGE_REASONS}. `outcome`: {OUTCOMES}. `severity`: 1 to 5, 5 the worst. Never an author, a text
or a thread.
"""

NUMBERS = {
    "streams.windows": {
        "SLOT_MINUTES": "a slot, in which an author is one voice",
        "BLOCK_MINUTES": "a block",
    },
    "agents.pulse.copies": {
        "MIN_WORDS": "words from which a text can be a copy",
        "CAMPAIGN": "copies by the end of the hour after the first, from which none speaks",
        "TRACKED": "groups of copies a day and topic; texts beyond are taken to be original",
    },
    "agents.pulse.threads": {"IDLE_MINUTES": "a thread that nobody touched so long is dropped"},
    "agents.watch.baseline": {
        "FAST": "what the fast level keeps from hour to hour",
        "SLOW": "the same of the slow level",
        "TRUSTED_EVENTS": "events that the slow level is worth against the fast one",
        "LEARNING_HOURS": "of history, before which pages say that the topic is being learnt",
        "ALPHA_PRIOR": "over-dispersion before anything is known",
    },
    "agents.watch.volume": {"STEADY": "other mentions an hour that the exposure is shrunk by"},
    "agents.watch.scale": {
        "WINDOWS": "minutes",
        "WARM_BLOCKS": "blocks from which the surprise channel may speak",
        "RARER": "log10: by how much rarer an hour is as high that has a larger share of complaint, too",
        "LEAST_LOOKS": "independent looks a day of the low-volume channel, at least",
        "MOST_LOOKS": "the same, at most",
    },
    "agents.watch.topic": {
        "BUSY": "usual negative posts an hour from which the surprise channel speaks",
        "THREAD_FLOOR": "voices in the open hours from which a thread has a forecast",
    },
    "agents.watch.watch": {
        "TURNS": "voices of one author within three hours on which a page may rest",
        "STILL_RISING": "times the usual in the last hour, without which a slow rise does not page",
        "PULSE_MINUTES": "between pulses, while all is quiet",
        "REVIEW_MINUTES": "between two looks at the severity of a live case",
        "SLOW_MINUTES": "in which people are counted",
    },
    "agents.watch.planned": {"AFTERGLOW": "minutes after a planned peak in which its factor still holds"},
    "agents.watch.safety": {"MOST_SOURCES": "of a class, that are remembered"},
    "agents.safety.reading": {
        "BEFORE": "words ahead that a negation reaches",
        "AFTER": "words back that it reaches where it may follow",
    },
    "agents.watch.signs": {
        "LOOKED_AT": "complaints at most whose words are looked at for arousal",
        "NEW_ACCOUNT_MINUTES": "age below which an account is new",
    },
    "alerts.severity": {
        "SEVERITY_FROM": "points from which severity is 2, 3, 4 and 5",
        "SAFETY_FROM": "authors of the same harm from which it is at least that",
    },
    "agents.watch.evidence": {
        "MAIN_THREAD": "share of the negative mass from which it is about one thread",
        "ROOM": "by which a topic's forecast is widened: log of what came over what was expected",
    },
    "streams.statistics.maxima": {
        "KEPT": "blocks: twice the memory of what is usual",
        "SD_PRIOR": "spread of the log of block maxima before anything is known",
        "SD_WEIGHT": "blocks that this is worth",
        "SURE_OF_TREND": "standard errors from which maxima are taken to grow",
        "LOCATION": "of the Gumbel law of a standardised score's block maxima",
        "SCALE": "of the same",
        "NEVER": "highest score that is stated",
    },
    "streams.statistics.share": {
        "ALWAYS": "usual share from which it is not tested",
        "TOGETHER": "correlation of the posts of an hour, as complaint or not",
        "SURE": "standard deviations above the usual share, without which nothing pages",
    },
    "streams.statistics.cascade": {
        "TAUS": "minutes: the kernel's exponentials",
        "WEIGHTS": "and their weights",
        "PRIOR_SHAPE": "of R",
        "PRIOR_RATE": "of R",
    },
    "streams.statistics.cusum": {
        "FACTORS": "by which a rate may have risen",
        "CAP": "of the log likelihood ratio",
    },
}
BETWEEN = re.compile(r"(?<=by hand\. -->\n).*(?=<!-- end of the numbers -->)", re.DOTALL)


def detection_page() -> str:
    """docs/detection.md with the numbers as they are now."""
    rows = [
        f"| `{module}.{name}` | {shown(getattr(import_module(module), name))} | {told} |"
        for module, names in NUMBERS.items()
        for name, told in names.items()
    ]
    table = "\n".join(["", "| name | value | what |", "|---|---|---|", *rows, "", ""])
    return BETWEEN.sub(lambda _: table, (FOLDER / "detection.md").read_text(encoding="utf-8"))


def shown(value: object) -> str:
    """A number, or several, at most four digits after the point."""
    if isinstance(value, tuple):
        return ", ".join(map(shown, value))
    return f"{round(value, 4):,}" if isinstance(value, int | float) else str(value)


PAGES = {"settings.md": settings_page, "metrics.md": metrics_page, "detection.md": detection_page}


def main() -> None:
    """Write them."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
