"""Ordinary Finnish words that only look like forms or compounds of well-known names.

Whole forms that are far more often ordinary words ("yleensä", usually, is spelt like "into its Yle"), and
beginnings of words that are no compounds of a name. What is missing here, an organisation adds by `exclude`.
"""

from __future__ import annotations

from agents.match.endings import with_clitics
from agents.match.folding import fold_one

_FORMS = """
yleensä yleni yleistä yleissä yleisin yleisiin yleisestä ylensä kelata kelasi kelasin valiota elisaan
"""
_BEGINNINGS = """
valiokun valioluok valiojouk valioyksilö valioryhm valiojäsen valiotapa valioliig
nesteyt nestemäi nestehuk kelail kelaut kelaam kelaav kelann keskon keskos keskol keskot keskov postmoder
postimoder elisabe prismaat fortuna noker nokitu opettaj opiskel
"""

FORMS = with_clitics([fold_one(word) for word in _FORMS.split()])
BEGINNINGS = tuple(fold_one(word) for word in _BEGINNINGS.split())
