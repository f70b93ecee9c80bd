"""Tango's statement against the books: matched, different, missing, extra."""

import csv

import openpyxl
import pandas as pd
import pytest

from campaign_runner.app import screen
from campaign_runner.model.errors import FileUnusable
from campaign_runner.reporting import FinanceOptions
from campaign_runner.reporting.finance.statement import reconcile_statement
from campaign_runner.reporting.finance.statement_file import read_statement
from campaign_runner.reporting.finance.statement_matching import SIDE_COLUMNS, match
from tests.reporting.lines import line

STATEMENT = """\
External Ref ID,Reference Line Item ID,Order Date,Amount Charged,Currency,Status
o1,RL-2,10/01/2026,$25.00,USD,Complete
o1,RL-3,10/01/2026,"1,250.00",USD,Complete
o1,RL-9,10/05/2026,30.00,USD,Complete
"""
OURS = (
    line(2),
    line(3, charged="25.00"),
    line(4, charged="", face_units=100_000, placed_at="2026-10-02T09:00:00Z"),
    line(5, status="failed", charged=""),
    line(6, placed_at="2026-12-24T09:00:00Z"),
)


def reconciled(make_books, folder, text=STATEMENT, placed=OURS):
    folder.joinpath("orders.csv").write_text(text)
    return reconcile_statement([make_books(placed=placed)], folder / "orders.csv", folder / "out")


def test_every_reference_gets_a_verdict(make_books, tmp_path, golden):
    result = reconciled(make_books, tmp_path)
    assert result.verdicts == {
        "matched": 1, "different": 1, "missing": 1, "extra": 1, "outside": 1, "other campaign": 0,
    }  # fmt: skip
    golden("statement.csv", result.reports["statement.csv"].read_text("utf-8"))


def test_what_differs_is_told_with_the_references(make_books, tmp_path, golden):
    golden(
        "screen-statement.txt",
        "\n".join(screen.statement(reconciled(make_books, tmp_path))).replace(str(tmp_path), ""),
    )


def test_a_statement_that_agrees_says_so(make_books, tmp_path):
    result = reconciled(make_books, tmp_path, STATEMENT.split("o1,RL-3")[0], OURS[:1])
    assert result.agrees
    assert "The statement agrees with the books." in screen.statement(result)


def test_the_workbook_says_the_same_as_the_csv(make_books, tmp_path):
    reports = reconciled(make_books, tmp_path).reports
    sheet = openpyxl.load_workbook(reports["statement.xlsx"])["Statement"]
    rows = list(csv.reader(reports["statement.csv"].read_text("utf-8-sig").splitlines()))
    assert [cell.value for cell in sheet["A"]] == [row[0] for row in rows]
    assert (sheet["D2"].value, sheet["E2"].value) == (25, 1250)


def test_orders_are_compared_as_a_whole_where_the_statement_knows_no_lines(make_books, tmp_path):
    text = "Reference Order ID;Total;Currency Code\nRA-1;110.00 USD;USD\nRA-2;5;USD\n"
    result = reconciled(make_books, tmp_path, text, [*OURS[:3], line(7, charged="50.00")])
    assert (result.verdicts["matched"], result.verdicts["extra"]) == (1, 1)


def test_money_back_is_taken_off(make_books, tmp_path):
    text = "External Ref ID,Amount\n2026-q4-order,30.00\n2026-q4-order,(5.00)\n"
    assert reconciled(make_books, tmp_path, text, OURS[:1]).verdicts["matched"] == 1


def test_other_currencies_and_statuses_are_differences(make_books, tmp_path):
    text = "Reference Line Item ID,Amount,Currency,Status\nRL-2,25.00,EUR,Failed\n"
    result = reconciled(make_books, tmp_path, text, OURS[:1])
    assert "currency, status" in result.reports["statement.csv"].read_text("utf-8")


def test_a_status_word_that_nobody_knows_is_not_compared(make_books, tmp_path):
    text = "Reference Line Item ID,Amount,Status\nRL-2,25.00,Simmering\n"
    assert reconciled(make_books, tmp_path, text, OURS[:1]).agrees


def test_books_without_lines_can_be_compared_too(make_books, tmp_path):
    assert reconciled(make_books, tmp_path, placed=()).verdicts["extra"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a CSV file"),
        ("External Ref ID,Amount\n", "is not a CSV file"),
        ("Name,Amount\nAna,5\n", "no column contains a reference"),
        ("External Ref ID,Name\no1,Ana\n", "no column contains an amount"),
        ("External Ref ID,Amount\no1,5\no2,five\n", 'about row 3: "five" is not an amount'),
    ],
)
def test_a_statement_that_cannot_be_used_says_why(make_books, tmp_path, text, said):
    with pytest.raises(FileUnusable, match=said):
        reconciled(make_books, tmp_path, text)


def test_a_statement_that_is_not_there_is_named(make_books, tmp_path):
    with pytest.raises(FileUnusable, match="cannot be read"):
        reconcile_statement([make_books()], tmp_path / "none.csv", tmp_path)


def test_matching_is_a_pure_function_of_two_tables():
    ours = pd.DataFrame([("a", 100, "USD", "", 1, ""), ("b", 5, "USD", "", 1, "")], columns=SIDE_COLUMNS)
    theirs = pd.DataFrame([("a", 60, "", "", 1, ""), ("a", 40, "", "", 1, "")], columns=SIDE_COLUMNS)
    assert match(ours, theirs)[["key", "verdict"]].to_numpy().tolist() == [["b", "missing"], ["a", "matched"]]


def statement_of(folder, *amounts, delimiter=","):
    rows = [f'RL-{number}{delimiter}"{amount}"{delimiter}USD' for number, amount in enumerate(amounts, 2)]
    folder.joinpath("orders.csv").write_text(delimiter.join(HEADER) + "\n" + "\n".join(rows) + "\n")
    return read_statement(folder / "orders.csv").lines["units"].tolist()


HEADER = ("Reference Line Item ID", "Amount Charged", "Currency")


@pytest.mark.parametrize(("amounts", "units"), [
    (("30,30", "1.250,00"), [303_000, 12_500_000]),
    (("30.30", "1,250.00", "1,250"), [303_000, 12_500_000, 12_500_000]),
    (("1.250", "7,5"), [12_500_000, 75_000]),
    (("1,250,000",), [12_500_000_000]),
    (("(25.00)", "-25.00", "$25.00", "25.00 USD", "USD 25"), [-250_000, -250_000, 250_000, 250_000, 250_000]),
    (("25", ""), [250_000, 0]),
])  # fmt: skip
def test_amounts_are_read_by_the_marks_that_the_column_proves(tmp_path, amounts, units):
    assert statement_of(tmp_path, *amounts, delimiter=";") == units


@pytest.mark.parametrize(("amounts", "why"), [
    (("1,250", "25"), "may mean thousands or decimals, and no other amount shows which"),
    (("1.250",), "may mean thousands or decimals"),
    (("30,30", "25.00"), "has a decimal point and"),
    (("12,34,56",), "is not an amount"),
    (("twelve",), "is not an amount"),
])  # fmt: skip
def test_amounts_that_could_be_two_things_are_refused(tmp_path, amounts, why):
    with pytest.raises(FileUnusable, match=why):
        statement_of(tmp_path, *amounts, delimiter=";")


def test_what_another_campaign_placed_is_no_surprise_on_the_accounts_statement(make_books, tmp_path):
    tmp_path.joinpath("orders.csv").write_text(STATEMENT)
    other = make_books(placed=(line(9, charged="30.00", placed_at="2026-10-05T09:00:00Z"),))
    result = reconcile_statement(
        [make_books(placed=OURS[:1])], tmp_path / "orders.csv", tmp_path / "out", other_books=[other]
    )
    assert result.verdicts["other campaign"] == 1
    assert [finding.text for finding in result.findings] == [
        "1 reference on the statement that our books do not have: RL-3."
    ]


def test_totals_of_both_sides_and_their_difference_are_told(make_books, tmp_path):
    (total,) = reconciled(make_books, tmp_path).totals
    assert (total.ours, total.theirs, total.difference) == (60, 1305, 1245)
    assert "  Our books 60.00 USD, statement 1,305.00 USD, difference 1,245.00 USD." in screen.statement(
        reconciled(make_books, tmp_path)
    )


def test_a_period_leaves_out_what_lies_outside_on_both_sides(make_books, tmp_path):
    tmp_path.joinpath("orders.csv").write_text(STATEMENT)
    result = reconcile_statement(
        [make_books(placed=OURS)], tmp_path / "orders.csv", tmp_path / "out",
        period=FinanceOptions(since="2026-10-02", until="2026-10-31"),
    )  # fmt: skip
    assert {verdict: number for verdict, number in result.verdicts.items() if number} == {"missing": 1, "extra": 1}


def test_a_period_needs_dates_on_the_statement(make_books, tmp_path):
    tmp_path.joinpath("orders.csv").write_text("Order ID,Amount\nRA-1,25.00\n")
    with pytest.raises(FileUnusable, match="--from and --to need a column with the order date"):
        reconcile_statement(
            [make_books(placed=OURS)], tmp_path / "orders.csv", tmp_path / "out",
            period=FinanceOptions(since="2026-10-02"),
        )  # fmt: skip
