"""Where a drill takes place: made of the user's configuration, but only of what cannot reach the outside.

Whatever the configuration says, only the receivers of `organisation.drill_roster` exist in a drill: the
others are not filtered when a page goes out, they are never built. What is not named here (feeds, streams,
models and whatever section comes later) is left at its default, no store of the user's is written, and what
is watched carries the word DRILL in its name, so that every page, list and event shows it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from agents.match.topic import Topic
from agents.settings import ReceiverSettings, Settings
from alerts.notifiers.console import ConsoleSettings
from alerts.organisation import Fact, Organisation
from alerts.page.drill import MARKS
from alerts.store.settings import StoreSettings
from alerts.web.settings import WebSettings
from streams.errors import BadConfiguration
from streams.feeds.jsonl import JsonlFeedSettings

FEED: Final = "drill"
POLL_SECONDS: Final = 0.2


def arena(
    settings: Settings, topic: str | None, folder: Path, port: int, address: str | None = None
) -> Settings:
    """The settings of a drill about a topic, in `folder`; `address` is where its page is reached.

    BadConfiguration: there is no such topic.
    """
    chosen = _chosen(settings, topic)
    marked = chosen.model_copy(update={"name": _marked(chosen.name, settings.organisation.language)})
    return Settings(
        organisation=_organisation(settings.organisation, chosen.name, marked.name, address or _local(port)),
        languages=settings.languages,
        topics=(marked,),
        feeds=(JsonlFeedSettings(name=FEED, path=folder / "feeds", follow=True, poll_seconds=POLL_SECONDS),),
        receivers=roster_of(settings),
        web=_page(settings.web, port),
        store=StoreSettings(path=folder / "drill.db"),
        watch=settings.watch,
        safety=settings.safety,
        incidents=settings.incidents,
        sentiment=settings.sentiment,
    )


def roster_of(settings: Settings) -> tuple[ReceiverSettings, ...]:
    """The receivers of the drill roster; without one, this terminal."""
    names = frozenset(settings.organisation.drill_roster)
    chosen = tuple(each for each in settings.receivers if each.name in names)
    return chosen or (ConsoleSettings(name=_free_name(settings), language=settings.organisation.language),)


def _free_name(settings: Settings) -> str:
    """A name for the terminal that no receiver of the configuration has."""
    name, taken = "drill", {each.name for each in settings.receivers}
    while name in taken:
        name = f"{name}-terminal"
    return name


def term_of(topic: Topic) -> str:
    """How the invented people call the topic, so that it is found."""
    if topic.terms:
        return topic.terms[0]
    if topic.hashtags:
        return f"#{topic.hashtags[0].lstrip('#')}"
    return f"@{topic.accounts[0].lstrip('@')}" if topic.accounts else topic.links[0]


def _page(web: WebSettings, port: int) -> WebSettings:
    """The drill's page: where the real one is if a token protects that, else for this machine alone."""
    if web.token is None:
        return WebSettings(port=port)
    return WebSettings(host=web.host, port=port, token=web.token, allowed_hosts=web.allowed_hosts)


def _local(port: int) -> str | None:
    return f"http://127.0.0.1:{port}" if port else None


def _organisation(us: Organisation, topic: str, marked: str, address: str | None) -> Organisation:
    """We, with the page of the drill in the links and the facts of the topic under its drill name."""
    facts = tuple(_renamed(fact, topic, marked) for fact in us.facts)
    return us.model_copy(update={"public_url": address, "facts": facts})


def _renamed(fact: Fact, topic: str, marked: str) -> Fact:
    return fact.model_copy(update={"topic": marked}) if fact.topic == topic else fact


def _chosen(settings: Settings, name: str | None) -> Topic:
    named = [one for one in settings.topics if name in (None, one.name)]
    if not named:
        known = ", ".join(one.name for one in settings.topics) or "none"
        raise BadConfiguration([f"there is no topic {name} to drill; there is {known}"])
    return named[0]


def _marked(name: str, language: str) -> str:
    mark = MARKS[language]
    return f"DRILL {name}" if mark == "DRILL" else f"{mark} (DRILL) {name}"
