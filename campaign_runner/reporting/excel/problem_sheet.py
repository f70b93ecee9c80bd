"""What stands in the sheet "Problems" of the annotated workbook?  One line per problem, with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from campaign_runner.model import Problem
from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.model.wording import count
from campaign_runner.reporting.excel.cell_marks import Marks, cell_of
from campaign_runner.reporting.excel.package import xml_text
from campaign_runner.reporting.excel.sheet_xml import LONGEST_CELL

OUR_TAB = "FFC00001"  # the colour of the tab tells an earlier copy's sheet from one of the user's own
_HEADINGS = ("Cell", "Column", "Value", "What is wrong", "What to do")
_WIDTHS = (10, 22, 30, 60, 60)
_FIRST_ROW = 4


def problem_sheet(sheet: str, marks: Marks) -> str:
    """The part as XML; every value is text."""
    lines = [
        _row(1, [_headline(sheet, marks)]),
        _row(3, _HEADINGS, '<rPr><b/><sz val="11"/><rFont val="Calibri"/></rPr>'),
    ]
    lines += [_row(number, _cells(problem)) for number, problem in enumerate(marks.shown, _FIRST_ROW)]
    columns = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(_WIDTHS, 1))
    links = "".join(_link(sheet, number, problem) for number, problem in enumerate(marks.shown, _FIRST_ROW))
    last = _FIRST_ROW + len(marks.shown) - 1
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<sheetPr><tabColor rgb="{OUR_TAB}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0">'
        '<pane ySplit="3" topLeftCell="A4" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>"
        + (f'<autoFilter ref="A3:E{last}"/><hyperlinks>{links}</hyperlinks>' if marks.shown else "")
        + '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _headline(sheet: str, marks: Marks) -> str:
    if not marks.total:
        return f'No problems were found in the sheet "{sheet}".'
    counts = ((marks.total - marks.held, "problem"), (marks.held, "held row"))
    many = " and ".join(count(number, noun) for number, noun in counts if number)
    more = f" (the first {len(marks.shown):,} are listed; all are in the failures report)" * (
        marks.total > len(marks.shown)
    )
    return (
        f'{many} in the sheet "{sheet}"{more}. Click on an address to go to the cell, correct it, save this workbook, '
        "and run the check again with it."
    )


def _cells(problem: Problem) -> tuple[str, ...]:
    header = problem.column.header if problem.column else ""
    return problem.cell, header, problem.value, problem.what, problem.remedy


def _row(number: int, values: Sequence[str], look: str = "") -> str:
    """`look`: how its texts look; the styles are those of the user's own workbook."""
    texts = {column_letters(at): xml_text(value[:LONGEST_CELL]) for at, value in enumerate(values) if value}
    cells = (
        f'<c r="{column}{number}" t="inlineStr"><is>{_run(text, look)}</is></c>' for column, text in texts.items()
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _run(text: str, look: str) -> str:
    plain = f'<t xml:space="preserve">{text}</t>'
    return f"<r>{look}{plain}</r>" if look else plain


def _link(sheet: str, number: int, problem: Problem) -> str:
    row, position = cell_of(problem)
    place = "'" + sheet.replace("'", "''") + f"'!{column_letters(position)}{row}"
    return f'<hyperlink ref="A{number}" location={quoteattr(place)} display={quoteattr(problem.cell)}/>'
