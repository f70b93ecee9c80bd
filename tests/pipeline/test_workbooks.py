"""Workbooks through the whole run: nobody is paid by a misread cell, nobody is forgotten, and amounts can be added up."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.styles import Font

from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode
from tests.workbooks import ANA, BO, HEADER, SHEET, in_part, patched, shown_as, with_cell, xlsx

pytestmark = pytest.mark.usefixtures("every_report")

EMAIL = {"deliveryMethod": "EMAIL", "utid": "U561593"}
NO_RESULT = '<c r="D2" t="str"><f>TEXT(TODAY()+30,"yyyy-mm-dd")</f></c>'
CASES = {
    "another currency": shown_as("#,##0.00 [$€-407]"),
    "a percentage": shown_as("0%", 0.25),
    "a hidden row": patched(xlsx(), in_part(SHEET, '<row r="2"', '<row r="2" ht="0"')),
    "a struck row": xlsx(fill=lambda book, sheet: setattr(sheet["A2"], "font", Font(strike=True))),
    "a date without a result": with_cell(xlsx([*HEADER, "Delivery date"], [*ANA, "x"], BO), "D2", NO_RESULT),
    "one cell in error": with_cell(xlsx(), "C2", '<c r="C2" t="e"><v>#SPILL!</v></c>'),
}


@pytest.mark.parametrize("case", CASES)
def test_the_row_of_the_odd_cell_is_kept_back_and_the_other_one_is_sent(case, office):
    office.values["defaults"] = EMAIL
    path = office.folder / "people.xlsx"
    path.write_bytes(CASES[case])
    assert office.run(path).exit_code == ExitCode.NEEDS_ACTION
    assert [line["recipient"]["firstName"] for line in office.sent()] == ["Bo"]


def test_people_on_another_sheet_are_not_forgotten_without_a_word(office):
    def fill(book, sheet):
        other = book.create_sheet("IT")
        other.append(HEADER)
        other.append(["Cy", "cy@example.com", 40])

    office.values["defaults"] = EMAIL
    path = office.folder / "people.xlsx"
    path.write_bytes(xlsx(fill=fill))
    first = office.run(path)
    assert (first.exit_code, first.books.unread) == (ExitCode.NEEDS_ACTION, ("IT",))
    assert 'The sheet "IT" has rows below the same header, and was not read.' in office.summary()["findings"]
    assert office.run(path).exit_code == ExitCode.NEEDS_ACTION  # nothing is left of the first sheet, but of the other
    assert run_file(ReadOptions(path, "IT"), office.runtime(), patience=600).exit_code == ExitCode.DONE
    assert run_file(ReadOptions(path, "Q4"), office.runtime(), patience=600).exit_code == ExitCode.DONE
    assert len(office.sent()) == 3


def _amounts(office, name: str) -> list[object]:
    sheet = openpyxl.load_workbook(office.folder / "reports" / "q4" / name).worksheets[0]
    at = [cell.value for cell in sheet[1]].index("Amount")
    return [row[at].value for row in sheet.iter_rows(min_row=2)]


def _run(office, *amounts: str) -> None:
    office.values["defaults"] = EMAIL
    rows = (f"P{number},p{number}@example.com,{amount}" for number, amount in enumerate(amounts))
    office.run(office.file(*rows, headers=HEADER))


def test_amounts_as_checked_are_numbers_in_results_and_text_in_the_csv(office):
    _run(office, "25.00", '"1,250.00"', "40", "$12.50", "0025")
    assert _amounts(office, "results.xlsx") == [25, 1250, 40, 12.5, 25]
    assert [row["Amount"] for row in office.report()] == ["25.00", "1,250.00", "40", "$12.50", "0025"]


def test_what_was_not_understood_as_an_amount_stays_as_typed(office):
    _run(office, '"1,250"', "25 EUR", "abc", "-5.00", "25%", '"12,50"')
    assert _amounts(office, "failures.xlsx") == ["1,250", "25 EUR", "abc", "-5.00", "25%"]
    assert _amounts(office, "results.xlsx")[-1] == 12.5


def test_a_quantity_does_not_change_the_amount(office):
    office.values["defaults"] = {**EMAIL, "deliveryMethod": "BULKDIGITAL"}
    office.run(office.file("10.00,5", "1.00,10", headers=["Amount", "Quantity"]))
    assert _amounts(office, "results.xlsx") == [10, 1]
