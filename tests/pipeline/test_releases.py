"""Held rows are released or dropped by number, e-mail, name or key, for one cause or all; and it is said in money."""

from __future__ import annotations

import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.explain import explain_row
from campaign_runner.app.plan import plan_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.ledger import open_ledger
from campaign_runner.ledger.decision_tables import releases
from campaign_runner.model.choices import HoldKind
from campaign_runner.model.errors import ExitCode, UsageError
from tests.pipeline.decided import drop_rows, release_rows

HEADERS = ["Employee ID", "First name", "E-mail", "Amount"]
ROWS = ["E7,Ana,ana@example.com,25", "E8,Bo,bo@example.com,25"]
EDITED = ["E7,Ana,ana@example.com,30", "E8,Bo,bo@example.com,25.5"]


@pytest.fixture
def edited(office):
    """Two rows that were changed after they were sent; `office.path` is their file."""
    office.values |= {
        "defaults": {"deliveryMethod": "EMAIL", "utid": "U561593"},
        "identity": {"key": ("Employee ID",)},
    }
    office.run(office.file(*ROWS, headers=HEADERS))
    office.path = office.file(*EDITED, headers=HEADERS)
    office.run(office.path)
    return office


def test_a_release_says_in_money_what_was_sent_and_what_will_be(edited):
    told = release_rows(edited.runtime(), [2], "a bonus")
    assert told[0].endswith("amount 25.00 USD, now 30.00 USD. 25.00 USD was sent; 30.00 USD more would be sent.")
    assert told[0].startswith("Row 2 (Ana): ")
    assert told[1] == "1 row, 30.00 USD will be sent with the next run of the same file."


def test_all_rows_of_one_cause_are_released_at_once(edited):
    told = release_rows(edited.runtime(), [], "a bonus", held_as=HoldKind.CHANGED)
    assert told[-1] == "2 rows, 55.50 USD will be sent with the next run of the same file."
    edited.run(edited.path)
    assert edited.statuses() == {2: "completed", 3: "completed"}
    assert len(edited.sent()) == 4


@pytest.mark.parametrize("word", ["2", 2, "ana@example.com", "ANA@example.com ", "Ana", "E7"])
def test_a_row_is_named_by_number_address_name_or_key(edited, word):
    release_rows(edited.runtime(), [word], "a bonus")
    edited.run(edited.path)
    assert edited.statuses() == {2: "completed", 3: "held"}


def test_a_release_is_taken_back_as_long_as_nothing_was_sent(edited):
    release_rows(edited.runtime(), ["Ana"], "a bonus")
    assert "It was released" in explain_row(edited.runtime(), "2").reason
    release_rows(edited.runtime(), ["Ana"], "no", undo=True)
    edited.run(edited.path)
    assert edited.statuses() == {2: "held", 3: "held"}
    release_rows(edited.runtime(), ["Ana"], "yes after all")
    edited.run(edited.path)
    with pytest.raises(UsageError, match="nothing was decided"):
        release_rows(edited.runtime(), [2], "no", undo=True)
    assert len(edited.sent()) == 3


def test_a_release_that_is_planned_and_not_sent_can_be_taken_back(edited):
    release_rows(edited.runtime(), [2], "a bonus")
    edited.tango.set_faults([{"kind": "429", "call": "place", "times": 40}])
    edited.run(edited.path, patience=0)
    edited.tango.set_faults([])
    release_rows(edited.runtime(), [2], "no", undo=True)
    edited.clock.turn(seconds=600)
    edited.run(edited.path)
    assert edited.statuses()[2] == "held"
    assert len(edited.sent()) == 2


def test_dropped_rows_are_never_sent_and_nobody_is_asked_again(edited):
    drop_rows(edited.runtime(), ["E7", "E8"], "a typing error")
    result = edited.run(edited.path)
    assert edited.statuses() == {2: "cancelled", 3: "cancelled"}
    assert result.exit_code is ExitCode.DONE
    assert edited.report()[0]["Reason"] == "Dropped: a typing error"
    edited.clock.turn(days=60)
    edited.run(edited.file(*EDITED, "E9,Cy,cy@example.com,5", headers=HEADERS))
    assert edited.statuses() == {2: "cancelled", 3: "cancelled", 4: "completed"}
    release_rows(edited.runtime(), [2], "a bonus after all")
    edited.run(edited.file(*EDITED, "E9,Cy,cy@example.com,5", headers=HEADERS))
    assert edited.statuses()[2] == "completed"


def test_who_decided_is_kept_in_the_ledger_and_in_the_event(edited):
    release_rows(edited.runtime(), [2], "a bonus")
    with open_ledger(edited.folder / "state") as ledger, ledger.read() as connection:
        (kept,) = connection.execute(releases.select()).mappings()
    assert "@" in kept["actor"]
    decision = explain_row(edited.runtime(), "2").decisions[-1]
    assert (decision["what"], decision["actor"]) == ("rows released", kept["actor"])


def test_a_held_row_can_be_decided_right_after_plan(office):
    office.values["defaults"] = {"deliveryMethod": "EMAIL", "utid": "U561593"}
    path = office.file(*ROWS, ROWS[0], headers=HEADERS)
    plan_file(ReadOptions(path), office.runtime())
    release_rows(office.runtime(), [4], "two prizes")
    office.run(path)
    assert set(office.statuses().values()) == {"completed"}


def test_the_released_row_is_content_bound_under_a_key(edited):
    release_rows(edited.runtime(), [2], "a bonus")
    edited.run(edited.file(EDITED[0].replace(",30", ",300"), EDITED[1], headers=HEADERS))
    assert edited.statuses()[2] == "held"
    assert len(edited.sent()) == 2


def test_explain_finds_a_row_by_address_and_names_several(edited):
    assert explain_row(edited.runtime(), "bo@example.com").row == 3
    edited.run(edited.file(*EDITED, "E9,Bo,bo2@example.com,5", headers=HEADERS))
    with pytest.raises(UsageError, match="is in 2 rows: 3, 4"):
        explain_row(edited.runtime(), "Bo")


def test_where_nothing_was_planned_yet_a_release_says_what_to_do_first(office):
    office.values["defaults"] = {"deliveryMethod": "EMAIL", "utid": "U561593"}
    check_file(ReadOptions(office.file(ROWS[0], ROWS[0], headers=HEADERS)), office.runtime())
    with pytest.raises(UsageError, match=r"`check` stores nothing: run `campaign-runner plan FILE` first\."):
        release_rows(office.runtime(), [3], "two prizes")
