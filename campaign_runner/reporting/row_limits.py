"""Which reports cannot be written as a workbook, because a sheet cannot hold this many rows?"""

from __future__ import annotations

from campaign_runner.model import Books
from campaign_runner.model.lifecycle import NEEDS_ACTION

EXCEL_ROWS = 1_048_576


def fits(rows: int) -> bool:
    """Whether this many rows and a header fit on one sheet."""
    return rows < EXCEL_ROWS


def notes(books: Books) -> list[str]:
    """How the file was read, and which workbooks are missing for their length."""
    lengths = {"results": books.total_rows, "failures": sum(books.rows.get(status, 0) for status in NEEDS_ACTION)}
    missing = [
        f"{name}.xlsx is not written: a sheet holds {EXCEL_ROWS:,} rows at most. Use {name}.csv."
        for name, rows in lengths.items()
        if not fits(rows)
    ]
    return [*books.notes, *missing]
