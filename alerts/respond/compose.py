"""A playbook's slots filled and fitted to a channel. Slots are dropped whole; a sentence is never cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from alerts.respond.channels import URL, Channel
from alerts.respond.playbook import FILLED_BY, Piece, Playbook, Slot
from alerts.respond.quoting import quoted

# Which slots take their short form first, when the channel is narrow.
SHORTENS: Final[tuple[Slot, ...]] = (
    "private", "follow", "known", "unknown", "action", "acknowledge", "instruct", "next_update", "empathy",
)  # fmt: skip
# What goes next when that is still too long. The acknowledgement, the action and the time of the next news
# stay to the end.
DROPS: Final[tuple[str, ...]] = (
    "private", "faq", "who", "more_facts", "instruct", "signature", "follow", "unknown", "second_word",
    "known", "empathy", "words",
)  # fmt: skip
# What comes back first, when dropping something long left room for something short.
REFILLS: Final[tuple[Slot, ...]] = (
    "empathy",
    "known",
    "unknown",
    "follow",
    "signature",
    "instruct",
    "private",
)
OWN_LINE: Final[frozenset[Slot]] = frozenset({"faq", "follow", "private", "signature"})
_SENTENCE_ENDS: Final = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class Values:
    """What may fill the slots: thread words, confirmed facts and configuration; "" leaves a slot out."""

    words: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    facts_exist: bool = False
    time: str = ""
    updates_url: str = ""
    private_channel: str = ""
    signature: str = ""
    who: str = ""
    faq: str = ""
    apologise: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """The text that fits the channel, and the slots that had no room."""

    text: str
    left_out: tuple[Slot, ...]


def compose(book: Playbook, values: Values, channel: Channel) -> Draft:
    """The fullest form that fits the channel; the shortest one where even that is too long."""
    values = _for_channel(values, channel)
    wanted = _slots(book, values)
    filled: dict[Slot, str] = {}
    for filled in _shapes(book, values):
        if channel.fits(_joined(filled)):
            break
    filled = _refilled(filled, _slots(book, values, SHORTENS), channel)
    return Draft(_joined(filled), tuple(slot for slot in wanted if slot not in filled))


def _refilled(filled: dict[Slot, str], short: dict[Slot, str], channel: Channel) -> dict[Slot, str]:
    """With what was dropped before something longer went, as far as there is room after all."""
    for slot in REFILLS:
        if slot in filled or slot not in short:
            continue
        fuller = {one: filled.get(one, text) for one, text in short.items() if one in filled or one == slot}
        if channel.fits(_joined(fuller)):
            filled = fuller
    return filled


def _shapes(book: Playbook, values: Values) -> Iterator[dict[Slot, str]]:
    """Ever shorter forms: one slot shortened after the other, then one thing dropped after the other."""
    for count in range(len(SHORTENS) + 1):
        yield _slots(book, values, SHORTENS[:count])
    dropped: set[str] = set()
    for drop in DROPS:
        if drop == book.order[0]:
            continue  # what a playbook puts first (stop using the product) is what it is for
        values = _fewer(values, drop)
        dropped.add(drop)
        filled = _slots(book, values, SHORTENS)
        yield {slot: text for slot, text in filled.items() if slot not in dropped}


def _joined(filled: dict[Slot, str]) -> str:
    """One running text; addresses and the signature each on a line of their own."""
    return "".join(("\n" if slot in OWN_LINE else " ") + text for slot, text in filled.items()).strip()


def _fewer(values: Values, drop: str) -> Values:
    if drop == "more_facts":
        return replace(values, facts=values.facts[:1])
    if drop == "second_word":
        return replace(values, words=values.words[:1])
    return replace(values, words=()) if drop == "words" else values


def _for_channel(values: Values, channel: Channel) -> Values:
    """Without anything that holds a link where links cannot be followed."""
    if channel.links:
        return values
    return replace(
        values,
        facts=tuple(fact for fact in values.facts if not URL.search(fact)),
        updates_url="",
        private_channel=_linkless(values.private_channel),
        faq=_linkless(values.faq),
        signature=_linkless(values.signature),
    )


def _linkless(text: str) -> str:
    return "" if URL.search(text) else text


def _slots(book: Playbook, values: Values, short: Sequence[Slot] = ()) -> dict[Slot, str]:
    """The filled slots in the playbook's order; a slot without its value is left out."""
    filled: dict[Slot, str] = {}
    for slot in book.order:
        source = _source(slot, book, values)
        piece = book.slots.get(source)
        text = _fill(source, piece, book.language, values, short=slot in short) if piece else ""
        if text:
            filled[slot] = text
    return filled


def _source(slot: Slot, book: Playbook, values: Values) -> Slot:
    """Which of the playbook's texts stands in this slot."""
    if slot == "acknowledge" and not (values.words and "acknowledge" in book.slots):
        return "acknowledge_plain"
    if slot == "empathy" and values.apologise and "apology" in book.slots:
        return "apology"
    if slot == "unknown" and (values.facts or values.facts_exist):
        return "unknown_rest"
    return slot


def _fill(slot: Slot, piece: Piece, language: str, values: Values, *, short: bool) -> str:
    template = piece.short if short and piece.short else piece.text
    name = FILLED_BY.get(slot)
    if name is None:
        return template
    value = _value(name, language, values)
    if not value:
        return ""
    before, _, after = template.partition(f"{{{name}}}")  # once, and never again inside the value
    text = f"{before}{value}{after}"
    return text if text.endswith(_SENTENCE_ENDS) or _ends_open(slot, value) else f"{text}."


def _value(name: str, language: str, values: Values) -> str:
    if name == "words":
        return quoted(values.words, language)
    if name == "facts":
        return " ".join(values.facts)
    return str(getattr(values, name))


def _ends_open(slot: Slot, value: str) -> bool:
    """A full stop would become part of a link, and a signature has none."""
    return slot == "signature" or bool(URL.search(value)) or "@" in value
