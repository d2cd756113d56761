"""What may follow the stem of a word: case endings, possessive suffixes and clitics, as regular expressions.

Each case has a named group, so that the words of a phrase can be asked to agree ("Uudessa Suomessa").
A stands for a or ä, O for o or ö; a text without dots is accepted everywhere.
"""

from __future__ import annotations

import re
from functools import cache

POSSESSIVE = "(?:ni|si|nsA|mme|nne)"
CLITICS = "(?:(?:kin|kAAn)(?:kO|hAn)?|kO(?:s|hAn)?|pA(?:s|hAn)?|hAn)?"

# On A-cases the third person may be a lengthened vowel: Postissa-an; on -lle and -kse- it is -en.
_OBLIQUE = (
    "(?P<ess>nA)(?:{p}|An)?|(?P<ine>ssA)(?:{p}|An)?|(?P<ela>stA)(?:{p}|An)?|(?P<ade>llA)(?:{p}|An)?"
    "|(?P<abl>ltA)(?:{p}|An)?|(?P<all>lle)(?:{p}|en)?|(?P<tra>ksi|kse(?:{p}|en))"
).replace("{p}", POSSESSIVE)
_WEAK = (
    "(?P<gen>n)|(?P<plu>t)|(?P<ine>ssA)(?:{p}|An)?|(?P<ela>stA)(?:{p}|An)?|(?P<ade>llA)(?:{p}|An)?"
    "|(?P<abl>ltA)(?:{p}|An)?|(?P<all>lle)(?:{p}|en)?|(?P<tra>ksi|kse(?:{p}|en))"
).replace("{p}", POSSESSIVE)
_PLURAL = (
    "(?P<par>{par})(?:{p}|An)?|(?P<gpl>{gen}(?:n|{p}))|(?P<ill>{ill}|{ihi}{p})"
    "|(?P<ess>inA)(?:{p}|An)?|(?P<ine>issA)(?:{p}|An)?|(?P<ela>istA)(?:{p}|An)?|(?P<ade>illA)(?:{p}|An)?"
    "|(?P<abl>iltA)(?:{p}|An)?|(?P<all>ille)(?:{p}|en)?|(?P<tra>iksi|ikse(?:{p}|en))|(?P<com>ine(?:{p}|en))"
)


@cache
def vowel_stem(vowel: str, back: bool, doubled: bool, bare: bool) -> re.Pattern[str]:
    """Singular endings of a stem that ends in `vowel`: Posti-n, Posti-in, Nokia-a, Valio-ta.

    doubled: two vowels end the stem (Espoo, Vantaa, Valio), which have endings of their own.
    bare: the stem itself is a word; a loan word's helping vowel is not (Fazer-i-n).
    """
    partitive = "A|tA" if doubled else "A"
    same = {"ä": "[aä]", "ö": "[oö]"}.get(vowel, vowel)
    illative = f"{same}n|{same}{POSSESSIVE}" + ("|seen|h[aeiouyäö]n" if doubled else "")
    cases = [f"(?P<par>{partitive})(?:{POSSESSIVE}|An)?", f"(?P<ill>{illative})", _OBLIQUE]
    cases += ["(?P<gen>n)", "(?P<plu>t)", "(?P<swe>n?s|ts)"]
    cases += [f"(?P<nom>){POSSESSIVE}?"] if bare else []
    cases += [f"(?P<gpl>e(?:n|{POSSESSIVE}))"] if vowel == "i" else []
    return _compiled("|".join(cases), back)


@cache
def weak_stem(back: bool) -> re.Pattern[str]:
    """Endings that close the syllable: lako-n, lako-ssa (of lakko)."""
    return _compiled(_WEAK, back)


@cache
def plural_stem(back: bool) -> re.Pattern[str]:
    """Plural endings after a vowel: poste-ja, Prismo-issa, neste-itä, nesteisiin."""
    return _compiled(_filled("jA|itA", "(?:je|ide|itte)", "ihin|isiin", "(?:ihi|isii)"), back)


@cache
def plural_i_stem(back: bool) -> re.Pattern[str]:
    """Plural endings after a consonant: koir-ia, ryhm-issä, ryhm-ien."""
    return _compiled(_filled("iA", "(?:ie|te)", "iin", "ii"), back)


@cache
def partitive_stem(back: bool) -> re.Pattern[str]:
    """A consonant stem: virtas-ta, veikkaus-ta, Virtas-ten."""
    return _compiled(f"(?P<par>tA)(?:{POSSESSIVE}|An)?|(?P<gpl>te(?:n|{POSSESSIVE}))", back)


@cache
def e_stem(back: bool) -> re.Pattern[str]:
    """The partitive of words like neste: neste-ttä."""
    return _compiled(f"(?P<par>ttA)(?:{POSSESSIVE}|An)?", back)


@cache
def name_itself(definite: bool) -> re.Pattern[str]:
    """A word that ends in a consonant, as it is, with Swedish and English endings, and Renault'n."""
    swedish = "s|ens?|ets?" if definite else "s"
    return _compiled(f"(?P<nom>)|(?P<gen>n)|(?P<swe>{swedish})", back=False)


@cache
def nothing() -> re.Pattern[str]:
    """No ending at all (a colon ends the word before us: VR:n is VR)."""
    return re.compile("(?P<nom>)")


def _filled(partitive: str, genitive: str, illative: str, illative_stem: str) -> str:
    filled = _PLURAL.replace("{par}", partitive).replace("{gen}", genitive)
    return filled.replace("{ill}", illative).replace("{ihi}", illative_stem).replace("{p}", POSSESSIVE)


def _compiled(cases: str, back: bool) -> re.Pattern[str]:
    """With clitics behind; `back` words take a, o only, others both (a text may lack its dots)."""
    text = f"(?:{cases}){CLITICS}"
    # The only capitals A and O are the harmonising vowels: names of groups are small.
    text = text.replace("A", "a" if back else "[aä]").replace("O", "o" if back else "[oö]")
    return re.compile(text)


def with_clitics(words: list[str]) -> re.Pattern[str]:
    """Exactly these words, each with or without a clitic."""
    return _compiled("|".join(map(re.escape, words)), back=False)
