"""What `check` tells before anything is planned: rewards by name, and what is unusual about the file itself."""

from __future__ import annotations

import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode

ROW = "{0},EMAIL,P{0},Roe,p{0}@example.com,,{1},{2}"


@pytest.fixture
def check(office):
    """`check(*rows)` -> the result of checking a file of these rows."""
    return lambda *rows: check_file(ReadOptions(office.file(*rows)), office.runtime())


def test_a_reward_by_name_is_known_although_no_catalogue_was_fetched_before(check):
    result = check(ROW.format(1, "Reward Link", 25))
    assert result.exit_code is ExitCode.DONE
    assert result.books.rows["unsent"] == 1


def test_a_name_that_no_reward_has_is_wrong_all_the_same(check):
    assert check(ROW.format(1, "Golden Toaster", 25)).books.rows["rejected"] == 1


def test_a_file_of_utids_asks_nobody(check, office):
    check(ROW.format(1, "U561593", 25))
    assert office.tango.requests == []


def test_where_the_catalogue_cannot_be_fetched_the_note_says_what_helps(check, office):
    office.tango.set_faults([{"kind": "503", "call": "catalogue", "times": 9}])
    result = check(ROW.format(1, "Reward Link", 25))
    assert result.books.rows["rejected"] == 1
    assert any("check FILE --refresh" in note for note in result.books.notes)


def test_check_tells_an_amount_that_is_far_from_the_others(check):
    rows = [ROW.format(n, "U561593", 25) for n in range(1, 7)]
    notes = check(*rows, ROW.format(7, "U561593", 1250)).books.notes
    assert any("10 times the median of this file, or more: row 8 (1,250.00 USD). [amount]" in note for note in notes)


def test_check_tells_one_mailbox_under_two_addresses(check):
    rows = ("1,EMAIL,Ana,Lopez,ana.lopez@gmail.com,,U561593,25", "2,EMAIL,Ana,Lopez,analopez@gmail.com,,U561593,30")
    assert any("[two-addresses]" in note for note in check(*rows).books.notes)


def test_a_mistyped_utid_is_no_name_and_asks_nobody(check, office):
    assert check(ROW.format(1, "561593", 25), ROW.format(2, "U 561593", 25)).books.rows["rejected"] == 2
    assert office.tango.requests == []
