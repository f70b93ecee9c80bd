"""THE STORY of intake: which file, which sheet, where the header, which column is which field, which rows count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from campaign_runner.intake import headers, report_roundtrip, totals_rows
from campaign_runner.intake.counted_rows import Rows
from campaign_runner.intake.file_grid import open_grid
from campaign_runner.intake.grid import Defect, Grid, Row
from campaign_runner.intake.totals_rows import number
from campaign_runner.intake.totals_words import label
from campaign_runner.model import Column, RawTable, RuleBook
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.spreadsheet import HIDDEN_ROW, STRUCK_ROW

_WANTED = "Add one row per reward below a header row (campaign-runner template makes an empty file to fill in)."


def read(
    path: Path,
    book: RuleBook,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    hidden: HiddenRows = HiddenRows.HOLD,
) -> RawTable:
    """Read one sheet of a spreadsheet as text.

    `columns`: the user's own "[columns]", header -> field. `hidden`: what becomes of rows that the user does not see:
    `hold` (marked), `include` or `skip`. Raises FileUnusable and SettingsError.
    """
    mapping = columns or {}
    known = headers.spellings(book, mapping)
    grid = open_grid(path, sheet, known)
    source = f'{path.name}, sheet "{grid.sheet}"' if grid.sheet else path.name
    if not grid.head:
        raise FileUnusable(f"{source} is empty. {grid.elsewhere() or _WANTED}")
    header = _header_row(source, grid, known)
    report = report_roundtrip.recognised(header[1], [row for row in grid.head if row[0] > header[0]])
    header_columns = headers.match(source, header[1], known, mapping, report.added)
    rows = Rows(grid, header, header_columns, report)
    rows.drop_empty_columns()
    notes = [
        *grid.notes,
        *_about(header, grid, rows.columns, report.name),
        *headers.remarks(rows.columns, known, mapping),
    ]
    notes += [*_leave_out(rows, book), *_treat_hidden(rows, hidden), *_hold_struck(rows), *grid.about_cells()]
    if not rows.are_there():
        what = "no rows below it"
        if rows.left_out:
            what = "no rows below it are left: they are examples, totals or hidden"
        raise FileUnusable(f"{source} has a header in row {header[0]}, but {what}. {_WANTED}")
    return RawTable(
        path.name, grid.sheet, header[0], rows.columns, rows.chunks, tuple(notes), rows.totals.declared, report.name,
        tuple(rows.totals.mismatches), unread=() if report.name else grid.unread,
        head=(tuple(header[1]), *(tuple(cells) for number, cells in grid.head if number > header[0])),
    )  # fmt: skip


def _header_row(source: str, grid: Grid, known: headers.Spellings) -> Row:
    """The header; where there is none, the refusal names another sheet that has one."""
    try:
        return headers.header_row(source, grid.head, known)
    except FileUnusable as error:
        if other := grid.elsewhere():
            raise FileUnusable(f"{error} {other}") from None
        raise


def _about(header: Row, grid: Grid, columns: tuple[Column, ...], report: str) -> Iterator[str]:
    above = [number for number, _ in grid.head if number < header[0]]
    if dict(grid.head).get(header[0]) != header[1]:
        yield f"The header is in rows {above.pop()} and {header[0]}, read together."
    elif above:
        yield f"The header is in row {header[0]}; what is above it ({_listed(above)}) is not data."
    if report:
        yield f"This is a {report} report, uploaded again: its added columns are ignored."
    hidden = [f'{column.letter} ("{column.header}")' for column in columns if column.position in grid.hidden_columns]
    if hidden:
        many = len(hidden) > 1
        yield f"Column{'s' * many} {', '.join(hidden)} {'are' if many else 'is'} hidden, and read like the others."


def _leave_out(rows: Rows, book: RuleBook) -> Iterator[str]:
    """Find the rows that are not rewards."""
    examples = skipped_examples(rows.first(), rows.columns, book)
    rows.left_out |= set(examples)
    if examples:
        what = "an example" if len(examples) == 1 else "examples"
        yield f"{_listed(examples).capitalize()}: {what} of the template, skipped."
    candidates = rows.candidates()
    totals = (
        totals_rows.find(candidates, rows.columns, rows.amounts(), candidates[-1][0])
        if candidates
        else totals_rows.Totals()
    )
    rows.left_out |= {*totals.rows, *totals.remarks}
    rows.totals = totals
    rows.defects = {row: _doubtful(row, dict(candidates)[row], rows.columns) for row in totals.doubtful}
    if totals.rows:
        yield f"{_listed(totals.rows).capitalize()} {_are(totals.rows)} treated as totals and skipped."
    if totals.remarks:
        yield f"{_listed(totals.remarks).capitalize()} below the totals: a remark, skipped."


def _doubtful(row: int, cells: Sequence[str], columns: Sequence[Column]) -> Defect:
    """A row that may be a total or a reward: a person decides."""
    texts = [c.position for c in columns if c.position < len(cells) and totals_rows.number(cells[c.position]) is None]
    position = next((at for at in texts if label(cells[at])), next(at for at in texts if cells[at].strip()))
    why = "" if label(cells[position]) else " its amount is the sum of the rows above, and"
    what = f"may be the label of a totals row:{why or ' this row'} {'it ' * bool(why)}has no contact of its own."
    remedy = "Delete the row if it is a total. If it is a reward, type the recipient's first and last name."
    return Defect(row, position, "row:total", cells[position].strip(), what, remedy)


def _treat_hidden(rows: Rows, choice: HiddenRows) -> Iterator[str]:
    """Hold, include or skip the rows that the user does not see."""
    there = rows.looking_so(rows.grid.hidden, HIDDEN_ROW)
    if not there:
        return
    what = f"{_listed(there).capitalize()} {'is' if len(there) == 1 else 'are'} hidden or filtered out"
    if choice == HiddenRows.SKIP:
        rows.left_out |= set(there)
        yield f"{what}, and skipped."
    elif choice == HiddenRows.HOLD:
        rows.hidden = frozenset(there)
        yield f"{what}: held for a decision (--hidden include, or --hidden skip)."
    else:
        yield f"{what}, and read like the others."


def _hold_struck(rows: Rows) -> Iterator[str]:
    """To a person, a row that is struck through is deleted; one cell may be enough to say so."""
    if there := rows.looking_so(rows.grid.struck, STRUCK_ROW):
        rows.struck = frozenset(there)
        one = len(there) == 1
        yield (
            f"{_listed(there).capitalize()} {'is' if one else 'are'} struck through, or {'has' if one else 'have'} a cell "
            "that is: held for a decision."
        )


def _listed(numbers: list[int]) -> str:
    """`row 5`, `rows 5, 6 and 9`, `rows 5, 6, 7 … (120 rows)`."""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if len(numbers) > 10:
        return f"rows {', '.join(map(str, numbers[:5]))} … ({len(numbers):,} rows)"
    return f"rows {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _are(numbers: list[int]) -> str:
    return "was" if len(numbers) == 1 else "were"


def skipped_examples(rows: Sequence[Row], columns: Sequence[Column], book: RuleBook) -> list[int]:
    """Row numbers of the template's example rows: every filled cell is the example's."""
    wanted = [dict(method.example) for method in book.methods.values() if method.example]
    stated = ((number, _stated(cells, columns)) for number, cells in rows)
    return [number for number, row in stated if any(_is_example(row, example) for example in wanted)]


def _stated(cells: Sequence[str], columns: Sequence[Column]) -> dict[str, str]:
    return {c.field or c.header: cells[c.position].strip() for c in columns if c.position < len(cells)}


def _is_example(stated: Mapping[str, str], example: Mapping[str, Any]) -> bool:
    filled = {name: cell for name, cell in stated.items() if cell}
    expected = {name: str(value) for name, value in example.items() if name in stated and str(value)}
    marked = "lineItemNote" in filled or not example.get("lineItemNote")  # a real row may look like an example
    return marked and len(filled) > 2 and filled.keys() == expected.keys() and all(
        _same(cell, expected[name]) for name, cell in filled.items()
    )  # fmt: skip


def _same(cell: str, example: str) -> bool:
    return cell == example or (number(cell) is not None and number(cell) == number(example))
