"""How is a rule judged that pandera lacks?  Registered checks, each one operation over a whole column of text.

Every check sees normalised text without empty cells, as one arrow array, and answers True where the rule holds. Patterns
are RE2's: no look-around, `[0-9]` and never the backslash-d that also takes the digits of other scripts. Arrow reads a
pattern anew for each column, and one with many repetitions takes longer to read than two hundred cells: what most cells
are is asked first.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from functools import cache, wraps
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandera.api.extensions import register_check_method

from campaign_runner.validation.arrowtext import TEXT, arrow, series
from campaign_runner.validation.messages import TYPING_MISTAKES

Text = Any  # an arrow array
Marks = np.ndarray[Any, np.dtype[Any]]
_Judge = TypeVar("_Judge", bound=Callable[..., Any])
# The checks by the name that pandera and the rule book know them under.
CHECKS: dict[str, Callable[..., Marks]] = {}
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_INSTANT = ISO_DATE + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LAST_LABEL = r"(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,58}[A-Za-z0-9])"
EMAIL = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LAST_LABEL}"
# Not `na` or `nan`, which are names; `n/a` may be written with other marks between.
_NO_NAME = (
    r"(?i)[\W_]*(?:null|nil|none|tb[acd]|x{2,}|n[/.\\]a|unknown|missing|no[ _-]?name|(?:first|last)[ _-]?name|"
    r"not (?:available|applicable|known)|unbekannt|k\.? ?a|inconnu|desconocido)[\W_]*"
)
LOCAL_PART = 64  # characters before the @, by RFC 5321
# What most addresses are, if they are no longer than any part may be: the long pattern is for the others.
_USUAL_EMAIL = r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z][A-Za-z]+"
_USUAL_LENGTH = 63
# What arrow does not read as Python does: letters, digits and blanks of other scripts, a text's end before a line break.
_READ_OTHERWISE = re.compile(r"\\[A-Zbdsuw0-9]|\(\?[^:]|\$")


def _check(argument: str) -> Callable[[_Judge], _Judge]:
    """Make a function a pandera check of its own name; `argument` is what the rule book gives it."""
    register: Any = register_check_method

    def keep(judge: _Judge) -> _Judge:
        @wraps(judge)
        def of_pandas(text: pd.Series[Any], **given: Any) -> pd.Series[bool]:
            return pd.Series(judge(arrow(text), **given), text.index)

        register(of_pandas, statistics=[argument])
        CHECKS[judge.__name__] = judge
        return judge

    return keep


@_check("value")
def absent(text: Text, value: bool) -> Marks:
    """No cell may be filled."""
    return np.zeros(len(text), bool)


@_check("pattern")
def only_characters(text: Text, pattern: str) -> Marks:
    """`pattern` is the class of the characters that may occur."""
    return _matches(text, f"{pattern}*")


@_check("characters")
def without_characters(text: Text, characters: str) -> Marks:
    """None of `characters` may occur."""
    return ~_contains(text, f"[{re.escape(characters)}]")


@_check("patterns")
def by_country(text: Text, patterns: Mapping[str, str]) -> Marks:
    """The text is `US|02134`: what follows the country must be as the country's pattern, or `other`, says."""
    country, right = pc.utf8_slice_codeunits(text, 0, 2), np.zeros(len(text), bool)
    for code in pc.unique(country).to_pylist():
        here = _marks(pc.equal(country, code))
        right[here] = _matches(text.filter(pa.array(here)), rf"..\|(?:{patterns.get(code, patterns['other'])})")
    return right


@_check("value")
def email_address(text: Text, value: bool) -> Marks:
    """One @, no blanks, a dot in the domain, no dot at either end or twice in a row."""
    usual = _matches(text, _USUAL_EMAIL) & _marks(pc.less_equal(pc.binary_length(text), _USUAL_LENGTH))
    return _or_else(text, usual, lambda few: _matches(few, EMAIL) & _contains(few, rf"^[^@]{{1,{LOCAL_PART}}}@"))


@_check("value")
def likely_domain(text: Text, value: bool) -> Marks:
    """The domain is not one of the usual typing mistakes (`gmial.com`)."""
    return ~_contains(text, f"@(?:{'|'.join(map(re.escape, TYPING_MISTAKES))})$")


@_check("value")
def likely_name(text: Text, value: bool) -> Marks:
    """A letter of any script, and no word that stands for a missing value."""
    lettered = _or_else(text, _contains(text, "[A-Za-z]"), lambda few: _contains(few, r"\p{L}"))
    usual = ~_contains(text, f"^(?:{_NO_NAME})$")  # arrow takes letters of other scripts for marks: Python decides
    return lettered & _or_else(text, usual, lambda few: ~_by_python(few, _NO_NAME))


@_check("countries")
def phone_number(text: Text, countries: str) -> Marks:
    """`us`: +1 and ten digits. `all`: E.164, a country code that exists, at most 15 digits."""
    return _matches(text, r"\+1[0-9]{10}" if countries == "us" else rf"\+({country_codes()})[0-9]{{4,12}}")


@_check("value")
def dialable(text: Text, value: bool) -> Marks:
    """Digits with the usual marks between them, and an extension."""
    return _matches(text, r"\+?[0-9][0-9 ()./-]{5,24}( ?(x|ext\.?) ?[0-9]{1,6})?")


@_check("value")
def decimal_amount(text: Text, value: bool) -> Marks:
    """Plain digits, a point, two places."""
    return _matches(text, r"-?[0-9]+\.[0-9]{2}")


@_check("value")
def amount_positive(text: Text, value: bool) -> Marks:
    """More than 0; the text is a decimal amount already."""
    return _matches(text, r"[0-9.]*[1-9][0-9.]*")


@_check("value")
def amount_digits(text: Text, value: int) -> Marks:
    """At most this many digits before the point; leading zeros are gone already."""
    return _matches(text, rf"-?[0-9]{{0,{value}}}\.[0-9]{{2}}")


@_check("value")
def whole_number(text: Text, value: bool) -> Marks:
    """Digits, perhaps with a minus."""
    return _matches(text, r"-?[0-9]+")


@_check("value")
def count_at_least(text: Text, value: int) -> Marks:
    """A whole number, at least this much."""
    return np.asarray(_number(text) >= value)


@_check("value")
def count_at_most(text: Text, value: int) -> Marks:
    """A whole number, at most this much."""
    return np.asarray(_number(text) <= value)


@_check("value")
def iso_date(text: Text, value: bool) -> Marks:
    """A day that exists, as YYYY-MM-DD."""
    there: Marks = np.asarray(_day(_pandas(text)).notna())
    return np.logical_and(_matches(text, ISO_DATE), there)


@_check("value")
def days_ahead(text: Text, value: str) -> Marks:
    """Not before the day `value`; ISO dates compare as text."""
    return _marks(pc.greater_equal(text, value))


@_check("value")
def days_ahead_at_most(text: Text, value: str) -> Marks:
    """Not after the day `value`."""
    return _marks(pc.less_equal(text, value))


@_check("value")
def iso_instant(text: Text, value: bool) -> Marks:
    """A moment that exists, as ISO 8601 with an offset."""
    there: Marks = np.asarray(_instant(_pandas(text)).notna())
    return np.logical_and(_matches(text, ISO_INSTANT), there)


@_check("value")
def expires_after(text: Text, value: str) -> Marks:
    """The moment is on the UTC day `value` or later."""
    return np.asarray(_instant(_pandas(text)) >= pd.Timestamp(value, tz=UTC))


@_check("value")
def expires_within(text: Text, value: str) -> Marks:
    """The moment is on the UTC day `value` or earlier."""
    return np.asarray(_instant(_pandas(text)) < pd.Timestamp(value, tz=UTC) + pd.Timedelta(days=1))


# ---- pandera's own, as it has them, on arrow -------------------------------------------------------------------------


def _length(
    text: Text, min_value: int | None = None, max_value: int | None = None, exact_value: int | None = None
) -> Marks:
    length = _marks(pc.utf8_length(text), np.int64)
    if exact_value is not None:
        return np.asarray(length == exact_value)
    return np.asarray((length >= (min_value or 0)) & (length <= (sys.maxsize if max_value is None else max_value)))


def _one_of(text: Text, allowed_values: Sequence[str]) -> Marks:
    return _marks(pc.is_in(text, value_set=pa.array(allowed_values, TEXT)))


CHECKS |= {"str_length": _length, "isin": _one_of}


# ---- what they have in common ----------------------------------------------------------------------------------------


def _matches(text: Text, pattern: str) -> Marks:
    """Whether the whole text is as the pattern says, as pandas has it."""
    if _READ_OTHERWISE.search(pattern):
        return np.asarray(_pandas(text).str.fullmatch(pattern), bool)
    return _contains(text, f"^(?:{pattern})$")


def _contains(text: Text, pattern: str) -> Marks:
    return _marks(pc.match_substring_regex(text, pattern))


def _by_python(text: Text, pattern: str) -> Marks:
    known = re.compile(pattern)
    return np.array([known.fullmatch(cell) is not None for cell in text.to_pylist()], bool)


def _or_else(text: Text, usual: Marks, judge: Callable[[Text], Marks]) -> Marks:
    """Where the usual does not hold, which is for most columns nowhere, the judge decides."""
    if not usual.all():
        usual[~usual] = judge(text.filter(pa.array(~usual)))
    return usual


def _marks(array: Any, kind: Any = bool) -> Marks:
    return np.array(array.to_numpy(zero_copy_only=False), kind)


def _pandas(text: Text) -> pd.Series[Any]:
    return series(text, pd.RangeIndex(len(text)))


def _number(text: Text) -> Marks:
    """Each distinct text is read once: a million quantities are a handful of them."""
    coded = text.dictionary_encode()
    words: Any = np.array(coded.dictionary.to_pylist(), object)
    numbers: Marks = np.asarray(pd.to_numeric(words, errors="coerce"))[coded.indices.to_numpy(zero_copy_only=False)]
    return numbers


def _day(text: pd.Series[Any]) -> Any:
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def _instant(text: Any) -> Any:
    """To the millionth of a second: finer ones would forbid all years after 2262 to the whole column."""
    text = text.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)
    return pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)


@cache
def country_codes() -> str:
    """The calling codes of the ITU as alternatives of a pattern, the longest first."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return "|".join(sorted((str(code) for code in COUNTRY_CODE_TO_REGION_CODE), key=len, reverse=True))
