"""Do the checks that run on arrow say the same as pandera's own, and as the long patterns that they shorten?"""

from __future__ import annotations

import re

import pandas as pd
import pytest
from pandera.pandas import Check

from campaign_runner.validation.arrowtext import arrow
from campaign_runner.validation.checks import CHECKS, EMAIL, LOCAL_PART

ADDRESSES = ["ana@example.com", "a.b+c_d-e@x-y.example.org", "ana@example", "ana@@example.com", "ana@-example.com"]
ADDRESSES += ["a..b@example.com", "o'neil@x.com", "ana@example-.com", "ana@1.2", "ana@x.y1", "änna@example.com"]
ADDRESSES += [
    "ana@xn--mnchen-3ya.example",
    "ana@example.xn--p1ai",
    f"{'a' * 64}@example.com",
    f"{'a' * 65}@example.com",
]
ADDRESSES += [f"ana@{'a' * 64}.com", "ana@example.com\n", ""]


@pytest.mark.parametrize(
    ("check", "name", "given"),
    [
        (Check.str_length(min_value=2, max_value=4), "str_length", {"min_value": 2, "max_value": 4}),
        (Check.str_length(max_value=4), "str_length", {"max_value": 4}),
        (Check.isin(["Anna", "Zoë"]), "isin", {"allowed_values": ["Anna", "Zoë"]}),
    ],
)
def test_checks_of_panderas_own_say_what_pandera_says(check: Check, name: str, given: dict[str, object]) -> None:
    text = pd.Series(["A", "Zoë", "Anna", "Annan", "日本語日", "日本語日本"], dtype="str")

    assert CHECKS[name](arrow(text), **given).tolist() == check(text).check_output.tolist()


def test_the_short_pattern_of_an_address_lets_nothing_through_that_the_long_one_refuses() -> None:
    right = [bool(re.fullmatch(EMAIL, one, re.A) and re.match(rf"[^@]{{1,{LOCAL_PART}}}@", one)) for one in ADDRESSES]

    assert CHECKS["email_address"](arrow(pd.Series(ADDRESSES, dtype="str")), value=True).tolist() == right


def test_letters_of_other_scripts_are_no_marks_round_a_word_for_nothing() -> None:
    names = pd.Series(["énull", "-null-", "Zoë", "李", "123", "n.b", "ünknown", "unbekannt"], dtype="str")

    assert CHECKS["likely_name"](arrow(names), value=True).tolist() == [1, 0, 1, 1, 0, 1, 1, 0]


def test_a_place_is_judged_by_its_own_country() -> None:
    places = pd.Series(["US|02134", "US|2134", "CA|K1A 0B1", "DE|10115"], dtype="str")
    patterns = {"US": "[0-9]{5}", "CA": "[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", "other": ".{1,4}"}

    assert CHECKS["by_country"](arrow(places), patterns=patterns).tolist() == [True, False, True, False]
