"""The playbooks against the tone settings: what no answer may say must not stand in a suggestion either."""

from __future__ import annotations

from alerts.organisation import Organisation
from alerts.respond.playbook import PLACEHOLDER, Piece
from alerts.respond.playbook_files import playbooks_for
from alerts.respond.rules import ReplyContext, check
from streams.errors import BadConfiguration


def check_tone(organisation: Organisation) -> None:
    """Raise BadConfiguration where a playbook says a forbidden word; the remedy is an own playbook."""
    if not organisation.tone.forbidden:
        return
    context = ReplyContext(part=True, tone=organisation.tone)
    books = playbooks_for(organisation.playbooks, organisation.tone.address)
    mistakes = [
        f"organisation.tone.forbidden: {word!r} stands in the playbook {language}/{situation}, slot {slot}: "
        "write your own playbook, or allow the word"
        for (language, situation), book in books.items()
        for slot, piece in book.slots.items()
        for word in _forbidden(piece, language, context)
    ]
    if mistakes:
        raise BadConfiguration(mistakes)


def _forbidden(piece: Piece, language: str, context: ReplyContext) -> list[str]:
    said = [PLACEHOLDER.sub("x", text) for text in (piece.text, piece.short) if text]
    found = [one for text in said for one in check(text, language, context).findings]
    return list(dict.fromkeys(one.text for one in found if one.rule == "R24" and one.severity == "block"))
