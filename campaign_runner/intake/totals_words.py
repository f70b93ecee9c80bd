"""Which words name a totals row?  Sums, averages and counts in the languages that headers may have."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

_SUMS = """total totals totales totali totale totaux totaal totalt totalsumme totalbetrag subtotal subtotals subtotale
    sous-total zwischentotal gesamttotal grandtotal summe summen zwischensumme gesamtsumme endsumme gesamt gesamtbetrag
    insgesamt sum sums somme suma sumas soma somma summa toplam σ kontrollsumme prüfsumme checksum ogółem łącznie skupaj
    ukupan kokku samtals yekun ümumi сума загалом барлығы жиыны جمع razem celkem spolu ukupno összesen yhteensä jumlah
    totalen
    итого всего сумма разом усього σύνολο мноого המגמה סהכ المجموع الإجمالي"""
_STATISTICS = """average averages avg mean median durchschnitt durchschnittlich mittelwert promedio moyenne médiane mediana
    gemiddelde minimum maximum média medel gennemsnit średnia среднее count counts anzahl recuento conteo antal aantal
    liczba количество кол-во"""
_WITHOUT_BLANKS = (
    "合計",
    "小計",
    "総計",
    "总计",
    "合计",
    "小计",
    "總計",
    "합계",
    "소계",
    "총계",
    "平均",
    "件数",
    "人数",
    "합산",
    "总额",
    "總額",
    "总数",
    "總數",
)
# Words that are names too: with a figure that is not theirs they are asked, never dropped.
_NAMES_TOO = frozenset({"kokku", "сума", "suma", "soma", "sum", "summa", "mean", "count", "antal", "media", "sums"})
_BESIDES = """net netto brutto gross grand sub overall final running page due payable paid to be sent reward rewards amount
    amounts recipient recipients person persons people personen employee employees mitarbeiter row rows of for the all in
    and a général générale generale general geral betrag der die das und aller alle prämien prämie gutscheine gutschein de
    la le les del las los el premios recompensas récompenses number no nr quarter year month fy ytd quartal jahr monat
    budget cost costs kosten value values wert q1 q2 q3 q4 h1 h2 jan feb mar apr may jun jul aug sep oct nov dec january
    february march april june july august september october november december januar februar märz mai juni juli oktober
    dezember usd eur gbp cad aud chf por pour par montant importe pagar a payer pagar zu zahlen carried forward
    team sheet list above below here x n m"""


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


SUMS = frozenset(map(_plain, _SUMS.split()))
STATISTICS = frozenset(map(_plain, _STATISTICS.split()))
_SILENT = frozenset(map(_plain, _BESIDES.split()))
EXTREMES = frozenset({"max", "min"})
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[0-9]+")
# For a look at whole columns (RE2): anything that may be such a word, accents as they are typed.
_TELLING = "|".join(sorted({*_SUMS.split(), *_STATISTICS.split(), *SUMS, *STATISTICS, *EXTREMES}))
SUSPECT = rf"(?i)(?:^|[^\pL])(?:{_TELLING})(?:[^\pL]|$)|" + "|".join(r"\pZ?".join(word) for word in _WITHOUT_BLANKS)


class Label(Enum):
    """How surely a text names a totals row: nothing else, a word that is a name too, among other words, or as the least or
    the most of the rows above, which are short for names as well (Max, Min)."""

    CLEAR = "clear"
    NAME_TOO = "name too"
    AMONG_OTHERS = "among others"
    EXTREME = "extreme"


def label(text: str) -> Label | None:
    """`Total`, `Zwischensumme Q4`, `Total rewards: 3` are clear; `Suma` is a name too; `Marketing total` has more."""
    together = "".join(text.split())
    if any(word in together for word in _WITHOUT_BLANKS):
        return Label.CLEAR
    if "@" in text or len(text) > 60:
        return None
    if _plain(text).strip(" .:") in EXTREMES:
        return Label.EXTREME
    words = [part for token in _TOKEN.findall(_plain(text)) for part in _parts(token)]
    telling = [word for word in words if word in SUMS or word in STATISTICS]
    if not telling:
        return None
    if any(not (word in telling or word in _SILENT or word.isdigit()) for word in words):
        return Label.AMONG_OTHERS if words[0] in telling or words[-1] in telling else None
    return Label.NAME_TOO if len(words) == 1 and words[0] in _NAMES_TOO else Label.CLEAR


def is_statistic(text: str) -> bool:
    """Whether it names an average or a count, which no sum is compared with."""
    return any(word in STATISTICS for word in _TOKEN.findall(_plain(text)))


def _parts(token: str) -> list[str]:
    return [token] if token in SUMS or token in STATISTICS else token.split("-")
