"""What does the remark in a header state?  A currency, a measure that is no money (cents, points), or someone else."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from campaign_runner.model.currencies import named

# A measure of an amount that is not whole currency units, and how to say what it counts.
_MEASURES = {
    "cents": "cent cents ct cts ¢ c centavo centavos centimo centimos centime centimes pence penny p minor subunits "
    "cent-betrag minorunits pfennig rappen kopeks",
    "points": "point points pts pt punkt punkte punto puntos punti ponto pontos coins credits stars miles",
    "thousands": "k thousand thousands tsd tausend mille millier milliers miles mil 000 000s 1000 1000s x1000 "
    "teur tusd tchf keur kusd kgbp kchf k€ k$ t€ t$",
    "millions": "m mio mn mln million millions millionen millones meur musd m€ m$",
    "hours": "h hr hrs hour hours stunde stunden std hora horas heure heures day days tage dias jours minutes min",
    "percent": "% percent percentage pct prozent porcentaje pourcentage pourcent rate ratio bps",
    "pieces": "qty quantity count pcs pieces units stück stuck anzahl menge cantidad unidades nombre",
}
_MEASURE = {word: measure for measure, words in _MEASURES.items() for word in words.split()}
# Words of a column about somebody or something else than this reward and its recipient.
_OTHER_WORDS = """manager managers supervisor boss approver sender requester requestor nominator vorgesetzter vorgesetzte
    fuhrungskraft chef responsable gerente jefe hr cc bcc old previous prior former last original backup alternate
    alternative secondary second other internal intern interne unused ignore draft paid spent used year ytd annual
    budget total gesamt summe sum before alt vorjahr prev legacy emergency spouse partner referrer"""
_OTHERS = frozenset(_OTHER_WORDS.split())
_WORD = re.compile(r"[^\W_]+[$€£¥%]?|[%¢€$£¥₹]|[’']?000s?")
_FILLERS = frozenset({"in", "en", "de", "per", "each", "the", "of", "je", "par", "por", "is"})


@lru_cache(4096)
def other_measure(text: str) -> str:
    """`cents` for `amount_cents`, `points` for `Amount (pts)`; "" where the text states no such measure."""
    return next((_MEASURE[word] for word in _words(text) if word in _MEASURE), "")


def about_another(text: str) -> bool:
    """Whether a remark such as `(manager)` or `last year` makes the column one about something else."""
    return any(word in _OTHERS for word in _words(text))


@lru_cache(4096)
def currencies_in(text: str) -> frozenset[str]:
    """The currencies that a header's remark states: `in EUR`, `US dollars`, `$`."""
    words = [word for word in _words(text) if word not in _FILLERS]
    if currency := named(" ".join(words)) or named(text):
        return currency
    return frozenset().union(*(named(word) for word in re.findall(r"[^\W_]+\$|[^\W_]+|[€$£¥₹]", text)))


def _words(text: str) -> list[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text)
    plain = unicodedata.normalize("NFKD", split).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("_", " ")
    return [word.lstrip("’'") for word in _WORD.findall(plain)]
