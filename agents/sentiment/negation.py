"""Which words turn round what follows them, and what ends their reach."""

from __future__ import annotations

REACH_WORDS = 4

_NEGATORS = (
    # Finnish: the negative verb in its persons, with particles and in speech; "without", "hardly"
    """en et ei emme ette eivät eivat enkä enka etkä etka eikä eika emmekä ettekä eivätkä eivatka enhän
    ethän eihän eihan enpä etpä eipä eipa enkö etkö eikö eiko emmekö ettekö eiks älä älkää alkaa älköön
    ilman tuskin""",
    # Swedish
    "inte ej icke aldrig ingen inget inga ingenting knappast varken utan int",
    # English
    """not no never none nothing nobody neither nor without hardly barely scarcely cannot cant can't dont
    don't doesnt doesn't didnt didn't isnt isn't wasnt wasn't arent aren't werent weren't wont won't
    wouldnt wouldn't couldnt couldn't shouldnt shouldn't hasnt hasn't havent haven't hadnt hadn't aint
    ain't""",
)
_BREAKERS = (
    "mutta vaan vaikka koska että joten silti kuitenkin paitsi vain ainoastaan pelkästään",
    "men fast däremot eftersom därför bara endast",
    "but because although though however yet only just except",
)


def negators() -> list[str]:
    """Words that negate, of all languages, in a fixed order."""
    return sorted({word for words in _NEGATORS for word in words.split()})


def breakers() -> list[str]:
    """Words that end a negation's reach ("not only", "ei vain" among them), in a fixed order."""
    return sorted({word for words in _BREAKERS for word in words.split()})
