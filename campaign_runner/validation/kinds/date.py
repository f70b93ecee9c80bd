"""Which day is meant?  ISO text, unambiguous local forms, month names, serial numbers of a spreadsheet."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import recode, unless_matches
from campaign_runner.validation.rule_options import CellContext, Hint

_ISO_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet
_SERIALS = range(36_526, 73_051)  # 2000 to 2099
_MONTHS = (
    "jan january januar janvier enero janeiro",
    "feb february februar février fevrier febrero fevereiro",
    "mar march märz marz mars marzo março marco",
    "apr april avril abril",
    "may mai mayo maio",
    "jun june juni juin junio junho",
    "jul july juli juillet julio julho",
    "aug august août aout agosto",
    "sep sept september septembre septiembre setembro",
    "oct october okt oktober octobre octubre outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember décembre decembre diciembre dezembro",
)
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_YEAR_FIRST = re.compile(r"(20[0-9]{2})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/. ])\s?([0-9]{1,2})\2\s?(20[0-9]{2})")
_DAY_NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.|er|º)?[ -](?:de )?([^\W\d]+)\.?,?[ -](?:de )?(20[0-9]{2})")
_MONTH_NAMED = re.compile(r"([^\W\d]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? (20[0-9]{2})")
_MIDNIGHT = re.compile(r",?[T ](0?0:00(:00(\.0+)?)?Z?|12:00(:00)? ?AM)$", re.IGNORECASE)
_TIME = re.compile(r",?[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?([AaPp][Mm]|Z)?$")
_WEEKDAY = re.compile(r"^(mon|tues|wednes|thurs|fri|satur|sun)day,? ", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}")
_SHORT_NAMED = re.compile(
    r"([0-9]{1,2}[-/. ]+[^\W\d]{3,}[-/., ]+|[^\W\d]{3,}[-/. ]+[0-9]{1,2}[-/., ]+)['’]?([0-9]{2})"
)


def normalise(text: Any, case: CellContext) -> Any:
    """`2027/3/5`, `25.03.2027`, `March 5, 2027`, `46451` become ISO days; `03/04/2027` stays, to be asked."""
    text = pc.replace_substring_regex(text, r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?Z?$", r"\1")
    return unless_matches(text, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", lambda odd: recode(odd, _iso))


def explain(value: str, case: CellContext) -> Hint | None:
    """Why it is not a date: two readings, two-digit year, a day that does not exist, a time."""
    if both := _readings(value):
        first, second = both
        sentence = f"may be {first.day} {first:%B %Y} or {second.day} {second:%B %Y}."
        return Hint("ambiguous", sentence, f"Type {first.isoformat()} or {second.isoformat()}.")
    if short := _SHORT_NAMED.fullmatch(value):
        whole = _iso(f"{short[1].replace('/', '-')}20{short[2]}")
        like = (
            f"If it is {whole}, type {whole}."
            if whole[:2] == "20"
            else f"Type the whole date, like {case.field.example}."
        )
        return Hint("ambiguous", "has a year of two digits.", like)
    if _SHORT_YEAR.fullmatch(value):
        return Hint("ambiguous", "has a year of two digits.", f"Type the whole date, like {case.field.example}.")
    if _parts(value):
        return Hint(
            "format", "is a day that does not exist.", f"Type a day of the calendar, like {case.field.example}."
        )
    if _TIME.search(value) and _ISO_DAY.fullmatch(day := _iso(_TIME.sub("", value))):
        return Hint("format", "has a time of day, but rewards are delivered on a day.", f"Type {day}.")
    return None


def _iso(word: str) -> str:
    bare = _WEEKDAY.sub("", _MIDNIGHT.sub("", word))
    if bare.isascii() and bare.isdigit() and len(bare) == 5 and int(bare) in _SERIALS:
        return (_EPOCH + timedelta(int(bare))).isoformat()
    parts = None if _readings(bare) else _parts(bare)
    return (_day(*parts) or word) if parts else word


def _parts(word: str) -> tuple[int, int, int] | None:
    """Year, month, day in the order that the form suggests; whether the day exists is not asked yet."""
    if match := _YEAR_FIRST.fullmatch(word):
        return (int(match[1]), int(match[3]), int(match[4])) if match[2] or len(word) == 8 else None
    if match := _YEAR_LAST.fullmatch(word):
        first, second = int(match[1]), int(match[3])
        return (int(match[4]), first, second) if second > 12 else (int(match[4]), second, first)
    if match := _DAY_NAMED.fullmatch(word):
        month = _MONTH.get(match[2].casefold())
        return (int(match[3]), month, int(match[1])) if month else None
    if match := _MONTH_NAMED.fullmatch(word):
        month = _MONTH.get(match[1].casefold())
        return (int(match[3]), month, int(match[2])) if month else None
    return None


def _readings(word: str) -> tuple[date, date] | None:
    """Day first and month first, where both are possible and differ."""
    match = _YEAR_LAST.fullmatch(word)
    if not match or match[1].lstrip("0") == match[3].lstrip("0") or max(int(match[1]), int(match[3])) > 12:
        return None
    year, first, second = int(match[4]), int(match[1]), int(match[3])
    return (date(year, second, first), date(year, first, second)) if first and second else None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
