"""How is a rule judged that pandera lacks?  Registered checks, each one operation over a whole column of text.

Every check sees normalised text without empty cells and answers True where the rule holds. Patterns are RE2's:
no look-around, `[0-9]` and never the backslash-d that also takes the digits of other scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pandera.api.extensions import register_check_method

Text = Any  # a pandas Series of str; pandas-stubs knows the text methods of no narrower type
_Judge = TypeVar("_Judge", bound=Callable[..., Any])
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_INSTANT = ISO_DATE + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LAST_LABEL = r"(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,58}[A-Za-z0-9])"
EMAIL = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LAST_LABEL}"
# Not `na` or `nan`, which are names; `n/a` may be written with other marks between. RE2's `\W` takes letters of other
# scripts for marks: Éka is a name.
_NOTHING = (
    r"(?i:null|nil|none|tb[acd]|x{2,}|n[/.\\]a|unknown|missing|no[ _-]?name|(?:first|last)[ _-]?name|"
    r"not (?:available|applicable|known)|unbekannt|k\.? ?a|inconnu|desconocido)"
)
_NO_NAME = rf"[^\p{{L}}\p{{N}}]*{_NOTHING}[^\p{{L}}\p{{N}}]*"
LOCAL_PART = 64  # characters before the @, by RFC 5321

_USUAL = {
    "gmail.com": "gmial.com gmai.com gmal.com gmil.com gamil.com gnail.com gmaill.com gmail.co gmail.con gmail.cm "
    "gmail.om gmail.comm gmsil.com",
    "hotmail.com": "hotmial.com hotmal.com hotmil.com hotmai.com hotmaill.com hotmail.con hotmail.cm hotamil.com",
    "outlook.com": "outlok.com outloo.com outllook.com outlook.con outlook.cm oulook.com",
    "yahoo.com": "yaho.com yahooo.com yhaoo.com yahho.com yahoo.con yahoo.cm yaoo.com",
    "icloud.com": "iclod.com icoud.com iclould.com icloud.con icloud.cm",
    "aol.com": "aol.con aol.cm",
}
TYPING_MISTAKES = {mistake: domain for domain, mistakes in _USUAL.items() for mistake in mistakes.split()}


def _check(argument: str) -> Callable[[_Judge], _Judge]:
    """Make a function a pandera check of its own name; `argument` is what the rule book gives it."""
    register: Any = register_check_method

    def keep(judge: _Judge) -> _Judge:
        register(judge, statistics=[argument])
        return judge

    return keep


@_check("value")
def absent(text: Text, value: bool) -> Text:
    """No cell may be filled."""
    return pd.Series(False, index=text.index)


@_check("pattern")
def only_characters(text: Text, pattern: str) -> Text:
    """`pattern` is the class of the characters that may occur."""
    return text.str.fullmatch(f"{pattern}*")


@_check("characters")
def without_characters(text: Text, characters: str) -> Text:
    """None of `characters` may occur."""
    return ~text.str.contains(f"[{re.escape(characters)}]")


@_check("patterns")
def by_country(text: Text, patterns: Mapping[str, str]) -> Text:
    """The text is `US|02134`: what follows the country must be as the country's pattern, or `other`, says."""
    right = text.str.fullmatch(rf"..\|(?:{patterns['other']})")
    for country in set(patterns) - {"other"}:
        here = text.str.startswith(f"{country}|")
        if here.any():
            right = right.where(~here, text.str.fullmatch(rf"..\|(?:{patterns[country]})"))
    return right


@_check("value")
def email_address(text: Text, value: bool) -> Text:
    """One @, no blanks, a dot in the domain, no dot at either end or twice in a row."""
    return text.str.fullmatch(EMAIL) & text.str.match(rf"[^@]{{1,{LOCAL_PART}}}@")


@_check("value")
def likely_domain(text: Text, value: bool) -> Text:
    """The domain is not one of the usual typing mistakes (`gmial.com`)."""
    return ~text.str.contains(f"@(?:{'|'.join(map(re.escape, TYPING_MISTAKES))})$")


@_check("value")
def likely_name(text: Text, value: bool) -> Text:
    """A letter of any script, and no word that stands for a missing value."""
    lettered, nothing = text.str.contains("[A-Za-z]"), text.str.contains(_NOTHING)
    if not lettered.all():  # the letters of all scripts take longer to look up than two hundred names
        lettered |= text.str.contains(r"\p{L}")
    return lettered & ~(nothing & text.str.fullmatch(_NO_NAME)) if nothing.any() else lettered


@_check("countries")
def phone_number(text: Text, countries: str) -> Text:
    """`us`: +1 and ten digits. `all`: E.164, a country code that exists, at most 15 digits."""
    return text.str.fullmatch(r"\+1[0-9]{10}" if countries == "us" else rf"\+({country_codes()})[0-9]{{4,12}}")


@_check("value")
def dialable(text: Text, value: bool) -> Text:
    """Digits with the usual marks between them, and an extension."""
    return text.str.fullmatch(r"\+?[0-9][0-9 ()./-]{5,24}( ?(x|ext\.?) ?[0-9]{1,6})?")


@_check("value")
def decimal_amount(text: Text, value: bool) -> Text:
    """Plain digits, a point, two places."""
    return text.str.fullmatch(r"-?[0-9]+\.[0-9]{2}")


@_check("value")
def amount_positive(text: Text, value: bool) -> Text:
    """More than 0; the text is a decimal amount already."""
    return text.str.fullmatch(r"[0-9.]*[1-9][0-9.]*")


@_check("value")
def amount_digits(text: Text, value: int) -> Text:
    """At most this many digits before the point; leading zeros are gone already."""
    return text.str.fullmatch(rf"-?[0-9]{{0,{value}}}\.[0-9]{{2}}")


@_check("value")
def whole_number(text: Text, value: bool) -> Text:
    """Digits, perhaps with a minus."""
    return text.str.fullmatch(r"-?[0-9]+")


@_check("value")
def count_at_least(text: Text, value: int) -> Text:
    """A whole number, at least this much."""
    return _number(text) >= value


@_check("value")
def count_at_most(text: Text, value: int) -> Text:
    """A whole number, at most this much."""
    return _number(text) <= value


@_check("value")
def iso_date(text: Text, value: bool) -> Text:
    """A day that exists, as YYYY-MM-DD."""
    return text.str.fullmatch(ISO_DATE) & _day(text).notna()


@_check("value")
def days_ahead(text: Text, value: str) -> Text:
    """Not before the day `value`; ISO dates compare as text."""
    return text >= value


@_check("value")
def days_ahead_at_most(text: Text, value: str) -> Text:
    """Not after the day `value`."""
    return text <= value


@_check("value")
def iso_instant(text: Text, value: bool) -> Text:
    """A moment that exists, as ISO 8601 with an offset."""
    return text.str.fullmatch(ISO_INSTANT) & _instant(text).notna()


@_check("value")
def expires_after(text: Text, value: str) -> Text:
    """The moment is on the UTC day `value` or later."""
    return _instant(text) >= pd.Timestamp(value, tz=UTC)


@_check("value")
def expires_within(text: Text, value: str) -> Text:
    """The moment is on the UTC day `value` or earlier."""
    return _instant(text) < pd.Timestamp(value, tz=UTC) + pd.Timedelta(days=1)


def _number(text: Text) -> Any:
    """Each distinct text is read once: a million quantities are a handful of them."""
    codes, words = pd.factorize(text)
    return pd.Series(np.asarray(pd.to_numeric(words, errors="coerce"))[codes], text.index)


def _day(text: Text) -> Any:
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def _instant(text: Text) -> Any:
    """To the millionth of a second: finer ones would forbid all years after 2262 to the whole column."""
    text = text.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)
    return pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)


@cache
def country_codes() -> str:
    """The calling codes of the ITU as alternatives of a pattern, the longest first."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return "|".join(sorted((str(code) for code in COUNTRY_CODE_TO_REGION_CODE), key=len, reverse=True))
