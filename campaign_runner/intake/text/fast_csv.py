"""How are a million regular CSV rows read in a second?  Arrow cuts whole columns of text; anything odd is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from campaign_runner.intake.grid import ROWS_PER_BLOCK, TEXT

# Arrow reads 32 of these ahead, whatever becomes of them: small ones, put together, keep memory flat.
_BYTES_AT_ONCE = 1 << 18


class IrregularError(Exception):
    """Not for arrow: a row with more or fewer cells, a blank line, a huge cell. Read on carefully."""


def columns(path: Path, start: int, delimiter: str, width: int) -> Iterator[list[Any]]:
    """The columns of a few thousand rows at a time, from byte `start`; raises IrregularError."""
    if path.stat().st_size <= start:
        return
    with pa.OSFile(str(path)) as file:
        file.seek(start)
        waiting: Any = None
        try:
            for batch in _reader(file, delimiter, width):
                if file.tell() >= path.stat().st_size and _is_left_open(path, batch, delimiter):
                    raise IrregularError
                waiting = pa.concat_tables([*([waiting] if waiting else []), pa.Table.from_batches([batch])])
                while waiting.num_rows >= ROWS_PER_BLOCK:
                    yield _checked(waiting.slice(0, ROWS_PER_BLOCK))
                    waiting = waiting.slice(ROWS_PER_BLOCK)
            if waiting:
                yield _checked(waiting)
        except pa.ArrowInvalid as error:
            raise IrregularError from error


def _reader(file: Any, delimiter: str, width: int) -> Any:
    names = [str(position) for position in range(width)]
    return pyarrow.csv.open_csv(
        file,
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=_BYTES_AT_ONCE, use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, TEXT), check_utf8=False, strings_can_be_null=False
        ),
    )


def _checked(rows: Any) -> list[Any]:
    arrays = [column.combine_chunks() for column in rows.columns]
    if any(_longest(array) > csv.field_size_limit() for array in arrays):
        raise IrregularError
    return arrays


def _is_left_open(path: Path, batch: Any, delimiter: str) -> bool:
    """Whether the file ends inside quotation marks, which arrow does not mind: its end is then `,"` and the cell."""
    if not batch.num_rows:
        return False
    cell = b'"' + batch.columns[-1][-1].as_py().encode("utf-8", "surrogatepass").replace(b'"', b'""')
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - len(cell) - 1))
        end = file.read()
    return end.endswith(cell) and (len(end) == len(cell) or end[:1] in (delimiter.encode(), b"\n", b"\r"))


def _longest(array: Any) -> int:
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return int(np.diff(offsets).max(initial=0))
