"""How are the rows of a long upload told in the file's order, when the ledger has its lines in another?

By looking each row up, that takes as long as everything else together: neighbours in the file stand far apart in the
ledger. So the ledger is read once from beginning to end, and its rows are laid by their numbers into a temporary file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from campaign_runner.model.row_entry import STATED
from campaign_runner.model.scratch_file import scratch_file
from campaign_runner.model.stated_columns import columns_of

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
        found, starts = np.unique(kinds[order], return_index=True)
        batch = batch.take(pa.array(order))
        for kind, start, end in zip(found.tolist(), starts, [*starts[1:], len(order)], strict=True):
            writer.write_batch(batch.slice(start, end - start))
            self._places.setdefault(kind, []).append(self._written)
            self._written += 1
