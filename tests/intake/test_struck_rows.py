"""Struck through: to a person that row is deleted, so it is held, in every format and in a report uploaded again."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from tests.workbooks import ANA, BO, HEADER, SHEET, checked, in_part, ods, ods_row, patched, record, text, xls, xlsx

CY = ["Cy", "cy@example.com", 40]
RICH = CellRichText(TextBlock(InlineFont(strike=True), "25"), "30")


def _struck(*cells: str):
    def fill(book, sheet):
        for cell in cells:
            sheet[cell].font = Font(strike=True)

    return xlsx(HEADER, ANA, BO, CY, fill=fill)


def _rich(book, sheet):
    sheet["C3"] = RICH


def _shared() -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((HEADER, ANA, BO)):
            sheet.write_row(at, 0, row)
        sheet.write_rich_string(2, 0, book.add_format({"font_strikeout": True}), "Bob", "Bo")
    return out.getvalue()


STRANGE = in_part(SHEET, 'r="3"', "r='3'")  # read tag by tag
WAYS = {
    "a whole row": _struck("A3", "B3", "C3"),
    "one cell": _struck("B3"),
    "one cell, read tag by tag": patched(_struck("B3"), STRANGE),
    "a part of a text": xlsx(HEADER, ANA, BO, fill=_rich),
    "a part of a shared text": _shared(),
    "a part of a text, read tag by tag": patched(xlsx(HEADER, ANA, BO, fill=_rich), STRANGE),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_row_with_anything_struck_through_is_held(way, tmp_path):
    found = checked(tmp_path / "q4.xlsx", WAYS[way])
    assert (found.struck, found.problems) == ({3}, {})
    assert any("Row 3 is struck through, or has a cell that is: held" in note for note in found.notes)


@pytest.mark.parametrize("change", [lambda name, data: (name, data), STRANGE])
def test_a_struck_cell_that_is_empty_holds_nothing(change, tmp_path):
    assert checked(tmp_path / "q4.xlsx", patched(_struck("B6", "D3"), change)).struck == set()


def test_a_font_whose_strike_is_off_holds_nothing(tmp_path):
    off = in_part("xl/styles.xml", '<strike val="1" ?/>', '<strike val="0"/>')
    assert checked(tmp_path / "q4.xlsx", patched(_struck("B3"), off)).struck == set()


@pytest.mark.parametrize("change", [lambda name, data: (name, data), STRANGE])
def test_a_rule_that_strikes_through_is_named_as_it_is_not_applied(change, tmp_path):
    def fill(book, sheet):
        sheet.conditional_formatting.add("A2:C9", FormulaRule(["$C2=30"], font=Font(strike=True)))

    found = checked(tmp_path / "q4.xlsx", patched(xlsx(HEADER, ANA, BO, fill=fill), change))
    assert found.struck == set()
    assert sum("conditional formatting" in note for note in found.notes) == 1


LINE = '<style:text-properties style:text-line-through-style="solid"/>'
STYLES = (
    f'<style:style style:name="ce1" style:family="table-cell">{LINE}</style:style>'
    '<style:style style:name="ce2" style:family="table-cell" style:parent-style-name="ce1"/>'
    '<style:style style:name="ce3" style:family="table-cell" style:parent-style-name="ce1">'
    '<style:text-properties style:text-line-through-style="none"/></style:style>'
    f'<style:style style:name="T1" style:family="text">{LINE}</style:style>'
)


def _cell(style: str, words: str = "Ana") -> str:
    return (f'<table:table-cell table:style-name="{style}" office:value-type="string"><text:p>{words}</text:p>'
            "</table:table-cell>")  # fmt: skip


@pytest.mark.parametrize(("cell", "row", "struck"), [
    (_cell("ce1"), "", {2}), (_cell("ce2"), "", {2}), (_cell("ce3"), "", set()),
    (_cell("", '<text:span text:style-name="T1">A</text:span>na'), "", {2}),
    ("Ana", 'table:default-cell-style-name="ce2"', {2}), (_cell("ce3"), 'table:default-cell-style-name="ce2"', {2}),
])  # fmt: skip
def test_struck_styles_of_opendocument_hold_their_rows(cell, row, struck, tmp_path):
    rows = ods_row(cell, "ana@example.com", "25", attributes=row) + ods_row("Bo", "bo@example.com", "30")
    assert checked(tmp_path / "q4.ods", ods(rows, STYLES)).struck == struck


def test_a_struck_style_that_the_user_named_stands_in_another_part(tmp_path):
    content = ods(ods_row(_cell("Gone"), "ana@example.com", "25"))
    space = 'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    shared = f'<s {space}><style:style style:name="Gone" style:family="table-cell">{LINE}</style:style></s>'
    out = BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("styles.xml", shared)
    assert checked(tmp_path / "q4.ods", out.getvalue()).struck == {2}


@pytest.mark.parametrize(("flags", "struck"), [(8, {2}), (2, set())])
def test_a_struck_font_of_an_old_workbook_holds_its_rows(flags, struck, tmp_path):
    font = record(0x31, struct.pack("<5H4B", 200, flags, 8, 400, 0, 0, 0, 0, 0) + text("Arial", 1))
    cells = {(0, at): header for at, header in enumerate(HEADER)} | {(1, at): value for at, value in enumerate(ANA)}
    assert checked(tmp_path / "q4.xls", xls(cells, book_records=font)).struck == struck


@pytest.mark.parametrize(("reason", "struck", "hidden"), [
    ("The row, or a cell of it, is struck through in the spreadsheet.", {2}, set()),
    ("The row is hidden in the spreadsheet.", set(), {2}), ("", set(), set()),
])  # fmt: skip
def test_what_a_report_says_of_how_a_row_looked_still_holds_it(reason, struck, hidden, tmp_path):
    header = "First name,E-mail,Amount,Sheet,Row,Status,Problem,What to do"
    report = f'{header}\nAna,ana@example.com,25,Q4,3,held,"{reason}",x\n'
    found = checked(tmp_path / "failures.csv", report.encode())
    assert (found.struck, found.hidden) == (struck, hidden)
