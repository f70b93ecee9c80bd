"""What a person at the terminal reads."""

from decimal import Decimal
from pathlib import Path

import pytest

from campaign_runner.app import screen
from campaign_runner.model import Column, Hold, Problem, wording
from campaign_runner.model.books import Sent, SentFile
from campaign_runner.reporting import ProblemTally
from campaign_runner.reporting.fix_list import todo

PHONE = Column(3, "Mobile", "recipient.mobileNumber")
AMOUNT = Column(4, "Reward amount", "amount")


def tally() -> ProblemTally:
    problems = ProblemTally()
    for row in (3, 4, 7):
        rule, what, remedy = "recipient.mobileNumber:format", "is not a phone number.", "Type one, like +14155550100."
        problems.add(Problem(row, PHONE, rule, "555", what, remedy))
    for row in (5, 9):
        problems.add(Problem(row, AMOUNT, "amount:required", "", "The amount is missing.", "Type an amount."))
    problems.hold(Hold(8, "duplicate", "The same as row 2.", "Release it, or delete it."))
    return problems


def test_check_shows_examples_then_counts(make_books, golden):
    lines = screen.check(make_books().books, tally(), {"failures.xlsx": Path("reports/q4/failures.xlsx")})
    golden("screen-check.txt", "\n".join(lines) + "\n")
    assert "To do: fix 3 phone numbers, fill in 2 missing amounts and 1 person appears twice." in lines


def test_run_says_what_was_asked_what_happened_and_what_needs_doing(make_books, golden):
    reports = {"results.xlsx": Path("reports/q4/results.xlsx"), "failures.xlsx": Path("reports/q4/failures.xlsx")}
    golden("screen-run.txt", "\n".join(screen.run(make_books().books, None, reports)) + "\n")


def test_plan_says_what_a_run_would_send(make_books):
    row = (2, ("1", "ana@example.com", "25.00", "x"), "unsent", "", "", "25.00")
    lines = screen.plan(make_books([row], batches={"planned": 1}).books, ProblemTally(), {})
    assert lines == [
        'q4.xlsx, sheet "Rewards": 1 row. 1 row can be sent.',
        "A run would send 25.00 USD in 1 order. Nothing was sent now.",
    ]


def test_plan_counts_what_was_sent_before_apart_from_what_can_be_sent(make_books):
    row = (2, ("1", "ana@example.com", "25.00", "x"), "completed", "", "", "25.00")
    before = Sent(1, {"USD": Decimal(25)}, (SentFile("q3.csv", "2026-11-27", 1),))
    assert screen.plan(make_books([row], sent_before=before).books, ProblemTally(), {})[:2] == [
        'q4.xlsx, sheet "Rewards": 1 row. 0 rows can be sent and 1 row was sent before.',
        "A run would send nothing. Nothing was sent now.",
    ]


def test_a_finished_campaign_leaves_nothing_to_do(make_books):
    row = (2, ("1", "ana@example.com", "25.00", "x"), "completed", "", "", "25.00")
    assert "Nothing left to do." in screen.run(make_books([row]).books, None, {})


def test_books_that_do_not_tie_out_are_said_loudly(make_books):
    lines = screen.run(make_books(ties_out=False).books, None, {})
    assert "THE BOOKS DO NOT TIE OUT:" in lines


def test_a_tally_stays_small(make_books):
    problems = ProblemTally()
    for row in range(2, 100_002):
        problems.add(Problem(row, AMOUNT, "amount:format", "x", "is not an amount.", "Type one."))
    assert problems.total == 100_000
    assert len(problems.examples) == 10
    assert screen.check(make_books().books, problems, {})[6] == "  … and 99,995 more problems."


def test_warnings_and_problems_of_whole_rows_are_counted_too():
    problems = ProblemTally()
    problems.add(Problem(2, None, "recipient.email:column-missing", "", "EMAIL needs an address.", "Add a column."))
    problems.add(Problem(2, None, "row:strange", "", "The row is strange.", "Look at it."))
    problems.add(Problem(3, Column(0, "Team"), "Team:key", "", "The cell is empty.", "Type a team."))
    problems.add(Problem(3, PHONE, "recipient.mobileNumber:late", "5", "is odd.", "", severity="warning"))
    problems.hold(Hold(9, "limit", "Over the limit.", "Release it."))
    assert (problems.total, problems.warnings) == (3, 1)
    assert todo(problems) == [
        "add a column for 1 e-mail address", "fix 1 row", 'fill in 1 missing cell in "Team"',
        "1 row waits for a decision",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "said"),
    [((3,), "row 3"), ((3, 5, 9), "rows 3, 5 and 9"), (tuple(range(2, 102)), "rows 2, 3 and 98 more")],
)
def test_rows_are_listed_as_one_would_say_them(numbers, said):
    assert wording.rows(numbers, shown=3 if len(numbers) < 9 else 2) == said
