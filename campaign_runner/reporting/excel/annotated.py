"""How does the user see the problems in the workbook itself?  A copy of it, faulty cells filled and commented.

The copy is the user's own file part by part: formulas with their results, charts, pictures and other sheets are carried
over as they are (macros too, where the copy is called .xlsm). Only what the marks need is added: cell formats, comments,
and a first sheet "Problems" with links. So the copy can be repaired in place and submitted again; marks of an earlier
copy go where a cell is fixed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from campaign_runner.model import Problem
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.model.wording import count
from campaign_runner.reporting.atomic import replacing
from campaign_runner.reporting.excel.cell_marks import Marks, MarkStyles, cell_of, mark_cells
from campaign_runner.reporting.excel.cell_notes import add_notes
from campaign_runner.reporting.excel.package import Package, xml_text
from campaign_runner.reporting.excel.sheet_xml import LONGEST_CELL

MAX_PROBLEMS = 10_000
_SHEET_NAMES = ("Problems", "Problems found", "Problems (2)", "Problems (3)")
_FAST = 1
DAMAGED = (BadZipFile, ParseError, zlib.error, EOFError, LookupError, ValueError, NotImplementedError)


def write_annotated(
    source: Path, target: Path, problems: Iterable[Problem], sheet: str,
    sign: Callable[[Path, str], None] = lambda *_: None,
) -> Path:  # fmt: skip
    """Write `target`: the workbook `source` with the problems of one sheet marked; whole or not at all.

    The first MAX_PROBLEMS are marked and listed, and the sheet "Problems" says so if there are more. Raises
    FileUnusable where `source` is no .xlsx or .xlsm, StateError where `target` cannot be written.
    """
    marks = Marks.of(problems, MAX_PROBLEMS)
    try:
        with ZipFile(source) as archive:
            package = Package(archive)
            part = package.sheets()[sheet]
            if target.suffix != ".xlsm":
                package.leave_out_macros()  # Excel does not open a workbook with macros under another name
            _mark(package, part, sheet, marks)
            with replacing(target, sign) as draft, ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=_FAST) as copy:
                package.write(copy)
    except DAMAGED as error:
        raise FileUnusable(f"{source.name}: its cells cannot be marked ({error}). Use the failures report.") from None
    return target


def _mark(package: Package, part: str, sheet: str, marks: Marks) -> None:
    styles = MarkStyles(package.text(package.styles_part()))
    notes = add_notes(package, part, marks)
    package.stream(part, lambda pieces: mark_cells(pieces, marks, styles, notes))
    package.finally_replace(package.styles_part(), styles.text)
    _add_problem_sheet(package, sheet, marks)


def _add_problem_sheet(package: Package, sheet: str, marks: Marks) -> None:
    """In front of the others; the one of an earlier copy is replaced."""
    names = list(package.sheets())
    ours = package.sheets()[names[0]] if names[0] in _SHEET_NAMES and names[0] != sheet else ""
    content = problem_sheet(sheet, marks)
    if ours and OUR_TAB.encode() in package.beginning(ours):
        package.replace(ours, content)
    else:
        taken = {name.casefold() for name in names}
        package.add_first_sheet(next(name for name in _SHEET_NAMES if name.casefold() not in taken), content)
    package.select_first_sheet()


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
