"""What does a number format say?  A code like `[$€-407] #,##0.00;(0)` is taken apart once.

Only what changes the meaning is kept: currency and other words, percent, masks (`00000-0000`), fractions, exponents,
thousands left out, digits rounded away, and sections that show nothing. Colours, widths and grouping are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "$#,##0", 6: "$#,##0", 7: "$#,##0.00", 8: "$#,##0.00", 9: "0%",
    10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "$#,##0", 43: "#,##0.00", 44: "$#,##0.00", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_EAST_ASIAN_DATES = (*range(27, 37), *range(50, 59))
# Countries whose dollars are not those of the United States: Windows' number of the language -> the currency's code.
_DOLLARS = {
    0x1009: "CAD", 0x0C0C: "CAD", 0x0C09: "AUD", 0x1409: "NZD", 0x4809: "SGD", 0x1004: "SGD", 0x0C04: "HKD",
    0x3C09: "HKD", 0x0404: "TWD", 0x080A: "MXN", 0x2C0A: "ARS", 0x340A: "CLP", 0x240A: "COP",
}  # fmt: skip
_TOKEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|General|[eE][+-]|AM/PM|A/P|.', re.I | re.S)
_HEX = re.compile("[0-9A-Fa-f]{1,8}")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)\]")
NOT_MEANT = " \u00a0\u202f-\u2212+()"  # signs and blanks say nothing of the unit


@dataclass(frozen=True, slots=True)
class FormatSection:
    """One part of a code, for the numbers that `condition` admits. `parts`: literals and runs of digit places in order;
    `places`: how many stand behind the point, None for as many as there are."""

    parts: tuple[str, ...]
    is_digits: tuple[bool, ...]
    places: int | None
    percent: int
    thousands: int
    scientific: bool
    denominator: int
    condition: tuple[str, Decimal] | None

    @property
    def is_blank(self) -> bool:
        """Whether it shows nothing at all."""
        return not self.parts

    @property
    def shows_minus(self) -> bool:
        """Whether a positive number looks like a negative one: `"-"0`, `(0)`."""
        literals = (part for part, is_digits in zip(self.parts, self.is_digits, strict=True) if not is_digits)
        return any(sign in part for part in literals for sign in "-\u2212(")


@dataclass(frozen=True, slots=True)
class Look:
    """How a number format shows numbers: as a `number`, a `date` or a `duration`."""

    kind: str
    sections: tuple[FormatSection, ...] = ()

    def section(self, value: Decimal) -> FormatSection | None:
        """The section that a number is shown by."""
        if any(section.condition for section in self.sections[:2]):
            return next((section for section in self.sections if _admits(section, value)), None)
        numeric = self.sections[:3]
        at = 1 if value < 0 and len(numeric) > 1 else 2 if value == 0 and len(numeric) > 2 else 0
        return numeric[at] if numeric else None


@lru_cache(maxsize=4000)
def look(number: int, code: str = "") -> Look | None:
    """The format of a number and, for those of the user's own, a code; None where numbers are shown as they are."""
    code = code or BUILT_IN.get(number, "")
    if re.match(r"(?:\[\$[^\]]*\])*\[[hms]+\]", code, re.I):
        return Look("duration")
    if (number in _EAST_ASIAN_DATES and not code) or _is_date(code.partition(";")[0]):
        return Look("date")
    sections = tuple(_section(part) for part in _split(code))
    is_signed = bool(sections) and sections[0].shows_minus
    return Look("number", sections) if is_signed or any(map(_says_more, sections[:3])) else None


def _is_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"?|\[[^\]]*\]|\\.|_.|\*.', "", code)
    return bool(
        re.search("[dmyhsge]", re.sub(r"general|[0#?]e[+-]|e[+-][0#?]", "", bare, flags=re.I), re.I)
    ) and not (re.search("[0#?]", re.sub(r"s\.?0+", "", bare, flags=re.I)))


def _split(code: str) -> list[str]:
    parts = [""]
    for sign in _TOKEN.findall(code):
        if sign == ";":
            parts.append("")
        else:
            parts[-1] += sign
    return parts if code else []


def _section(code: str) -> FormatSection:
    """Take one section apart."""
    builder = _SectionBuilder(_TOKEN.findall(code))
    for at, sign in enumerate(builder.signs):
        builder.take(at, sign)
    return builder.section()


class _SectionBuilder:
    """Follows the signs of a section, one after the other."""

    def __init__(self, signs: list[str]) -> None:
        self.signs = signs
        self._parts: list[str] = []
        self._digits: list[bool] = []
        self._places: int | None = None
        self._percent = self._thousands = self._denominator = 0
        self._scientific = self._general = False
        self._condition: tuple[str, Decimal] | None = None

    def take(self, at: int, sign: str) -> None:
        """One sign: a place of a digit, a literal, or what the number is to be."""
        if sign[0] == "[":
            self._bracket(sign)
        elif len(sign) > 1 and sign[0] in "_*":
            return  # width and filling
        elif len(sign) > 1 and sign[0] in '"\\':
            self._add(sign.strip('"') if sign[0] == '"' else sign[1:], False)
        elif sign in "0#?@" or sign.lower() == "general":
            self._place(sign)
        else:
            self._mark(at, sign)

    def section(self) -> FormatSection:
        """What was found."""
        places = None if self._general else self._places or 0
        return FormatSection(
            tuple(self._parts), tuple(self._digits), places, self._percent, self._thousands, self._scientific,
            self._denominator, self._condition,
        )  # fmt: skip

    def _bracket(self, sign: str) -> None:
        if match := _CONDITION.fullmatch(sign):
            self._condition = (match[1], Decimal(match[2]))
        elif word := _currency(sign):
            self._add(word, False)

    def _place(self, sign: str) -> None:
        if sign in "0#?" and not self._scientific:
            self._add(sign, True)
            self._places = None if self._places is None else self._places + 1
        elif sign not in "0#?":
            self._general = True
            self._add("General", True)

    def _mark(self, at: int, sign: str) -> None:
        if sign == "." and self._places is None:
            self._places = 0
        elif sign == "%":
            self._percent += 1
        elif sign[0] in "eE" and len(sign) == 2:
            self._scientific = True
        elif sign == "/" and self._parts and self._digits[-1]:
            self._denominator = _denominator("".join(self.signs[at + 1 :]))
        elif sign == ",":
            ends = not any(later in "0#?" for later in self.signs[at + 1 :])
            self._thousands = self._thousands + 1 if ends else 0
        else:
            self._add(sign, False)

    def _add(self, text: str, is_digits: bool) -> None:
        if self._parts and self._digits[-1] == is_digits:
            self._parts[-1] += text
        else:
            self._parts.append(text)
            self._digits.append(is_digits)


def _currency(sign: str) -> str:
    """`[$€-407]` is the euro, `[$-409]` is none, `[$$-1009]` is the Canadian dollar; `[Red]` is a colour."""
    match = re.fullmatch(r"\[\$([^\]]*?)(?:-([0-9A-Fa-f]{1,8}|[a-z][\w,-]*))?\]", sign)
    if not match:
        return ""
    country = int(match[2], 16) & 0xFFFF if match[2] and _HEX.fullmatch(match[2]) else 0
    return _DOLLARS.get(country, match[1]) if match[1] == "$" else match[1]


def _denominator(rest: str) -> int:
    bare = re.sub(r'"[^"]*"?|\[[^\]]*\]|\\.|_.|\*.', "", rest).strip()
    fixed = re.match(r"[1-9][0-9]{0,3}", bare)
    digits = len(bare) - len(bare.lstrip("0#?"))
    return int(fixed[0]) if fixed else 10 ** min(digits, 4) - 1 or 9


def _says_more(section: FormatSection) -> bool:
    """Whether a section can show a number as something else than its digits."""
    if section.is_blank or section.percent or section.thousands or section.scientific or section.denominator:
        return True
    digits = [part for part, is_digits in zip(section.parts, section.is_digits, strict=True) if is_digits]
    words = "".join(part for part, is_digits in zip(section.parts, section.is_digits, strict=True) if not is_digits)
    return bool(words.strip(NOT_MEANT)) or len(digits) > 1 or is_padded(section) or (section.places or 2) < 2 or (
        section.places == 0
    )  # fmt: skip


def is_padded(section: FormatSection) -> bool:
    """Whether the number is filled up with zeros."""
    whole = "".join(part for part, is_digits in zip(section.parts, section.is_digits, strict=True) if is_digits)
    return whole[: len(whole) - (section.places or 0)].count("0") > 1


def _admits(section: FormatSection, value: Decimal) -> bool:
    if section.condition is None:
        return True
    sign, limit = section.condition
    return {
        "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit, "=": value == limit,
        "<>": value != limit,
    }[sign]  # fmt: skip
