"""How is a phone number written?  With blanks, dots, brackets, as people do; it leaves as E.164."""

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import unless_matches
from campaign_runner.validation.rule_options import CellContext, Hint

E164 = r"^\+[1-9][0-9]{6,14}$"
_CUT = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+?[0-9]+")
_BETWEEN = re.compile(r"[,;/|]|\bor\b|\band\b")
_NUMBER = re.compile(r"[0-9][0-9 ().-]{6,}[0-9]")
_OTHER = re.compile(r"[^0-9]")
_MARKS = r"[ ().\-/\x{2010}-\x{2015}\x{2212}]"


def normalise(text: Any, case: CellContext) -> Any:
    """`(415) 555-0100` becomes `+14155550100`, where only +1 is open; other countries must name their code."""
    home = case.choices.phone_countries == "us"
    return unless_matches(text, E164, lambda odd: _e164(odd, home))


def explain(value: str, case: CellContext) -> Hint | None:
    """Digits lost in a spreadsheet, another country, two numbers, too few or too many digits."""
    example = case.field.example
    if _CUT.fullmatch(value):
        return Hint("shortened", "is a number that the spreadsheet program has cut; its last digits are lost.",
                      f"Format the column as text and type the whole number again, like {example}.")  # fmt: skip
    if _BETWEEN.search(value) and len(_NUMBER.findall(value)) > 1:
        return Hint("several", "holds more than one number.", f"Keep one, like {example}.")
    digits = _OTHER.sub("", value)
    if case.choices.phone_countries == "us":
        return _at_home(value, digits, example)
    if digits and not value.startswith("+"):
        return Hint("country-code", "has no country code.", f"Type + and the country code first, like {example}.")
    return None


def _at_home(value: str, digits: str, example: str) -> Hint | None:
    if value.startswith("+") and not value.startswith("+1"):
        return Hint("country", "is a number outside the United States, and Tango sends text messages there only.",
                      "Type a number that begins with +1, or leave the cell empty where none is needed.")  # fmt: skip
    local = digits[1:] if value.startswith(("+1", "1")) else digits
    if digits and len(local) != 10 and not re.search(r"[A-Za-z]", value):
        return Hint("format", f"has {len(local)} digit{'s' * (len(local) != 1)} without the country code instead of 10.",
                      f"Type +1 and the ten digits, like {example}.")  # fmt: skip
    return None


def _e164(text: Any, home: bool) -> Any:
    """The number in E.164 where it can be read so, else the text as it was."""
    bare = pc.replace_substring_regex(text, r"^(?i:tel:)", "")
    bare = pc.replace_substring_regex(bare, r"\.0$", "")
    bare = pc.replace_substring_regex(bare, r"^(\+[0-9]+ ?)\(0\)", r"\1")
    bare = pc.replace_substring_regex(bare, _MARKS, "")
    bare = pc.replace_substring_regex(bare, r"^00", "+")
    if home:  # no area code begins with 0 or 1: ten digits that do so have lost one
        bare = pc.replace_substring_regex(bare, r"^1?([2-9][0-9]{9})$", r"+1\1")
    return pc.if_else(pc.match_substring_regex(bare, E164), bare, text)
