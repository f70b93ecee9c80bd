"""How is one text per row put together for a whole chunk?  Rows in which the same cells are filled go in one step.

A template is texts and column names in turn, beginning and ending with a text: `('{"utid":"', "utid", '"}')`. Joining
column after column, with every row's empty cells skipped, took ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.large_string()
Template = Sequence[str]
# Fewer alike rows than this are put together one by one: a step has its price.
ALIKE = 32
_BITS = 60


class LineTemplate:
    """Columns of JSON-escaped text, with the rows sorted by which of their cells are filled."""

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        filled = {name: column for name, column in columns.items() if column.null_count < len(column)}
        self._rows = max(map(len, columns.values()), default=0)
        self._there = {
            name: pc.is_valid(c).to_numpy(zero_copy_only=False) for name, c in filled.items() if c.null_count
        }
        self._first, kinds, self._counts = _kinds(list(self._there.values()), self._rows)
        rare = self._counts < ALIKE
        order = np.argsort(np.where(rare[kinds], len(rare), kinds), kind="stable")
        self._common = [int(kind) for kind in np.flatnonzero(~rare)]
        self._place = np.empty(self._rows, np.int64)
        self._place[order] = np.arange(self._rows)
        alone = len(rare) == 1
        self._columns = {n: escaped(c if alone else c.take(pa.array(order))) for n, c in filled.items()}

    def texts(self, template_of: Callable[[tuple[str, ...]], Template]) -> pa.Array:
        """A text per row; `template_of` is asked for the template of rows in which just these columns are filled."""
        parts, done = [], 0
        for kind in self._common:
            rows, names = int(self._counts[kind]), self._names(int(self._first[kind]))
            columns = {name: self._columns[name].slice(done, rows) for name in names}
            parts.append(_alike(template_of(names), columns, rows))
            done += rows
        parts.append(pa.array(self._one_by_one(done, template_of), TEXT))
        return parts[0] if len(self._counts) == 1 and done else pa.concat_arrays(parts).take(pa.array(self._place))

    def _names(self, row: int) -> tuple[str, ...]:
        return tuple(name for name in self._columns if name not in self._there or self._there[name][row])

    def _one_by_one(self, start: int, template_of: Callable[[tuple[str, ...]], Template]) -> Iterator[str]:
        columns = [column.slice(start).to_pylist() for column in self._columns.values()]
        known: dict[tuple[str, ...], Template] = {}
        for cells in zip(*columns, strict=True):
            row = {name: cell for name, cell in zip(self._columns, cells, strict=True) if cell is not None}
            names = tuple(row)
            if names not in known:
                known[names] = template_of(names)
            yield "".join(row[part] if number % 2 else part for number, part in enumerate(known[names]))


def escaped(column: pa.Array) -> pa.Array:
    """The text between the quotation marks of a JSON string: only `"`, `\\` and control characters are escaped."""
    if not _is_odd(column):
        return column
    odd = pc.fill_null(pc.match_substring_regex(column, '["\\\\\\x00-\\x1f]'), False)
    changed = [orjson.dumps(text)[1:-1].decode() for text in column.filter(odd).to_pylist()]
    return pc.replace_with_mask(column, odd, pa.array(changed, TEXT))


def _alike(template: Template, columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    if not columns:
        return pa.array(["".join(template)] * rows, TEXT)
    parts = [columns[part] if number % 2 else pa.scalar(part, TEXT) for number, part in enumerate(template)]
    return pc.binary_join_element_wise(*parts, pa.scalar("", TEXT))


def _is_odd(column: pa.Array) -> bool:
    """Whether any cell may need escaping: told by all bytes at once."""
    offsets, data = column.buffers()[1:3]
    if data is None or not len(column):
        return False
    places = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    content = np.frombuffer(data, np.uint8)[places[0] : places[-1]]
    text = content.tobytes()
    return bool(len(content)) and (bool(content.min() < 0x20) or b'"' in text or b"\\" in text)


def _kinds(masks: Sequence[Any], rows: int) -> tuple[Any, Any, Any]:
    """(first row of each kind, kind of each row, rows of each kind)."""
    code = np.zeros(rows, np.int64)
    for number, mask in enumerate(masks, 1):
        code = code * 2 + mask
        if number % _BITS == 0:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    _, first, kinds, counts = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    return first, kinds, counts
