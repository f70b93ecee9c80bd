"""Which sheet is read: the first that has a header; refusals name it and the others; nobody on another is forgotten."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from campaign_runner.model.errors import FileUnusable
from tests.workbooks import ANA, BO, HEADER, checked, in_part, ods, ods_row, patched, xlsx

CY = ["Cy", "cy@example.com", 40]


def _sheets(
    *sheets: tuple[str, Sequence[Sequence[object]]], hidden: tuple[str, ...] = (), state: str = "hidden"
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = state
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PIVOT = [["Row Labels", "Sum of Amount", "Count"], ["IT", 40, 1], ["Grand Total", 40, 1]]
EXPORT = [
    ["This document was exported from Numbers."],
    ["Numbers Sheet Name", "Numbers Table Name"],
    ["Q4", "Table 1"],
]
SHORT_LIST = [["Team", "Amount"], ["IT", 40]]


@pytest.mark.parametrize("first", [PIVOT, EXPORT, SHORT_LIST, [["How to fill in this workbook"]]])
def test_a_first_sheet_without_a_header_is_passed_over_and_the_note_says_so(first, tmp_path):
    found = checked(tmp_path / "q4.xlsx", _sheets(("Summary", first), ("Recipients", [HEADER, ANA])))
    assert (found.sheet, list(found.rows)) == ("Recipients", [2])
    assert any('"Recipients" was read' in note for note in found.notes)


def test_the_refusal_names_the_sheet_read_and_where_a_header_is(tmp_path):
    content = _sheets(("Read me", [["How to"]]), ("People", [["x"], HEADER, ANA]))
    with pytest.raises(FileUnusable) as refused:
        checked(tmp_path / "q4.xlsx", content, sheet="Read me")
    assert 'q4.xlsx, sheet "Read me": no header row found' in str(refused.value)
    assert 'The sheet "People" has a header in row 2: use --sheet "People".' in str(refused.value)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_proposed_and_not_taken(state, tmp_path):
    content = _sheets(("Read me", [["How to"]]), ("Data", [HEADER, ANA]), hidden=("Data",), state=state)
    with pytest.raises(FileUnusable, match='The hidden sheet "Data" has a header in row 1: use --sheet "Data"'):
        checked(tmp_path / "q4.xlsx", content)
    assert list(checked(tmp_path / "q4.xlsx", content, sheet="Data").rows) == [2]


def test_an_empty_first_sheet_is_passed_over(tmp_path):
    assert checked(tmp_path / "q4.xlsx", _sheets(("Empty", []), ("Q4", [HEADER, ANA]))).sheet == "Q4"
    with pytest.raises(FileUnusable, match=r'sheet "Empty" is empty\. The sheet "Q4" has a header in row 1'):
        checked(tmp_path / "q4.xlsx", _sheets(("Empty", []), ("Q4", [HEADER, ANA])), sheet="Empty")


def test_another_sheet_with_the_same_header_is_told_unless_a_sheet_was_named(tmp_path):
    content = _sheets(("Q4", [HEADER, ANA, BO]), ("IT", [HEADER, CY]), ("HR", [["x"], [*HEADER, "Note"], CY]))
    found = checked(tmp_path / "q4.xlsx", content)
    assert (found.sheet, found.unread) == ("Q4", ("IT", "HR"))
    assert checked(tmp_path / "q4.xlsx", content, sheet="Q4").unread == ()


@pytest.mark.parametrize("other", [
    [["Country", "State"], ["US", "MA"]], [["UTID", "Reward name"], ["U561593", "Card"]], [HEADER], PIVOT,
    [["First name", "E-mail"], ["Ana", "ana@example.com"]],
])  # fmt: skip
def test_lists_of_other_things_and_sheets_without_rows_are_no_rewards(other, tmp_path):
    assert checked(tmp_path / "q4.xlsx", _sheets(("Q4", [HEADER, ANA]), ("Other", other))).unread == ()
    assert (
        checked(tmp_path / "q4.xlsx", _sheets(("Q4", [HEADER, ANA]), ("H", [HEADER, CY]), hidden=("H",))).unread == ()
    )


def test_a_sheet_of_a_chart_is_no_sheet_of_rows(tmp_path):
    def fill(book, sheet):
        book.create_chartsheet("Chart", 0)

    content = xlsx(fill=fill)
    assert checked(tmp_path / "q4.xlsx", content).sheet == "Q4"
    macro = in_part("xl/_rels/workbook.xml.rels", "relationships/chartsheet", "relationships/xlMacrosheet")
    assert checked(tmp_path / "q4.xlsx", patched(content, macro)).sheet == "Q4"


def test_an_opendocument_file_is_treated_alike(tmp_path):
    people = ods(ods_row("Ana", "ana@example.com", "25"))
    before = (
        b'<table:table table:name="Notes"><table:table-row><table:table-cell><text:p>Hi</text:p></table:table-cell>'
    )
    before += b"</table:table-row></table:table><table:table "
    content = patched(people, lambda name, data: (name, data.replace(b"<table:table ", before, 1)))
    assert checked(tmp_path / "q4.ods", content).sheet == "Q4"
    table = b'<table:table table:name="IT">' + people_rows(people) + b"</table:table></office:spreadsheet>"
    twice = patched(people, lambda name, data: (name, data.replace(b"</office:spreadsheet>", table)))
    assert checked(tmp_path / "q4.ods", twice).unread == ("IT",)


def people_rows(content: bytes) -> bytes:
    import zipfile

    data = zipfile.ZipFile(io.BytesIO(content)).read("content.xml")
    return data[data.index(b"<table:table-row") : data.index(b"</table:table>")]
