"""How do corrected cells get into a file?  A job writes them into a copy in the file's own format, and reads them back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions, read
from campaign_runner.intake import headers
from campaign_runner.intake.file_kinds import kind_of
from campaign_runner.intake.text.rewriting import rewrite
from campaign_runner.intake.whole_sheet import whole_sheet
from campaign_runner.ledger.cell_corrections import CellCorrection
from campaign_runner.model import RawTable
from campaign_runner.model.errors import FileUnusable
from campaign_runner.reporting.excel.replace_cells import write_corrected, write_same_cells

Wanted = Mapping[int, Mapping[int, str]]


@contextmanager
def corrected(
    reading: ReadOptions, runtime: Runtime, corrections: Mapping[int, CellCorrection]
) -> Iterator[tuple[ReadOptions, dict[int, str]]]:
    """The file with these corrections (by their numbers) while this lasts, and what the cells were before.

    Raises FileUnusable for a cell that is not there, or cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        table = read(reading, runtime.settings, runtime.rule_book)
        places = {number: (one.row, _position(table, one)) for number, one in corrections.items()}
        wanted: dict[int, dict[int, str]] = {}
        for number, (row, position) in places.items():
            wanted.setdefault(row, {})[position] = corrections[number].after
        before = _cells(table, wanted)
        made = _written(reading, runtime, table, wanted, Path(folder))
        now = _cells(read(made, runtime.settings, runtime.rule_book), wanted)
        for (row, position), text in ((at, wanted[at[0]][at[1]]) for at in places.values()):
            if now.get((row, position), "").strip() != text.strip():
                raise FileUnusable(f"Row {row} of {reading.path.name} could not be corrected. {_INSTEAD}")
        yield made, {number: before[place] for number, place in places.items()}


_INSTEAD = "Correct the cell in the file, and upload it again."


def _written(reading: ReadOptions, runtime: Runtime, table: RawTable, wanted: Wanted, folder: Path) -> ReadOptions:
    source, kind = reading.file, kind_of(reading.file)
    target = folder / reading.path.name
    book, columns = runtime.rule_book, runtime.settings.columns
    if kind == "text":
        rewrite(source, target, wanted, headers.spellings(book, columns))
    elif kind != "xlsx" or not write_corrected(source, target, table.sheet, wanted):
        target = folder / f"{reading.path.stem}.xlsx"
        sheet = whole_sheet(source, book, columns, table.sheet or None)
        write_same_cells(target, sheet.name, sheet.rows, wanted, hidden=sheet.hidden, struck=sheet.struck,
                         hidden_columns=sheet.hidden_columns)  # fmt: skip
    return replace(reading, path=target, copy=None)


def _position(table: RawTable, correction: CellCorrection) -> int:
    column = table.column_of(correction.field) or next(
        (column for column in table.columns if column.header == correction.field), None
    )
    if column is None:
        raise FileUnusable(f"{table.source} has no column {correction.field}. {_INSTEAD}")
    return column.position


def _cells(table: RawTable, wanted: Wanted) -> dict[tuple[int, int], str]:
    """What stands in these cells; raises FileUnusable for a row that is not there."""
    texts: dict[tuple[int, int], str] = {}
    rows = sorted(wanted)
    for chunk in table.chunks():
        part = chunk.cells[chunk.cells.index.isin(rows)]
        for row, values in zip(part.index.tolist(), part.to_dict("records"), strict=True):
            texts |= {(row, position): str(values[position]) for position in wanted[row]}
    if gone := [row for row in rows if not any((row, position) in texts for position in wanted[row])]:
        raise FileUnusable(f"{table.source} has no row {gone[0]} that could be corrected. {_INSTEAD}")
    return texts
