"""What is said of rejected rows?  Their entries wait in a temporary file, so that half a million cost little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Problem
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.row_entry import RowEntry
from campaign_runner.model.scratch_file import scratch_file

TEXT = pa.large_string()
# What differs from entry to entry; `units` -1 and `currency` "" where the amount cannot be read.
SCHEMA = pa.schema([
    ("row", pa.int64()), ("reason", TEXT), ("remedy", TEXT), ("units", pa.int64()), ("currency", TEXT),
])  # fmt: skip
Sums = Mapping[str, tuple[int, int]]


class RejectedChunk(NamedTuple):
    """The entries of some rejected rows, as `SCHEMA`, and per currency how many there are and what they are worth."""

    entries: Any
    sums: Sums


def refused(
    problems: Iterable[Problem], worth: Mapping[int, int], currencies: Mapping[int, str], currency: str
) -> RejectedChunk:
    """The entries of the rows of these problems, all problems of a row among them; `worth` in units of those that can
    be read, `currencies` of those that are not in `currency`."""
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.severity == "error":
            by_row.setdefault(problem.row, []).append(problem)
    units = [worth.get(row, -1) for row in by_row]
    paid_in = [currencies.get(row, currency) if worth.get(row, -1) >= 0 else "" for row in by_row]
    reasons = [" ".join([problem.complaint for problem in of_row]) for of_row in by_row.values()]
    remedies = [_remedies(of_row) for of_row in by_row.values()]
    columns = zip(([*by_row], reasons, remedies, units, paid_in), SCHEMA.types, strict=True)
    entries = pa.record_batch([pa.array(cells, kind) for cells, kind in columns], schema=SCHEMA)
    return RejectedChunk(entries, _added({}, zip(paid_in, ((1, each) for each in units), strict=True)))


def _remedies(problems: list[Problem]) -> str:
    """What to do about all problems of a row; where there are several, each under the header of its cells."""
    if len(problems) == 1:
        return problems[0].remedy
    headers: dict[str, list[str]] = {}
    for problem in problems:
        names = headers.setdefault(problem.remedy, [])
        if problem.column and problem.column.header not in names:
            names.append(problem.column.header)
    return " ".join(f"{', '.join(names)}: {remedy}" if names else remedy for remedy, names in headers.items())


@dataclass
class RejectedRows:
    """The entries of all rejected rows, on disk, in the order in which they came; `sums` as in `RejectedChunk`."""

    sums: Sums = field(default_factory=dict)
    _file: IO[bytes] = field(init=False)
    _parts: list[tuple[int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file = scratch_file(self)

    def add(self, chunk: RejectedChunk) -> None:
        """Keep some entries."""
        self.sums = _added(self.sums, chunk.sums.items())
        if len(chunk.entries):
            rows = chunk.entries["row"].to_numpy()
            place = self._file.seek(0, 2)
            size = self._file.write(chunk.entries.serialize())
            self._parts.append((int(rows.min()), int(rows.max()), place, size))

    def __iter__(self) -> Iterator[RowEntry]:
        for *_, place, size in self._parts:
            columns = (column.to_pylist() for column in self._read(place, size).columns)
            for row, reason, remedy, units, currency in zip(*columns, strict=True):
                yield RowEntry(row, RowStatus.REJECTED, None, "", reason, remedy, units, currency)

    def between(self, first: int, last: int) -> Any:
        """The entries of rows `first`..`last`, as a table of `SCHEMA`."""
        parts = [self._read(place, size) for low, high, place, size in self._parts if low <= last and high >= first]
        table = pa.Table.from_batches(parts, SCHEMA)
        return table.filter(pc.and_(pc.greater_equal(table["row"], first), pc.less_equal(table["row"], last)))

    def _read(self, place: int, size: int) -> Any:
        self._file.seek(place)
        return pa.ipc.read_record_batch(pa.py_buffer(self._file.read(size)), SCHEMA)


def _added(sums: Sums, more: Iterable[tuple[str, tuple[int, int]]]) -> Sums:
    """Both together; what cannot be read is counted, and its worth stays -1."""
    sums_now = dict(sums)
    for currency, (rows, units) in more:
        count, total = sums_now.get(currency, (0, 0))
        sums_now[currency] = count + rows, total + units if currency else -1
    return sums_now
