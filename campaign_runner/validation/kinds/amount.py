"""How may an amount be written?  Currency sign, thousands and decimal marks, only where they can mean one thing."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pyarrow.compute as pc

from campaign_runner.model.currencies import CODES, named
from campaign_runner.model.measures import other_measure
from campaign_runner.validation.arrowtext import joined, recode, where
from campaign_runner.validation.rule_options import CellContext, Hint

PLAIN = r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$"
# Each form has one reading only; `,` and `.` before exactly three digits at the end have two, so they are asked.
_THOUSANDS = (
    (re.compile(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,2}"), ",", "."),
    (re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}"), ".", ","),
    (re.compile(r"[0-9]{1,3}( [0-9]{3})+\.[0-9]{1,2}"), " ", "."),
    (re.compile(r"[0-9]{1,3}( [0-9]{3})+,[0-9]{1,2}"), " ", ","),
    (re.compile(r"[0-9]{1,3}(['’][0-9]{3})+\.[0-9]{1,2}"), "'", "."),
    (re.compile(r"[0-9]{1,3}(,[0-9]{3}){2,}"), ",", "."),
    (re.compile(r"[0-9]{1,3}(\.[0-9]{3}){2,}"), ".", ","),
    (re.compile(r"[0-9]*,[0-9]{1,2}"), " ", ","),
)
_NUMBER = re.compile(r"0*([0-9]+)(?:\.([0-9]{1,2}))?")
_TWO_READINGS = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
_BLANK_GROUPS = re.compile(r"([0-9]{1,3})((?: [0-9]{3})+)")
_AROUND = re.compile(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", re.S)
_NO_CENTS = re.compile(r"^(?:[.,](?:[-–—]{1,2})?)(?=$|[^.,\w])")


class WrittenAmount(NamedTuple):
    """An amount as it is written: `-`, the digits with their marks, and what stands before and behind."""

    minus: str
    digits: str
    unit: str


def normalise(text: Any, case: CellContext) -> Any:
    """`25`, `25.5`, `$1,234.50` and `1.234,50` become `25.00`, `25.50`, `1234.50`; the rest stays as it is.

    `case.currency`: the currency of each row's reward, where they differ.
    """
    text = where(text, pc.match_substring_regex(text, r"^(0|[1-9][0-9]*)$"), lambda odd: joined(odd, ".00"))
    text = where(text, pc.match_substring_regex(text, r"^(0|[1-9][0-9]*)\.[0-9]$"), lambda odd: joined(odd, "0"))
    odd = pc.invert(pc.match_substring_regex(text, PLAIN)).fill_null(False)
    if not pc.any(odd).as_py():
        return text
    home = case.choices.currency if case.currency is None else case.currency.filter(odd)
    pairs = joined(home, text.filter(odd), by="|")
    return pc.replace_with_mask(text, odd, recode(pairs, lambda pair: _number(*reversed(pair.split("|", 1)))))


def explain(value: str, case: CellContext) -> Hint | None:
    """Why the amount cannot be read; the user decides what was meant."""
    example = case.field.example
    written = read(value)
    digits = written.digits if not written.unit or named(written.unit) else value
    if two := _TWO_READINGS.fullmatch(digits):
        whole = f"{int(two[1] + two[2])}.00"
        return Hint("ambiguous", f"may mean {whole} or {int(two[1])}.{two[2]}.",
                      f"Type it without a thousands mark, like {whole}.")  # fmt: skip
    if groups := _BLANK_GROUPS.fullmatch(digits):
        return Hint("ambiguous", "has a blank between its digits.",
                      f"Type it without blanks, like {groups[1]}{groups[2].replace(' ', '')}.00.")  # fmt: skip
    if re.fullmatch(r"[0-9]*[.,][0-9]{3,}", digits):
        return Hint("places", "has more than two places after the point.", f"Type at most two, like {example}.")
    if written.digits and (measure := other_measure(written.unit)):
        return Hint("unit", f"is in {measure}, not an amount of money.", f"Type the amount itself, like {example}.")
    if re.search(r"[$€£¥₹]|[A-Z]{3}", value) and re.search(r"[0-9]", value):
        return Hint("currency", "names a currency or contains other words; the reward itself decides the currency.",
                      f"Type the number alone, like {example}.")  # fmt: skip
    return None


def read(word: str) -> WrittenAmount:
    """Take a number out of its words: `-$25`, `Rs. 25`, `25,00 €`, `25.-`, `.50`; no digits where there is none."""
    around = _AROUND.fullmatch(word)
    if not around:
        return WrittenAmount("", "", word)
    before, digits, after = around[1], around[2], _NO_CENTS.sub("", around[3])
    minus = "-" if before.strip().startswith("-") or before.endswith("-") else ""
    before = before.replace("-", "", 1) if minus else before
    if before.endswith((".", ",")) and (not before[:-1] or not before[-2].isalpha() or before[:-1].strip() in CODES):
        before, digits = before[:-1], before[-1] + digits
    return WrittenAmount(minus, digits, f"{before.strip()} {after.strip()}".strip())


def _number(word: str, currency: str) -> str:
    minus, bare, unit = read(word)
    if unit and currency not in named(unit) and unit.upper() != currency:
        return word
    for form, thousands, point in _THOUSANDS:
        if form.fullmatch(bare):
            bare = bare.replace("’", "'").replace(thousands, "").replace(point, ".")
            break
    number = _NUMBER.fullmatch(f"0{bare}" if bare.startswith(".") else bare)
    return f"{minus}{number[1]}.{number[2] or '':0<2}" if number else word
