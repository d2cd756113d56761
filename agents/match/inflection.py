"""The stems of a Finnish (or foreign) word and what may follow each; forms are never listed one by one.

The word's end decides: Posti, lakko, Prisma (vowel), Neste, Yle (e), Virtanen (nen), Veikkaus (s), Fazer,
K-market (loan, with a helping i), järvi (old i-words), palvelut (a plural). Where the end allows two
declensions, both are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agents.match.endings import (
    e_stem,
    name_itself,
    nothing,
    partitive_stem,
    plural_i_stem,
    plural_stem,
    vowel_stem,
    weak_stem,
)
from agents.match.gradation import VOWELS, strong, weak


class Stem(NamedTuple):
    """The beginning of some forms of a word.

    joins: what must follow it inside a compound ("" for Posti-lakko, "n" for lako-n-murtaja); None where no
        compound begins so.
    """

    text: str
    endings: re.Pattern[str]
    joins: str | None = None


OLD_I_WORDS = (
    "arki", "hauki", "henki", "hiiri", "järvi", "joki", "juuri", "kaari", "kieli", "kivi", "koski",
    "kuori", "kurki", "lahti", "lampi", "lehti", "lumi", "meri", "mieli", "mäki", "niemi", "nimi",
    "nuori", "ovi", "parvi", "pieni", "pilvi", "polvi", "saari", "salmi", "sieni", "sormi", "suomi",
    "suuri", "talvi", "tammi", "toimi", "torvi", "tuki", "tuli", "tuuli", "uni", "veri", "vuori",
    "väki", "ääni",
)  # fmt: skip
SI_WORDS = ("vuosi", "uusi", "vesi", "käsi", "tosi", "kansi", "reisi", "susi", "täysi", "viisi", "kuusi")
_BACK_O_WORDS = re.compile("[ou]")  # the first vowel of koira, muna: koiria, munia; of kala, Prisma: kaloja


def stems(word: str) -> list[Stem]:
    """All stems of a folded word of the nominative, singular or plural."""
    if len(word) < 2 or not word[-1].isalpha() or not any(char in VOWELS for char in word):
        return [Stem(word, nothing(), "")]
    found = list(_ending_in_vowel(word) if word[-1] in VOWELS else _ending_in_consonant(word))
    return found + list(_plural(word))


def _ending_in_vowel(word: str) -> Iterator[Stem]:
    back, doubled = _is_back(word), word[-2] in VOWELS
    yield Stem(word, vowel_stem(word[-1], back, doubled, bare=True), "")
    yield from _weakened(word)
    last = word[-1]
    if last == "e":
        yield from _like_neste(word)
    elif last == "i":
        yield from _old_i(word)
        yield from _plurals(word[:-1] + "e", back)
    elif last in "aäå":
        yield from _a_plurals(word, back)
    if last in "eouyöå":
        yield from _plurals(word, back)
    if doubled and last in "aäoöuyei":
        yield from _plurals(word[:-1], back)


def _weakened(word: str) -> Iterator[Stem]:
    weaker = weak(word)
    if weaker:
        yield Stem(weaker, weak_stem(_is_back(word)), "n")


def _plurals(stem: str, back: bool) -> Iterator[Stem]:
    """Plural forms on a stem that ends in a vowel, in both grades."""
    yield Stem(stem, plural_stem(back))
    weaker = weak(stem)
    if weaker:
        yield Stem(weaker, plural_stem(back))


def _a_plurals(word: str, back: bool) -> Iterator[Stem]:
    """Prisma - Prismoja, koira - koiria, ryhmä - ryhmiä; long words may have either."""
    rounded = word[:-1] + ("ö" if word[-1] == "ä" else "o")
    syllables = len(re.findall(f"[{VOWELS}]+", word.rsplit("-", 1)[-1]))
    first = re.search(f"[{VOWELS}]", word.rsplit("-", 1)[-1])
    is_koira = first is not None and bool(_BACK_O_WORDS.match(first[0])) and word[-2] not in VOWELS
    if word[-1] != "ä" and (syllables != 2 or not is_koira):
        yield from _plurals(rounded, back)
    if word[-2] not in VOWELS and (
        word[-1] == "ä" or is_koira or syllables > 3 or word.endswith(("ja", "ma"))
    ):
        yield Stem(word[:-1], plural_i_stem(back))
        weaker = weak(word)
        if weaker:
            yield Stem(weaker[:-1], plural_i_stem(back))
    if word[-1] == "ä" and syllables > 2:
        yield from _plurals(rounded, back)


def _like_neste(word: str) -> Iterator[Stem]:
    """Neste - nesteen - nestettä; liike - liikkeen: the nominative is the weak one."""
    back = _is_back(word)
    yield Stem(word, e_stem(back))
    for grade in {word, strong(word) or word}:
        yield Stem(grade + "e", vowel_stem("e", back, doubled=True, bare=False))
        yield Stem(grade, plural_stem(back))


def _old_i(word: str) -> Iterator[Stem]:
    """Järvi - järven, uusi - uuden, for the words that end so."""
    back = _is_back(word)
    if word.endswith(SI_WORDS):
        body = word[:-2]
        yield Stem(body + "de", weak_stem(back))
        yield Stem(body + "te", vowel_stem("e", back, doubled=False, bare=False))
        yield Stem(body[:-1] + "t" if body.endswith("n") else body + "t", partitive_stem(back))
    elif word.endswith(OLD_I_WORDS):
        stem = word[:-1] + "e"
        yield Stem(stem, vowel_stem("e", back, doubled=False, bare=False))
        yield from _weakened(stem)
        yield Stem(word[:-1].removesuffix("m") + ("n" if word.endswith("mi") else ""), partitive_stem(back))
        yield Stem(word[:-1], plural_i_stem(back))


def _ending_in_consonant(word: str) -> Iterator[Stem]:
    """Fazer - Fazerin; and the Finnish declensions that end so."""
    yield Stem(word, name_itself(definite=len(word) > 3), "")
    yield Stem(word + "i", vowel_stem("i", back=False, doubled=False, bare=False))
    yield from _plurals(word + "e", back=False)
    back = _is_back(word)
    if word[-1] in "ptk" and word[-2] in VOWELS:  # K-market is also K-marketti
        yield from _ending_in_vowel(f"{word}{word[-1]}i")
    if word.endswith("nen"):
        yield from _like_virtanen(word[:-3], back)
    elif word.endswith("s") and word[-2] in VOWELS:
        yield from _like_veikkaus(word, back)
    elif word.endswith(("in", "on", "ön")) and len(word) > 4:
        yield from _like_puhelin(word, back)
    elif word[-1] in "nlr" and len(word) > 4:
        yield Stem(word + "e", weak_stem(back))


def _like_virtanen(body: str, back: bool) -> Iterator[Stem]:
    yield Stem(body + "se", vowel_stem("e", back, doubled=False, bare=False), "n")
    yield Stem(body + "s", partitive_stem(back), "")
    yield Stem(body + "s", plural_i_stem(back))


def _like_veikkaus(word: str, back: bool) -> Iterator[Stem]:
    """Veikkaus - Veikkauksen, terveys - terveyden, taivas - taivaan, kallis - kalliin."""
    body, vowel = word[:-1], word[-2]
    yield Stem(word, partitive_stem(back), "")
    yield Stem(body + "kse", vowel_stem("e", back, doubled=False, bare=False), "n")
    yield Stem(body + "ks", plural_i_stem(back))
    if vowel in "uy":
        yield Stem(body + "de", weak_stem(back), "n")
        yield Stem(body + "te", vowel_stem("e", back, doubled=False, bare=False))
        yield Stem(body + "t", partitive_stem(back))
    else:
        for grade in {body, strong(body) or body}:
            yield Stem(grade + vowel, vowel_stem(vowel, back, doubled=True, bare=False), "n")
            yield Stem(grade, plural_stem(back))


def _like_puhelin(word: str, back: bool) -> Iterator[Stem]:
    """Puhelin - puhelimen - puhelinta."""
    body = word[:-1] + "m" if word.endswith("in") else (strong(word[:-1]) or word[:-1]) + "m"
    vowel = "e" if word.endswith("in") else ("a" if back else "ä")
    yield Stem(word, partitive_stem(back))
    yield Stem(body + vowel, vowel_stem(vowel, back, doubled=False, bare=False))
    yield Stem(body, plural_i_stem(back))


def _plural(word: str) -> Iterator[Stem]:
    """A term given in the plural: palvelut - palveluita, pankit - pankkeja, ihmiset - ihmisiä."""
    if (
        len(word) < 5
        or word[-1] != "t"
        or word[-2] not in VOWELS
        or (word[-2] == "e" and not word.endswith("set"))
    ):
        return
    body, back = word[:-1], _is_back(word)
    stronger = strong(body)
    for stem in {body, stronger or body}:
        if stem[-1] == "i":
            yield from _plurals(stem[:-1] + "e", back)
            yield Stem(stem, vowel_stem("i", back, doubled=False, bare=False))
        elif stem[-1] == "e":
            yield Stem(stem[:-1], plural_i_stem(back))
            yield Stem(stem[:-1], partitive_stem(back))
        elif stem[-1] in "aä":
            yield from _a_plurals(stem, back)
        else:
            yield from _plurals(stem, back)


def _is_back(word: str) -> bool:
    """Whether endings take a, o, u only: the last vowel but e and i decides, where one stands near the end.

    In a long word it may stand in an earlier part (Iltalehti), then both are taken.
    """
    harmonic = re.findall("[aouäöyå]", word[-5:])
    return bool(harmonic) and harmonic[-1] in "aou"
