"""How may an amount be written?  Currency sign, thousands and decimal marks, only where they can mean one thing."""

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import joined, recode, unless_matches, where
from campaign_runner.validation.kinds.case import Advice, Case

_PLAIN = r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$"
SIGNS = {
    "USD": ("US$", "USD", "$"),
    "CAD": ("CA$", "C$", "CAD", "$"),
    "AUD": ("AU$", "A$", "AUD", "$"),
    "EUR": ("EUR", "€"),
    "GBP": ("GBP", "£"),
    "JPY": ("JPY", "¥"),
    "INR": ("INR", "₹"),
}
# Each form has one reading only; `,` and `.` before exactly three digits at the end have two, so they are asked.
_THOUSANDS = (
    (re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,2}"), ",", "."),
    (re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}"), ".", ","),
    (re.compile(r"-?[0-9]{1,3}( [0-9]{3})+\.[0-9]{1,2}"), " ", "."),
    (re.compile(r"-?[0-9]{1,3}( [0-9]{3})+,[0-9]{1,2}"), " ", ","),
    (re.compile(r"-?[0-9]{1,3}(['’][0-9]{3})+\.[0-9]{1,2}"), "'", "."),
    (re.compile(r"-?[0-9]{1,3}(,[0-9]{3}){2,}"), ",", "."),
    (re.compile(r"-?[0-9]{1,3}(\.[0-9]{3}){2,}"), ".", ","),
    (re.compile(r"-?[0-9]+,[0-9]{1,2}"), " ", ","),
)
_NUMBER = re.compile(r"(-?)0*([0-9]+)(?:\.([0-9]{1,2}))?")
_TWO_READINGS = re.compile(r"-?([1-9][0-9]{0,2})[.,]([0-9]{3})")
_BLANK_GROUPS = re.compile(r"([0-9]{1,3})((?: [0-9]{3})+)")


def normalise(text: Any, case: Case) -> Any:
    """`25`, `25.5`, `$1,234.50` and `1.234,50` become `25.00`, `25.50`, `1234.50`; the rest stays as it is."""
    text = where(text, pc.match_substring_regex(text, r"^(0|[1-9][0-9]*)$"), lambda odd: joined(odd, ".00"))
    text = where(text, pc.match_substring_regex(text, r"^(0|[1-9][0-9]*)\.[0-9]$"), lambda odd: joined(odd, "0"))
    signs = SIGNS.get(case.choices.currency, (case.choices.currency,))
    return unless_matches(text, _PLAIN, lambda odd: recode(odd, lambda word: _number(word, signs)))


def explain(value: str, case: Case) -> Advice | None:
    """Why the amount cannot be read; the user decides what was meant."""
    example = case.field.example
    if two := _TWO_READINGS.fullmatch(value):
        whole = f"{int(two[1] + two[2])}.00"
        return Advice("ambiguous", f"may mean {whole} or {int(two[1])}.{two[2]}.",
                      f"Type it without a thousands mark, like {whole}.")  # fmt: skip
    if groups := _BLANK_GROUPS.fullmatch(value):
        return Advice("ambiguous", "has a blank between its digits.",
                      f"Type it without blanks, like {groups[1]}{groups[2].replace(' ', '')}.00.")  # fmt: skip
    if re.fullmatch(r"[0-9]+[.,][0-9]{3,}", value):
        return Advice("places", "has more than two places after the point.", f"Type at most two, like {example}.")
    if re.search(r"[$€£¥₹]|[A-Z]{3}", value) and re.search(r"[0-9]", value):
        return Advice("currency", "names a currency or holds other words; the reward itself decides the currency.",
                      f"Type the number alone, like {example}.")  # fmt: skip
    return None


def _number(word: str, signs: tuple[str, ...]) -> str:
    bare = _without_sign(word, signs)
    for form, thousands, point in _THOUSANDS:
        if form.fullmatch(bare):
            bare = bare.replace("’", "'").replace(thousands, "").replace(point, ".")
            break
    number = _NUMBER.fullmatch(bare)
    return f"{number[1]}{number[2]}.{number[3] or '':0<2}" if number else word


def _without_sign(word: str, signs: tuple[str, ...]) -> str:
    for sign in signs:
        if word.startswith(sign):
            return word[len(sign) :].lstrip()
        if word.endswith(sign):
            return word[: -len(sign)].rstrip()
        if word.startswith(f"-{sign}"):
            return f"-{word[len(sign) + 1 :].lstrip()}"
    return word
