"""What failures.xlsx says of its cells is true of its own cells, in the first round and in every later one."""

from __future__ import annotations

import re

import openpyxl
import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.steps.draft import ReadOptions
from tests.pipeline.conftest import HEADERS

pytestmark = pytest.mark.usefixtures("every_report")

ANA, BO, DI = (
    ["1", "EMAIL", "Ana", "Silva", "ana@example.com", "", "U561593", 25],
    ["2", "EMAIL", "Bo", "Berg", "bo@@example.com", "", "U561593", 10],
    ["4", "EMAIL", "Di", "Dahl", "", "", "U561593", "lots"],
)
ADDED = ("Sheet", "Row", "Status", "Problem", "What to do")


def workbook(office, *rows):
    """A title, a blank row, the header in row 3, in columns B to I."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Rewards"
    sheet["B1"] = "Rewards of the fourth quarter"
    for number, cells in enumerate([HEADERS, *rows], 3):
        for position, cell in enumerate(cells, 2):
            sheet.cell(number, position, cell)
    path = office.folder / "q4.xlsx"
    book.save(path)
    return path


def failures(office, name="failures.xlsx"):
    return openpyxl.load_workbook(office.folder / "reports" / "q4" / name)["Failures"]


def addressed(sheet):
    """{address: header in the text} of every cell that a problem text names."""
    texts = " ".join(str(cell.value) for row in sheet.iter_rows(min_row=2) for cell in row if cell.value)
    return dict(re.findall(r"\b([A-Z]+[0-9]+) \(([^)]*)\): ", texts))


def test_addresses_are_those_of_the_failures_sheet_and_its_cells_are_marked(office):
    check_file(ReadOptions(workbook(office, ANA, BO, DI)), office.runtime())
    sheet = failures(office)
    assert addressed(sheet) == {"E2": "E-mail", "E3": "E-mail", "H3": "Amount"}
    assert [[row[header].value for header in (8, 9)] for row in sheet.iter_rows(min_row=2)] == [
        ["Rewards", 5], ["Rewards", 6],
    ]  # fmt: skip
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFC7CE"}
    assert (
        marked == {"E2", "E3", "H3"} == {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    )
    assert sheet["E2"].comment.text.startswith('"bo@@example.com" is not an e-mail address: it has more than one @.')
    assert sheet["E3"].number_format == "@"


def test_the_csv_says_what_a_spreadsheet_program_shows(office):
    check_file(ReadOptions(workbook(office, ANA, BO, DI)), office.runtime())
    bo, di = office.report("failures.csv")
    assert bo["Problem"].startswith("E2 (E-mail): ")
    assert di["Problem"].startswith("E3 (E-mail): ")
    assert (bo["Sheet"], bo["Row"]) == ("Rewards", "5")


def test_a_second_check_of_the_failures_keeps_the_place_in_the_first_file(office):
    check_file(ReadOptions(workbook(office, ANA, BO, DI)), office.runtime())
    first = office.folder / "reports" / "q4" / "failures.xlsx"
    book = openpyxl.load_workbook(first)
    book["Failures"]["E2"] = "bo@example.com"
    book.save(first)
    check_file(ReadOptions(first), office.runtime())
    sheet = failures(office, "failures (2).xlsx")
    assert addressed(sheet) == {"E2": "E-mail", "H2": "Amount"}
    assert [sheet.cell(2, column).value for column in (9, 10)] == ["Rewards", 6]


@pytest.mark.parametrize("moved", [False, True], ids=["as it was", "with a column in front"])
def test_after_a_run_of_the_failures_their_own_failures_are_true_too(office, moved):
    office.run(workbook(office, ANA, BO, DI))
    first = office.folder / "reports" / "q4" / "failures.xlsx"
    book = openpyxl.load_workbook(first)
    book["Failures"]["E2"] = "bo@example.com"
    if moved:
        book["Failures"].insert_cols(1)
    book.save(first)
    office.run(first)
    sheet = failures(office, "failures (2).xlsx")
    assert addressed(sheet) == {"E2": "E-mail", "H2": "Amount"}
    assert [sheet.cell(2, column).value for column in (9, 10)] == ["Rewards", 6]
    assert "F6 (E-mail): " in office.report()[2]["Reason"]
    assert "I6 (Amount): " in office.report()[2]["Reason"]


def test_cells_that_must_be_emptied_are_named_as_they_are_in_the_failures_sheet(office):
    wrong = ["5", "EMAIL", "Ed", "Ek", "ed@example.com", "+14155550100", "U561593", 25]
    rows = [[*ANA, "", ""], [*wrong, "1 Main St", "Boston"]]
    headers = [*HEADERS, "Street", "City"]
    path = office.file(*(",".join(map(str, row)) for row in rows), headers=headers)
    check_file(ReadOptions(path), office.runtime())
    text = " ".join(office.report("failures.csv")[0][name] for name in ("Problem", "What to do"))
    assert "3" not in re.sub(r"\+[0-9]+|1 Main", "", text), text
    assert re.search(r"\b(I2|F2)\b", text)


def test_a_held_row_names_the_other_one_with_its_file(office):
    office.run(workbook(office, ANA, BO, ANA))
    held = next(row for row in office.report("failures.csv") if row["Status"] == "held")
    assert held["Problem"] == "It is the same as row 4 of q4.xlsx."


def test_held_rows_are_in_the_list_of_problems_of_the_annotated_workbook(office):
    check_file(ReadOptions(workbook(office, ANA, BO, ANA)), office.runtime())
    book = openpyxl.load_workbook(office.folder / "reports" / "q4" / "annotated.xlsx")
    head, _, _, *listed = ([cell.value for cell in row] for row in book["Problems"].iter_rows())
    assert str(head[0]).startswith('1 problem and 1 held row in the sheet "Rewards".')
    assert [(row[0], row[3]) for row in listed][1] == ("row 6", "It is the same as row 4.")
    assert book["Rewards"]["A6"].comment.text.startswith("It is the same as row 4.")


def test_a_workbook_with_held_rows_alone_is_annotated_too(office):
    result = office.run(workbook(office, ANA, ANA))
    assert "annotated.xlsx" in result.reports


def test_rows_that_need_somebody_are_named_on_the_page(office):
    office.run(workbook(office, ANA, BO))
    page = (office.folder / "reports" / "q4" / "report.html").read_text("utf-8")
    assert '<td class="number" data-title="Row">5</td><td data-title="Recipient">Bo Berg</td>' in page
    assert '<td data-title="Problem">F5 (E-mail): ' in page


def test_the_list_of_problems_fits_the_width_of_a_page_and_has_a_bold_header(office):
    check_file(ReadOptions(workbook(office, ANA, BO)), office.runtime())
    path = office.folder / "reports" / "q4" / "annotated.xlsx"
    sheet = openpyxl.load_workbook(path, rich_text=True)["Problems"]
    fitted = sheet.sheet_properties.pageSetUpPr
    assert fitted
    assert (sheet.page_setup.orientation, fitted.fitToPage) == ("landscape", True)
    assert sheet["A3"].value[0].font.b
