"""How are the rows behind some books read?  Page by page, from the file and the ledger, or from a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from campaign_runner.ledger import Ledger, corrections, row_status
from campaign_runner.model import BookPages, Column, Finding, RawTable, StatedRows
from campaign_runner.model.row_entry import STATED
from campaign_runner.model.scratch_file import scratch_file
from campaign_runner.model.stated_columns import Found, columns_of
from campaign_runner.reconciliation import findings
from campaign_runner.reconciliation.draft_pages import Between, file_rows
from campaign_runner.reconciliation.frames import corrections_frame, placed_frame
from campaign_runner.reconciliation.repairs import Whole

if TYPE_CHECKING:
    import pandas as pd

Earlier = Callable[[], Iterator[tuple[tuple[Column, ...], StatedRows]]]


@dataclass(frozen=True)
class LedgerPages(BookPages):
    """Of an upload in the ledger; `whole` tells its rows as they were corrected last, where some were."""

    ledger: Ledger
    campaign_key: int
    upload: int
    table: RawTable
    whole: Whole | None
    before: Earlier

    def lines_alone(self) -> LedgerPages:
        """The ledger is opened there again."""
        return replace(self, table=self.table.without_rows(), whole=None, before=_none)

    def stated(self) -> Iterator[StatedRows]:
        """Every row."""
        rows = stated_rows(self.ledger, self.upload, self.table)
        return self.whole.stated(rows) if self.whole else rows

    def earlier(self) -> Iterator[tuple[tuple[Column, ...], StatedRows]]:
        """From the ledger's own copies of those files."""
        return self.before()

    def placed(self) -> Iterator[pd.DataFrame]:
        """Lines of every upload of the campaign."""
        with self.ledger.read() as connection:
            yield from map(placed_frame, row_status.placed(connection, self.campaign_key))

    def corrections(self) -> Iterator[pd.DataFrame]:
        """With their rows in this upload."""
        with self.ledger.read() as connection:
            yield from map(corrections_frame, corrections.corrections(connection, self.campaign_key, self.upload))

    def settlements(self, zone: str = "") -> Iterator[pd.DataFrame]:
        """Of every upload of the campaign."""
        with self.ledger.read() as connection:
            yield from map(corrections_frame, corrections.settlements(connection, self.campaign_key, zone))

    def findings(self, first: str, after: str) -> tuple[Finding, ...]:
        """About money and corrections."""
        with self.ledger.read() as connection:
            return (
                *findings.money(connection, self.campaign_key, self.upload, (first, after)),
                *findings.corrections(connection, self.campaign_key, self.upload, (first, after)),
            )


def _none() -> Iterator[tuple[tuple[Column, ...], StatedRows]]:
    return iter(())


def stated_rows(ledger: Ledger, upload: int, table: RawTable) -> Iterator[StatedRows]:
    """The rows of any upload with what became of them."""
    return file_rows(table, _between(ledger, upload))


def _between(ledger: Ledger, upload: int) -> Between:
    """How an upload tells its rows from one number to another: a long one is laid out first."""

    def looked_up(first: int, last: int) -> Found:
        with ledger.read() as connection:
            return row_status.stated(connection, upload, first, last)

    with ledger.read() as connection:
        return (
            RowStates(row_status.all_stated(connection, upload)).between
            if row_status.is_long(connection, upload)
            else looked_up
        )


_ROWS = 1 << 14
_SMALL = pa.ipc.IpcWriteOptions(compression="lz4")


class RowStates:
    """The states of all rows of an upload, on disk, to be asked for by row number."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._file = scratch_file(self)
        self._places: dict[int, list[int]] = {}
        self._written = 0
        self._schema = pa.schema([(name, column.type) for name, column in columns_of([], STATED).items()])
        with pa.ipc.new_file(self._file, self._schema, options=_SMALL) as writer:
            for piece in pieces:
                self._lay(writer, pa.record_batch(columns_of(piece, STATED)))
        self._reader = pa.ipc.open_file(self._file)

    def between(self, first: int, last: int) -> dict[str, Any]:
        """The columns of `rows.STATED` for the rows `first`..`last` (and perhaps their neighbours)."""
        numbers = [n for kind in range(first // _ROWS, last // _ROWS + 1) for n in self._places.get(kind, [])]
        table = pa.Table.from_batches([self._reader.get_batch(number) for number in numbers], self._schema)
        return {name: table[name].combine_chunks() for name in self._schema.names}

    def _lay(self, writer: Any, batch: Any) -> None:
        kinds = batch["row"].to_numpy() // _ROWS
        order = np.argsort(kinds, kind="stable")
        values, starts = np.unique(kinds[order], return_index=True)
        batch = batch.take(pa.array(order))
        for kind, start, end in zip(values.tolist(), starts, [*starts[1:], len(order)], strict=True):
            writer.write_batch(batch.slice(start, end - start))
            self._places.setdefault(kind, []).append(self._written)
            self._written += 1
