"""The user's own workbook with the problems marked: nothing lost, links that work, safe to hand in again."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

from campaign_runner.model import Column, Problem
from campaign_runner.model.errors import FileUnusable, StateError
from campaign_runner.reporting.excel.annotated import write_annotated

RED, YELLOW = "FFFFC7CE", "FFFFEB9C"
EMAIL, OWN = Column(1, "E-mail", "recipient.email"), Column(9, "Own")


def _problem(row: int, column: Column | None = EMAIL, severity: str = "error") -> Problem:
    return Problem(row, column, "a:b", "ana@@", "is not an e-mail address.", "Type <one> & save.", severity)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A workbook with a format, a formula, a width, a comment, a table, a name, and another sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Q4 'rewards'"
    rows: list[list[Any]] = [
        ["First name", "E-mail", "Amount"],
        ["Ana", "ana@@", 25],
        ["Bo", "bo@@", 10],
        ["Cy", "cy@example.com", 5],
    ]
    for row in rows:
        sheet.append(row)
    sheet["B2"].font, sheet["B2"].fill = Font(bold=True), PatternFill("solid", fgColor="FF00FF00")
    sheet["C5"] = "=SUM(C2:C4)"
    sheet["B3"].comment = Comment("ask Bo", "HR")
    sheet.column_dimensions["B"].width = 33
    sheet.print_title_rows = "1:1"
    sheet.add_table(Table(displayName="Rewards", ref="A1:C4"))
    book.create_sheet("Notes")["A1"] = "kept"
    path = tmp_path / "q4.xlsx"
    book.save(path)
    return path


def _annotated(source: Path, *problems: Problem, name: str = "annotated.xlsx", sheet: str = "Q4 'rewards'"):
    return openpyxl.load_workbook(write_annotated(source, source.with_name(name), problems, sheet))


def test_faulty_cells_are_filled_and_commented_and_keep_their_own_format(source):
    sheet = _annotated(source, _problem(2), _problem(4, None), _problem(3, OWN, "warning"))["Q4 'rewards'"]
    assert sheet["B2"].fill.fgColor.rgb == RED
    assert sheet["B2"].font.bold
    assert sheet["B2"].comment.text == "Is not an e-mail address. Type <one> & save."
    assert sheet["A4"].fill.fgColor.rgb == RED  # a problem of the whole row
    assert sheet["J3"].fill.fgColor.rgb == YELLOW  # a cell that was not there
    assert sheet["B4"].fill.patternType is None


def test_everything_else_is_as_it_was(source):
    book = _annotated(source, _problem(2))
    sheet = book["Q4 'rewards'"]
    assert book.sheetnames == ["Problems", "Q4 'rewards'", "Notes"]
    assert sheet["C5"].value == "=SUM(C2:C4)"
    assert sheet.column_dimensions["B"].width == 33
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.tables["Rewards"].ref == "A1:C4"
    assert book["Notes"]["A1"].value == "kept"


def test_parts_that_need_no_mark_are_carried_over_byte_for_byte(source):
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/media/picture.png", b"\x89PNG")
        archive.writestr("xl/vbaProject.bin", b"macros")
    write_annotated(source, source.with_name("annotated.xlsm"), [_problem(2)], "Q4 'rewards'")
    with zipfile.ZipFile(source.with_name("annotated.xlsm")) as copy:
        assert copy.read("xl/media/picture.png") == b"\x89PNG"
        assert copy.read("xl/vbaProject.bin") == b"macros"


def test_macros_stay_in_a_copy_called_xlsm_and_go_from_one_called_xlsx(source):
    macros = 'ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"'
    plain = 'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"'
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    relation = f'<Relationship Id="rVba" Type="{kind}" Target="vbaProject.bin"/>'
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(source.with_name("q4.xlsm"), "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, text.replace(plain, macros).replace("</Relationships>", relation + "</Relationships>"))
        new.writestr("xl/vbaProject.bin", b"macros")
    for name, kept in (("annotated.xlsm", True), ("annotated.xlsx", False)):
        write_annotated(source.with_name("q4.xlsm"), source.with_name(name), [_problem(2)], "Q4 'rewards'")
        with zipfile.ZipFile(source.with_name(name)) as copy:
            assert ("xl/vbaProject.bin" in copy.namelist()) is kept
            assert ("macroEnabled" in copy.read("[Content_Types].xml").decode()) is kept
            assert ("vbaProject" in copy.read("xl/_rels/workbook.xml.rels").decode()) is kept


def test_the_first_sheet_lists_the_problems_with_links(source):
    book = _annotated(source, _problem(2))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][0].startswith("1 problem in the sheet \"Q4 'rewards'\". Click on an address")
    assert rows[2:] == [
        ("Cell", "Column", "Value", "What is wrong", "What to do"),
        ("B2", "E-mail", "ana@@", "is not an e-mail address.", "Type <one> & save."),
    ]
    assert book.worksheets[0]["A4"].hyperlink.location == "'Q4 ''rewards'''!B2"
    assert book.active.title == "Problems"
    assert not book["Q4 'rewards'"].sheet_view.tabSelected


def test_a_comment_of_the_users_own_is_kept_and_ours_put_below(source):
    sheet = _annotated(source, _problem(3))["Q4 'rewards'"]
    assert sheet["B3"].comment.text == "ask Bo\n▸ check: Is not an e-mail address. Type <one> & save."


def test_the_copy_can_be_annotated_again_and_mended_cells_lose_their_marks(source):
    _annotated(source, _problem(2), _problem(3), _problem(4), name="first.xlsx")
    book = _annotated(source.with_name("first.xlsx"), _problem(4), name="second.xlsx")
    sheet = book["Q4 'rewards'"]
    assert book.sheetnames == ["Problems", "Q4 'rewards'", "Notes"]
    assert [sheet[cell].comment and sheet[cell].comment.text for cell in ("B2", "B3")] == [None, "ask Bo"]
    assert [sheet[cell].fill.patternType for cell in ("B2", "B3", "B4")] == [None, None, "solid"]
    assert "1 problem in" in book.worksheets[0]["A1"].value


def test_a_copy_without_problems_says_so(source):
    assert _annotated(source)["Problems"]["A1"].value == "No problems were found in the sheet \"Q4 'rewards'\"."


def test_a_sheet_of_the_users_own_called_problems_is_kept(source):
    book = openpyxl.load_workbook(source)
    book["Notes"].title = "Problems"
    book.save(source)
    assert _annotated(source, _problem(2)).sheetnames == ["Problems found", "Q4 'rewards'", "Problems"]


def test_more_problems_than_can_be_shown_are_counted(source, monkeypatch):
    monkeypatch.setattr("campaign_runner.reporting.excel.annotated.MAX_PROBLEMS", 1)
    first = _annotated(source, _problem(2), _problem(3))["Problems"]
    assert "2 problems in" in first["A1"].value
    assert "the first 1 are listed" in first["A1"].value
    assert first.max_row == 4


def test_a_value_that_looks_like_a_formula_stays_text(source):
    problem = Problem(2, EMAIL, "a:b", "=cmd()\x07", "is not an e-mail address.", "")
    assert _annotated(source, problem)["Problems"]["C4"].data_type in ("s", "inlineStr")
    assert _annotated(source, problem)["Problems"]["C4"].value == "=cmd()\ufffd"


def test_what_is_no_workbook_is_refused_and_what_cannot_be_written_is_said(source, tmp_path):
    (tmp_path / "q4.csv").write_text("x")
    with pytest.raises(FileUnusable, match="cannot be marked"):
        write_annotated(tmp_path / "q4.csv", tmp_path / "a.xlsx", [], "x")
    with pytest.raises(StateError, match="cannot be written"):
        write_annotated(source, tmp_path, [], "Q4 'rewards'")
    with pytest.raises(FileUnusable, match="cannot be marked"):
        write_annotated(source, tmp_path / "a.xlsx", [], "no such sheet")
    assert not (tmp_path / "a.xlsx").exists()
