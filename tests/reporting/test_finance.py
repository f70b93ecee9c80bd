"""Finance: one line per placed line item, and totals that are formulas over them."""

import csv
import shutil
import subprocess
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest

from campaign_runner.model.errors import UsageError
from campaign_runner.reporting import FinanceOptions, write_finance, write_reports
from tests.reporting.lines import LINES, line


def rows_of(path, sheet="Totals", width=9):
    return list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(max_col=width, values_only=True))


def figures(path, title):
    """The rows of one table of the sheet Totals, as a viewer without formulas shows them."""
    rows = rows_of(path)
    start = next(number for number, row in enumerate(rows) if row[0] == title) + 2
    end = next(number for number in range(start, len(rows)) if rows[number][0] == "Sum")
    return rows[start:end]


def recalculated(path, folder):
    """The workbook as LibreOffice calculates it; on a machine without LibreOffice, the workbook as it is."""
    if soffice := shutil.which("soffice"):
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return folder / path.name
    return path


def test_finance_sees_references_money_and_dates(make_books, tmp_path, golden):
    reports = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)
    golden("finance.csv", reports["finance.csv"].read_text("utf-8"))


def test_finance_reports_hold_no_names_and_no_contact_data(make_books, tmp_path):
    text = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)["finance.csv"].read_text("utf-8")
    assert "@" not in text
    assert "00123" not in text


def test_the_cost_centre_of_a_line_is_found_by_its_reference(make_books, tmp_path):
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)["finance.csv"]
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["Cost centre"] for row in rows] == ["CC-1", "CC-1", "CC-2", ""]


def test_finance_groups_by_the_columns_that_are_asked_for(make_books, tmp_path):
    options = FinanceOptions(group_by=("employee id",))
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1, finance=options)["finance.csv"]
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["Employee ID"] for row in rows] == ["00123", "00125", "00126", ""]


def test_finance_does_not_group_by_a_person(make_books, tmp_path):
    with pytest.raises(UsageError, match='"E-mail": this column is about a person'):
        write_reports(make_books(), tmp_path, exit_code=0, finance=FinanceOptions(group_by=("E-mail",)))


def test_an_unknown_grouping_column_is_named_with_those_that_exist(make_books, tmp_path):
    with pytest.raises(UsageError, match=r'"Team": .* no such column\. It has "Employee ID"'):
        write_reports(make_books(), tmp_path, exit_code=0, finance=FinanceOptions(group_by=("Team",)))


def test_the_workbook_has_numbers_and_dates_not_text(make_books, tmp_path):
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)["finance.xlsx"]
    sheet = openpyxl.load_workbook(path)["Lines"]
    assert [sheet[cell].value for cell in ("G3", "H3", "I3", "K2", "K3")] == [3, 10, 30, 25, None]
    assert str(sheet["S2"].value) == "2026-10-01 09:00:00"
    assert (sheet["H2"].number_format, sheet["S2"].number_format) == ("#,##0.00##", "yyyy-mm-dd hh:mm")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:Y5")


def test_totals_are_formulas_over_the_lines(make_books, tmp_path):
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)["finance.xlsx"]
    sheet = openpyxl.load_workbook(path)["Totals"]
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert '=SUMIFS(Lines!$I$2:$I$5,Lines!$P$2:$P$5,"="&$A3,Lines!$J$2:$J$5,$B3)' in formulas


def test_totals_show_the_sum_of_each_status_currency_and_group(make_books, tmp_path):
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)["finance.xlsx"]
    assert [row[:5] for row in figures(path, "By status")] == [
        ("completed", "EUR", 1, 1, 20), ("completed", "USD", 1, 1, 25), ("failed", "USD", 1, 1, 12.5),
        ("pending", "USD", 1, 3, 30),
    ]  # fmt: skip
    assert [row[:2] + row[4:] for row in figures(path, "By cost centre")] == [
        ("(none)", "EUR", 20, 20, 0, 0, 0), ("CC-1", "USD", 55, 25, 30, 0, 25), ("CC-2", "USD", 12.5, 0, 0, 12.5, 0),
    ]  # fmt: skip


def test_the_formulas_give_the_figures_that_are_written_beside_them(make_books, tmp_path):
    strange = ["0100", "100", "<5", "CC*", "CC-1", "cc-1", "", "=1", "Dec 26", "TRUE", "1e2", "x~y"]
    rows = [(n, ("1", "a@example.com", "25", key), "completed", "", "", "25") for n, key in enumerate(strange, 2)]
    books = make_books(rows, placed=[line(n) for n in range(2, 2 + len(strange))])
    path = write_reports(books, tmp_path, exit_code=0)["finance.xlsx"]
    again = recalculated(path, tmp_path / "again")
    for title in ("By status", "By delivery method", "By reward", "By day", "By cost centre"):
        assert figures(again, title) == figures(path, title)
    assert [set(row[2:]) for row in rows_of(again) if row[0] == "Difference from the lines"] == [{0}] * 7


def test_beyond_a_hundred_keys_the_others_are_one_row(make_books, tmp_path):
    rows = [(n, ("1", "a@example.com", "25", f"CC-{n}"), "completed", "", "", "25") for n in range(2, 122)]
    books = make_books(rows, placed=[line(n) for n in range(2, 122)])
    path = write_reports(books, tmp_path, exit_code=0)["finance.xlsx"]
    again = recalculated(path, tmp_path / "again")
    others = next(row for row in rows_of(again) if str(row[0]).startswith("(all "))
    assert others[:5] == ("(all 20 others)", "USD", 20, 20, 500)
    assert rows_of(again) == rows_of(path)


def test_charges_are_held_against_total_fees_and_shipping(make_books, tmp_path):
    lines = [*LINES, line(8, charged="31.00", shipping_fee="5.00"), line(9, status="cancelled", charged="25.00")]
    path = write_reports(make_books(placed=lines), tmp_path, exit_code=1)["finance.xlsx"]
    again = recalculated(path, tmp_path / "again")
    assert rows_of(again, "Charges", 11)[1:] == [
        ("EUR", "USD", "completed", 1, 20, 21.735, 0.5, 0, 0, 0, 1.06175),
        ("USD", "(not stated)", "pending", 1, 30, 0, 0, 0, 0, 0, None),
        ("USD", "USD", "cancelled", 1, 25, 25, 0.5, 0, 25, 0, None),
        ("USD", "USD", "completed", 2, 50, 56, 1, 5, 0, 0, None),
        ("USD", "USD", "failed", 1, 12.5, 0, 0.5, 0, 0, 0, None),
    ]


def test_parquet_is_written_on_request_with_exact_money(make_books, tmp_path):
    options = FinanceOptions(parquet=True)
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1, finance=options)["finance.parquet"]
    table = pq.read_table(path)
    assert table["Amount charged"].to_pylist() == [Decimal("25"), None, Decimal("0"), Decimal("21.735")]
    assert table["Quantity"].to_pylist() == [1, 3, 1, 1]


def test_finance_of_a_period_holds_the_lines_placed_in_it(make_books, tmp_path):
    options = FinanceOptions(since="2026-10-02", until="2026-10-31")
    path = write_reports(make_books(placed=LINES), tmp_path, exit_code=1, finance=options)["finance.csv"]
    assert [row.split(",")[0] for row in path.read_text("utf-8").splitlines()[1:]] == ["2026-q4-line6"]


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match="turn them round"):
        FinanceOptions(since="2026-12-31", until="2026-01-01")


def test_many_campaigns_make_one_finance_report(make_books, tmp_path):
    reports, sums = write_finance([make_books(placed=LINES), make_books(placed=LINES[:1])], tmp_path)
    assert sorted(reports) == ["finance.csv", "finance.html", "finance.xlsx", "journal.beancount", "journal.csv"]
    assert [(each.currency, each.charged_currency, each.lines) for each in sums][-1] == ("USD", "USD", 3)
    assert len(reports["finance.csv"].read_text("utf-8").splitlines()) == 6
