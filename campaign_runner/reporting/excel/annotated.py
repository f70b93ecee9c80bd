"""How does the user see the problems in the workbook itself?  A copy of it, faulty cells filled and commented.

The copy is the user's own file part by part: formulas with their results, charts, pictures and other sheets are carried
over as they are (macros too, where the copy is called .xlsm). Only what the marks need is added: cell formats, comments,
and a first sheet "Problems" with links. So the copy can be repaired in place and submitted again; marks of an earlier
copy go where a cell is fixed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from campaign_runner.model import Problem
from campaign_runner.model.errors import FileUnusable
from campaign_runner.reporting.atomic import replacing
from campaign_runner.reporting.excel.cell_marks import Marks, MarkStyles, mark_cells
from campaign_runner.reporting.excel.cell_notes import add_notes
from campaign_runner.reporting.excel.package import Package
from campaign_runner.reporting.excel.problem_sheet import OUR_TAB, problem_sheet

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
