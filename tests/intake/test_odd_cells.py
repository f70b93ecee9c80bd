# ruff: noqa: E501  (one cell a line reads best)
"""One odd cell is a problem of that cell, never of the file; formulas that were never worked out are known as such."""

from __future__ import annotations

import io
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from tests.workbooks import (
    ANA,
    BO,
    HEADER,
    SHEET,
    checked,
    in_part,
    ods,
    ods_row,
    patched,
    record,
    with_cell,
    xls,
    xlsx,
)

ERRORS = ["#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#ERROR!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#PYTHON!",
          "#BUSY!", "#EXTERNAL!", "#TIMEOUT!", "#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("formula", ["", "<f>SORT(A1:A3)</f>"])
def test_any_error_is_a_problem_at_its_cell(error, formula, tmp_path):
    content = with_cell(xlsx(), "C3", f'<c r="C3" t="e">{formula}<v>{error}</v></c>')
    found = checked(tmp_path / "q4.xlsx", content)
    assert (list(found.problems), found.rows[3][2], found.rows[2][2]) == (["C3"], error, "25")


def test_an_error_of_an_opendocument_sheet_is_a_problem_at_its_cell(tmp_path):
    cell = '<table:table-cell table:formula="of:=X()" office:value-type="string"><text:p>#CONNECT!</text:p></table:table-cell>'
    found = checked(tmp_path / "q4.ods", ods(ods_row("Ana", "ana@example.com", cell)))
    assert "is the error of a formula" in found.problems["C2"]


UNREADABLE = {
    "an unknown kind": '<c r="C3" t="zz"><v>5</v></c>',
    "a text that is not there": '<c r="C3" t="s"><v>99</v></c>',
    "a number of a text that is none": '<c r="C3" t="s"><v>x</v></c>',
    "a day that is none": '<c r="C3" t="d"><v>2026-13-45</v></c>',
}


@pytest.mark.parametrize("way", UNREADABLE)
def test_a_cell_that_cannot_be_read_is_a_problem_there(way, tmp_path):
    found = checked(tmp_path / "q4.xlsx", with_cell(xlsx(), "C3", UNREADABLE[way]))
    assert (list(found.problems), found.rows[2][2]) == (["C3"], "25")


READ = {
    "a style that is not there": ('<c r="C3" s="99"><v>5</v></c>', "5"),
    "an address with dollars": ('<c r="$C$3"><v>5</v></c>', "5"),
    "an address in small letters": ('<c r="c3"><v>5</v></c>', "5"),
    "raw text": ('<c r="C3" t="str"><v><![CDATA[5]]></v></c>', "5"),
    "an exponent": ('<c r="C3"><v>5.0E0</v></c>', "5"),
    "blanks round the number": ('<c r="C3"><v> 5 </v></c>', "5"),
    "a number in runs": ('<c r="C3" t="inlineStr"><is><r><t>5</t></r><r><t>.50</t></r></is></c>', "5.50"),
}


@pytest.mark.parametrize("way", READ)
def test_unusual_cells_that_say_something_are_read(way, tmp_path):
    xml, expected = READ[way]
    found = checked(tmp_path / "q4.xlsx", with_cell(xlsx(), "C3", xml))
    assert (found.rows[3][2].strip(), found.problems) == (expected, {})


NAMES = {
    '<is><r><t>Ana</t></r><r><rPr><b/></rPr><t xml:space="preserve"> Maria</t></r></is>': "Ana Maria",
    '<is xml:space="preserve"><r><t>Ana</t></r><r><t> Maria</t></r></is>': "Ana Maria",
    '<is><t>安奈</t><rPh sb="0" eb="2"><t>アンナ</t></rPh></is>': "安奈",
    "<is/>": "",
    "<is><t/></is>": "",
    "<is><t>Ana_x000D_&#10;Maria</t></is>": "Ana\r\nMaria",
    "<is><t>A_x005F_x0041_</t></is>": "A_x0041_",
    "<is><t>A&amp;B &lt;C&gt;</t></is>": "A&B <C>",
}


@pytest.mark.parametrize("inside", NAMES)
@pytest.mark.parametrize("odd", [False, True])
def test_texts_with_runs_blanks_and_escapes_are_read_as_excel_does(inside, odd, tmp_path):
    content = with_cell(xlsx(), "A2", f'<c r="A2" t="inlineStr">{inside}</c>')
    odd_one = in_part(SHEET, "<sheetData>", "<!-- read tag by tag --><sheetData>") if odd else lambda *part: part
    assert checked(tmp_path / "q4.xlsx", patched(content, odd_one)).rows[2][0] == NAMES[inside]


def test_white_space_that_the_root_keeps_is_kept(tmp_path):
    content = with_cell(xlsx(), "A2", '<c r="A2" t="inlineStr"><is><r><t>Ana</t></r><r><t> Maria</t></r></is></c>')
    root = in_part(SHEET, "<worksheet ", '<worksheet xml:space="preserve" ')
    assert checked(tmp_path / "q4.xlsx", patched(content, root)).rows[2][0] == "Ana Maria"
    sst = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xml:space="preserve" uniqueCount="1">'
    )
    sst += "<si><r><t>Ana</t></r><r><t> Maria</t></r></si></sst>"
    shared = patched(with_cell(xlsx(), "A2", '<c r="A2" t="s"><v>0</v></c>'), lambda name, data: (
        None if "sharedStrings" in name else (name, data)), **{"xl/sharedStrings.xml": sst.encode()})  # fmt: skip
    assert checked(tmp_path / "q4.xlsx", shared).rows[2][0] == "Ana Maria"


def test_a_row_that_stands_there_twice_is_a_problem_of_that_row(tmp_path):
    twice = in_part(SHEET, '(<row r="2".*?</row>)', r"\1\1")
    found = checked(tmp_path / "q4.xlsx", patched(xlsx(), twice))
    assert (list(found.rows), list(found.problems)) == ([2, 3], ["row 2"])


def test_both_readers_say_the_same_of_a_long_sheet(tmp_path):
    def fill(book, sheet):
        for number in range(4, 3000):
            sheet.append([f"Ana {number}", f"ana{number}@example.com", number / 7 if number % 5 else 41.625])
            sheet.cell(number, 3).number_format = ("0.00", "0%", "$0.00", "yyyy-mm-dd", "0")[number % 5]

    content = xlsx(fill=fill)
    usual = checked(tmp_path / "q4.xlsx", content)
    odd = checked(tmp_path / "q4.xlsx", patched(content, in_part(SHEET, "<sheetData>", "<!-- odd --><sheetData>")))
    assert (odd.rows, odd.problems) == (usual.rows, usual.problems)


DAY = [*HEADER, "Delivery date"]
UNSOLVED = {
    "without a value": '<c r="D2"><f>TODAY()</f></c>',
    "with an empty one": '<c r="D2"><f>TODAY()</f><v></v></c>',
    "with an empty tag": '<c r="D2"><f>TODAY()</f><v/></c>',
    "of text, without a value": '<c r="D2" t="str"><f>TEXT(TODAY(),"yyyy")</f></c>',
    "shared, the first": '<c r="D2"><f t="shared" ref="D2:D3" si="0">TODAY()</f></c>',
    "shared, a further one": '<c r="D2"><f t="shared" si="0"/></c>',
    "of an array": '<c r="D2"><f t="array" ref="D2">TODAY()</f></c>',
    "of a table of data": '<c r="D2"><f t="dataTable" ref="D2" dt2D="0" dtr="0" r1="A1"/></c>',
    "of yes and no": '<c r="D2" t="b"><f>TRUE()</f></c>',
}


@pytest.mark.parametrize("way", UNSOLVED)
@pytest.mark.parametrize("odd", [False, True])
def test_a_date_that_was_never_worked_out_is_not_dropped(way, odd, tmp_path):
    content = with_cell(xlsx(DAY, [*ANA, "x"], BO), "D2", UNSOLVED[way])
    odd_one = in_part(SHEET, "<sheetData>", "<!-- odd --><sheetData>") if odd else lambda *part: part
    found = checked(tmp_path / "q4.xlsx", patched(content, odd_one))
    assert "This formula has no result" in found.problems["D2"]
    assert "D3" not in found.problems


def test_every_cell_of_an_array_that_was_never_worked_out_is_named(tmp_path):
    def fill(book, sheet):
        sheet["D2"] = ArrayFormula("D2:D3", "=TODAY()+{1;2}")

    found = checked(tmp_path / "q4.xlsx", xlsx(DAY, ANA, BO, fill=fill))
    assert found.problems.keys() == {"D2", "D3"}
    table = checked(tmp_path / "q4.xlsx", xlsx(DAY, ANA, BO, fill=lambda book, sheet: sheet.__setitem__(
        "D2", DataTableFormula(ref="D2:D3", dt2D=False, r1="A1"))))  # fmt: skip
    assert table.problems.keys() == {"D2", "D3"}


def test_place_holders_of_a_program_that_works_out_nothing_are_known(tmp_path):
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, DAY)
        sheet.write_formula("A2", "=PROPER(F2)")
        sheet.write_row(1, 1, ["ana@example.com", 25])
        sheet.write_array_formula("D2:D4", "{=TODAY()+F2:F4}")
        sheet.write_row(2, 0, ["Bo", "bo@example.com"])
        sheet.write_formula("C3", "=5*6")
        sheet.write_row(3, 0, ["Cy", "cy@example.com", 0.0])
        sheet.write_formula("A4", '=""', value="")
        sheet.write_formula("B4", '="x"', value="cy@example.com")
    found = checked(tmp_path / "q4.xlsx", path.read_bytes())
    without = {cell for cell, sentence in found.problems.items() if "has no result" in sentence}
    assert without == {"A2", "C3", "D2", "D3", "D4", "A4"}


def test_results_that_excel_worked_out_are_results_even_nothing_and_zero(tmp_path):
    content = with_cell(
        xlsx([*HEADER, "Quantity"], [*ANA, 1], [*BO, 1]), "D2", '<c r="D2" t="str"><f>""</f><v></v></c>'
    )
    once = in_part("xl/workbook.xml", 'fullCalcOnLoad="1"', "")
    assert checked(tmp_path / "q4.xlsx", patched(content, once)).problems == {}
    chain = in_part("xl/_rels/workbook.xml.rels", "</Relationships>", '<Relationship Id="rIdC" Type="http://schemas.openxml'
                    'formats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>')  # fmt: skip
    zero = with_cell(xlsx(), "C3", '<c r="C3"><f>1-1</f><v>0</v></c>')
    assert "has no result" in checked(tmp_path / "q4.xlsx", zero).problems["C3"]
    assert "has no result" not in checked(tmp_path / "q4.xlsx", patched(zero, chain, **{"xl/calcChain.xml": b"<calcChain/>"})
                                          ).problems["C3"]  # fmt: skip


def test_a_row_of_nothing_but_formulas_is_a_row(tmp_path):
    found = checked(tmp_path / "q4.xlsx", xlsx(HEADER, ANA, ["=X!A3", "=X!B3", "=X!C3"]))
    assert found.problems.keys() >= {"A3", "B3", "C3"}
    assert list(found.rows) == [2, 3]


@pytest.mark.parametrize(("result", "options", "is_known"), [
    (b"\3\0\0\0\0\0\xff\xff", 3, False), (bytes(8), 3, False), (struct.pack("<d", 25), 3, True),
    (bytes(8), 0, True),
])  # fmt: skip
def test_formulas_of_an_old_workbook_without_a_result_are_known(result, options, is_known, tmp_path):
    cells = {(0, at): header for at, header in enumerate(HEADER)} | {(1, 0): "Ana", (1, 1): "ana@example.com"}
    formula = record(0x06, struct.pack("<3H", 1, 2, 0) + result + struct.pack("<H", options) + bytes(6))
    found = checked(tmp_path / "q4.xls", xls(cells, records=formula))
    assert ("has no result" in found.problems.get("C2", "")) is not is_known
    by_excel = record(0x1C1, bytes(8))
    assert "has no result" not in checked(tmp_path / "q4.xls", xls(cells, records=formula, book_records=by_excel)
                                          ).problems.get("C2", "")  # fmt: skip


@pytest.mark.parametrize("cell", [
    '<table:table-cell table:formula="of:=TODAY()"/>',
    '<table:table-cell table:formula="of:=TODAY()" office:value-type="date"/>',
    '<table:table-cell table:formula="of:=1+1" office:value-type="float"><text:p/></table:table-cell>',
    '<table:table-cell table:formula="of:=A1" office:value-type="string"/>',
])  # fmt: skip
def test_formulas_of_an_opendocument_sheet_without_a_result_are_known(cell, tmp_path):
    found = checked(tmp_path / "q4.ods", ods(ods_row("Ana", "ana@example.com", cell)))
    assert "has no result" in found.problems["C2"]


def test_a_workbook_saved_again_by_a_program_that_drops_results_is_known(tmp_path):
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["Ana", "ana@example.com"])
        sheet.write_formula("C2", "=5*5", None, 25)
    assert checked(tmp_path / "q4.xlsx", path.read_bytes()).problems == {}
    again = io.BytesIO()
    openpyxl.load_workbook(path).save(again)
    assert "has no result" in checked(tmp_path / "q4.xlsx", again.getvalue()).problems["C2"]
    assert zipfile.is_zipfile(again)
