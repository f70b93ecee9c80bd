"""Whatever is changed in submissions by one statement is found by the verification of the log."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from campaign_runner.ledger.verification import differences

EDITS = {
    "UPDATE submissions SET sha256 = '00'": "submission 1 of campaign 1: its record was changed",
    "UPDATE submissions SET channel = 'inbox'": "submission 1 of campaign 1: its record was changed",
    "UPDATE submissions SET actor = replace(actor, 'ana', 'bob')": "its record was changed",
    "UPDATE submission_parts SET bytes = x'0000000000'": "the stored copy is not the file that was submitted",
    "DELETE FROM submission_parts": "the stored copy is not the file that was submitted",
    "UPDATE submissions SET number = 9": "submission 9 of campaign 1 is not in the audit log",
    "UPDATE campaigns SET settings = '{\"limits\": {}}'": "campaign q4: its own settings were changed",
    "UPDATE sendings SET plan = 'other'": "what is to be sent of campaign 1 was changed",
    "INSERT INTO corrections (submission, number, row, field, before, after, actor, at) VALUES"
    " (1, 0, 2, 'amount', '25', '2500', '', '')": "the record of its corrections was changed",
}


@pytest.fixture
def submitted(house):
    house.create()
    submission = house.put("EMAIL,Ana,Silva,ana@example.com,U561593,25")
    house.work()
    house.want_sent(submission)
    return house


def test_an_honest_ledger_has_no_differences(submitted):
    with submitted.workspace.ledger().read() as connection:
        assert list(differences(connection)) == []


@pytest.mark.parametrize("statement", EDITS)
def test_an_edit_is_named(submitted, statement):
    with submitted.workspace.ledger().write("tamper") as connection:
        connection.execute(text(statement))
        assert EDITS[statement] in " ".join(differences(connection))
