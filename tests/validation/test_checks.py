"""Do the registered checks judge text of every script as a reader would?"""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
from pandera.pandas import Check

import campaign_runner.validation.checks  # noqa: F401  (registers them)


def judged(check: Check, cells: list[str]) -> list[bool]:
    return [bool(right) for right in check(pd.Series(cells, dtype="str")).check_output]


def test_letters_of_other_scripts_are_no_marks_around_a_word_for_nothing() -> None:
    cells = ["-null-", "123", "unbekannt", "k.a.", "énull", "Éka", "Zoë", "李", "n.b", "ünknown"]

    assert judged(Check.likely_name(value=True), cells) == [False] * 4 + [True] * 6


def test_a_place_is_judged_by_its_own_country() -> None:
    patterns = {"US": "[0-9]{5}", "CA": "[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", "other": ".{1,4}"}
    cells = ["US|02134", "US|2134", "CA|K1A 0B1", "DE|10115"]

    assert judged(Check.by_country(patterns=patterns), cells) == [True, False, True, False]


def test_the_validator_can_be_imported_first() -> None:
    subprocess.run([sys.executable, "-c", "import campaign_runner.validation.validator"], check=True)
