"""One frozen object with every setting, joined from the models that stand beside the code that uses them.

Relative paths count from the folder of the file. Secrets are `{env: NAME}` or `{file: PATH}`; a secret that
stands in the file itself is refused, because such files are copied, mailed and committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.configuration import Document, Place, read_document, unknown
from agents.facts_file import with_facts_file
from agents.match.topic import Topic
from agents.safety.settings import SafetySettings
from agents.sections import Sections, message
from agents.sentiment.settings import SentimentSettings
from agents.watch.planned import PlannedPeak
from agents.watch.policy import WatchPolicy
from alerts.drafting.settings import DraftingSettings
from alerts.incidents import IncidentPolicy
from alerts.notifiers.console import ConsoleSettings
from alerts.notifiers.pagerduty import PagerDutySettings
from alerts.notifiers.webhook import WebhookSettings
from alerts.organisation import Organisation, OurLanguage
from alerts.quality import MarkedStorm, QualityPolicy
from alerts.store.settings import StoreSettings
from alerts.web.settings import WebSettings
from streams.feeds.jsonl import JsonlFeedSettings
from streams.feeds.rss_settings import RssFeedSettings
from streams.feeds.webhook import WebhookFeedSettings
from streams.kafka.settings import KafkaSettings

DEFAULT_FILE: Final = Path("palovahti.yaml")
FEEDS: Final[dict[str, type[BaseModel]]] = {
    "jsonl": JsonlFeedSettings,
    "rss": RssFeedSettings,
    "webhook": WebhookFeedSettings,
}
RECEIVERS: Final[dict[str, type[BaseModel]]] = {
    "console": ConsoleSettings,
    "webhook": WebhookSettings,
    "pagerduty": PagerDutySettings,
}
FeedSettings = Annotated[
    JsonlFeedSettings | RssFeedSettings | WebhookFeedSettings, Field(discriminator="type")
]
ReceiverSettings = Annotated[
    ConsoleSettings | WebhookSettings | PagerDutySettings, Field(discriminator="type")
]


class Settings(BaseModel):
    """All settings. The defaults work without any file, but watch no topic and read no feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: Organisation = Organisation()
    languages: tuple[OurLanguage, ...] = Field(default=("fi", "sv", "en"), min_length=1)
    topics: tuple[Topic, ...] = ()
    feeds: tuple[FeedSettings, ...] = ()
    receivers: tuple[ReceiverSettings, ...] = (ConsoleSettings(name="console"),)
    web: WebSettings = WebSettings()
    store: StoreSettings = StoreSettings()
    watch: WatchPolicy = WatchPolicy()
    calendar: tuple[PlannedPeak, ...] = ()
    safety: SafetySettings = SafetySettings()
    incidents: IncidentPolicy = IncidentPolicy()
    quality: QualityPolicy = QualityPolicy()
    marked: tuple[MarkedStorm, ...] = ()
    sentiment: SentimentSettings = SentimentSettings()
    drafting: DraftingSettings = DraftingSettings()
    kafka: KafkaSettings = KafkaSettings()


_SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "organisation": Organisation,
    "web": WebSettings,
    "store": StoreSettings,
    "watch": WatchPolicy,
    "safety": SafetySettings,
    "incidents": IncidentPolicy,
    "quality": QualityPolicy,
    "sentiment": SentimentSettings,
    "drafting": DraftingSettings,
    "kafka": KafkaSettings,
}
_LISTS: Final[dict[str, type[BaseModel]]] = {"topics": Topic, "calendar": PlannedPeak, "marked": MarkedStorm}


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a file; raises `BadConfiguration` with every mistake: file, line, key and remedy."""
    document = read_document(path)
    found = _found(document, Sections(document, environ))
    _check_names(document)
    _check_topics(document)
    _check_rosters(document)
    _check_files(document, found)
    if isinstance(ours := found.get("organisation"), Organisation):
        found["organisation"] = with_facts_file(document, ours)
    document.check()
    found["store"] = _anchored(found.get("store", StoreSettings()), path.parent)
    return Settings.model_validate(found)


def _anchored(store: StoreSettings, folder: Path) -> StoreSettings:
    """The store beside the file even where the file does not name it."""
    if "path" in store.model_fields_set:
        return store
    return store.model_copy(update={"path": folder / store.path})


def _found(document: Document, sections: Sections) -> dict[str, Any]:
    """What could be read, by section."""
    found: dict[str, Any] = {}
    for name, value in document.values.items():
        if name not in Settings.model_fields:
            document.mistake((name,), unknown(name, Settings.model_fields, "section"))
        elif name in _SECTIONS and value is not None:
            found[name] = sections.model(_SECTIONS[name], value, (name,))
        elif isinstance(value, list):
            found[name] = _items(document, sections, name, value)
        elif value is not None:
            document.mistake((name,), "must be a list: begin each item with a dash")
    return {name: value for name, value in found.items() if value is not None}


def _items(document: Document, sections: Sections, name: str, value: list[object]) -> tuple[Any, ...]:
    """The items of a list, those with mistakes left out."""
    if name == "languages":
        return _languages(document, value)
    if name in _LISTS:
        made = [sections.model(_LISTS[name], item, (name, at)) for at, item in enumerate(value)]
        return tuple(one for one in made if one is not None)
    kinds = FEEDS if name == "feeds" else RECEIVERS
    others = [sections.one_of(kinds, item, (name, at)) for at, item in enumerate(value)]
    return tuple(item for item in others if item is not None)


def _languages(document: Document, value: list[object]) -> tuple[OurLanguage, ...]:
    try:
        return Settings.model_validate({"languages": value}).languages
    except ValidationError as error:
        for details in error.errors(include_url=False):
            document.mistake(details["loc"], message(details, Settings))
        return ()


def _check_names(document: Document) -> None:
    """Names are keys in the store and labels in the metrics, and two feeds cannot answer at one address."""
    for section, key in (("topics", "name"), ("feeds", "name"), ("receivers", "name"), ("feeds", "path")):
        seen: dict[object, int] = {}
        for at, item in _dicts(document, section):
            value = item.get(key)
            if not isinstance(value, str) or (key == "path" and item.get("type") != "webhook"):
                continue
            if value in seen:
                first = document.lines.get((section, seen[value], key), 0)
                document.mistake(
                    (section, at, key), f"{value} is used already, on line {first}; choose another"
                )
            seen.setdefault(value, at)


def _check_topics(document: Document) -> None:
    """There is something to watch, and facts speak of topics that exist."""
    names = [str(item.get("name")) for _, item in _dicts(document, "topics")]
    if not names and not document.is_wrong(("topics",)):
        document.mistake(("topics",), "no topic to watch; add one: topics: [{name: Posti, terms: [Posti]}]")
    for section in ("calendar", "marked"):
        for at, item in _dicts(document, section):
            if "topic" in item and str(item["topic"]) not in names:
                document.mistake((section, at, "topic"), unknown(str(item["topic"]), names, "topic"))
    organisation = document.values.get("organisation")
    facts = organisation.get("facts") if isinstance(organisation, dict) else None
    for at, fact in enumerate(facts if isinstance(facts, list) else []):
        topic = fact.get("topic") if isinstance(fact, dict) else None
        if topic is not None and str(topic) not in names:
            document.mistake(("organisation", "facts", at, "topic"), unknown(str(topic), names, "topic"))


def _check_rosters(document: Document) -> None:
    """Who is to be reached is reached by receivers that exist."""
    receivers = [str(item.get("name")) for _, item in _dicts(document, "receivers")]
    organisation = document.values.get("organisation")
    ours = organisation if isinstance(organisation, dict) else {}
    lists: list[tuple[Place, object]] = [(("organisation", "drill_roster"), ours.get("drill_roster"))]
    people = ours.get("roster")
    for at, person in enumerate(people if isinstance(people, list) else []):
        named = person.get("receivers") if isinstance(person, dict) else None
        lists.append((("organisation", "roster", at, "receivers"), named))
    for place, names in lists:
        for at, name in enumerate(names if isinstance(names, list) else []):
            if str(name) not in receivers:
                document.mistake((*place, at), unknown(str(name), receivers, "receiver"))


def _check_files(document: Document, found: dict[str, Any]) -> None:
    """What is named must be there before the start, not when it is first needed."""
    organisation, sentiment = found.get("organisation"), found.get("sentiment")
    playbooks = organisation.playbooks if isinstance(organisation, Organisation) else None
    faq = organisation.faq if isinstance(organisation, Organisation) else None
    model = sentiment.model if isinstance(sentiment, SentimentSettings) else None
    if playbooks is not None and not playbooks.is_dir():
        _missing(document, ("organisation", "playbooks"), f"no folder {playbooks}")
    if faq is not None and not faq.is_file():
        _missing(document, ("organisation", "faq"), f"no file {faq}")
    if model is not None and not model.is_file():
        _missing(document, ("sentiment", "model"), f"no file {model}")


def _missing(document: Document, place: tuple[str, str], what: str) -> None:
    document.mistake(place, f"{what}; create it, or write null for what comes with Palovahti")


def _dicts(document: Document, section: str) -> list[tuple[int, dict[str, Any]]]:
    """The items of a list as they stand in the file, with their places."""
    value = document.values.get(section)
    items = value if isinstance(value, list) else []
    return [(at, item) for at, item in enumerate(items) if isinstance(item, dict)]
