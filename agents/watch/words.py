"""Words that say nothing of a storm: those of every day, and the topic's own name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agents.pulse.sighting import words_of

ENDING = 3  # letters of a name that may change when it is inflected
EVERYDAY = frozenset(
    """
    aina aivan ainakaan ehkä eivät emme enemmän ennen enää että ette hänen ihan itse joka jokin joku
    jonka jopa jossa jotain jotka juuri kaikki kaikille kanssa kerran keskellä kertaa koko koska
    kuin kuinka kuka kukaan kun kyllä käy luin lisää meidän meille menee mikä mikään mitä mitään
    molemmat muita mukaan mutta myös mikäli ne niiden niin nyt näin näitä ole olen oletko olette oli
    olisi olivat ollut oma omat ovat paljon pitää pitäisi päivä saa saada sama samaa se sekä sen
    sentään siellä siinä siitä sille silloin sinne sitten sitä taas tai takaisin te teidän tosi
    tulee tuli tuo tuota tähän tällainen tällaista tämä tämän tänään tässä tästä tätä todella vaan
    vai vaikka vain varmaan vielä viime voi voiko voisi vähän yhtään yksi yli ymmärrä ylipäätään
    alla alltid alltså andra aldrig att även bara blev blir borde de den denna deras det detta dig
    din där efter eller en ett fick från fler flera får för genom gör hade han har hela hos hur här
    igen inga ingen inget inte jag kan kommer kunde lite man med men mer mig min mitt många måste
    när nog något några och också om oss på sedan ska skulle som så till tycker under upp ut vad
    vara varför var vara vem vid vill våra år än är över about after again all also always and any
    are because been before being both but can could did does doing done down each ever every few
    for from get gets getting give going got had has have having her here him his how into its just
    know let like made make many more most much must never not now off once one only other our out
    over own really said same say she should since some still such take than that the their them
    then there these they this those through too under until very want was way well went were what
    when where which while who whole why will with would you your
    """.split()  # noqa: SIM905 - a list of words is read as text
)


@dataclass(frozen=True, slots=True)
class Ordinary:
    """Says whether a word is ordinary in a topic: an everyday word, or a form of the topic's name."""

    stems: tuple[str, ...] = ()

    def __contains__(self, word: str) -> bool:
        return word in EVERYDAY or word.startswith(self.stems)


def ordinary_words(terms: Iterable[str]) -> Ordinary:
    """What is ordinary where these terms are the topic.

    >>> "luotojunassa" in ordinary_words(["Luotojuna"]), "seisoo" in ordinary_words(["Luotojuna"])
    (True, False)
    """
    words = {word for term in terms for word in words_of(term)}
    return Ordinary(tuple(sorted(word[: max(3, len(word) - ENDING)] for word in words)))
