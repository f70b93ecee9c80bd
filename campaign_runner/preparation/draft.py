"""What would become of every row, if the plan were carried out?  A draft answers before anything is written down.

Rejected rows wait in a temporary file, so that half a million of them cost little memory.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import IO, Any

import orjson
import pandas as pd

from campaign_runner.ledger.plans import Entry
from campaign_runner.lifecycle import NEEDS_ACTION, RowStatus
from campaign_runner.model import Hold, Problem, RawTable
from campaign_runner.planning import Plan
from campaign_runner.planning.plan import line_references
from campaign_runner.reporting import ProblemTally

Stated = tuple[Any, ...]
NO_LINES = pd.DataFrame(columns=["row", "status", "units", "currency", "hi", "lo"])


@dataclass
class Rejected:
    """The entries of rejected rows, on disk, in the order in which they came; `currencies` of rows that are not in
    `currency`."""

    currency: str
    currencies: dict[int, str] = field(default_factory=dict)
    _file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _places: list[tuple[int, int]] = field(default_factory=list)
    _size: int = 0

    def add(self, problems: Iterable[Problem], worth: Mapping[int, int]) -> None:
        """Keep the rows of these problems; all problems of a row come in one call."""
        by_row: dict[int, list[Problem]] = {}
        for problem in problems:
            if problem.severity == "error":
                by_row.setdefault(problem.row, []).append(problem)
        for row, found in by_row.items():
            reason = " ".join(problem.complaint for problem in found)
            remedy = " ".join(dict.fromkeys(problem.remedy for problem in found))
            units = worth.get(row, -1)
            currency = self.currencies.get(row, self.currency) if units >= 0 else ""
            self._write(Entry(row, RowStatus.REJECTED, None, "", reason, remedy, units, currency))

    def __iter__(self) -> Iterator[Entry]:
        self._file.seek(0)
        return (Entry(*orjson.loads(line)) for line in self._file)

    def between(self, first: int, last: int) -> Iterator[Entry]:
        """The entries of rows `first`..`last`."""
        self._places.sort()
        low, high = bisect_left(self._places, (first, 0)), bisect_right(self._places, (last, self._size))
        for _, place in self._places[low:high]:
            self._file.seek(place)
            yield Entry(*orjson.loads(self._file.readline()))

    def _write(self, entry: Entry) -> None:
        self._places.append((entry.row, self._size))
        self._file.seek(self._size)
        self._size += self._file.write(orjson.dumps(tuple(entry)) + b"\n")


@dataclass
class Draft:
    """A file, checked and planned. `rows` counts the non-blank ones, `problems` holds the first of them;
    `statuses` tells the status of lines that the ledger knows, by their number there; `told` is what was noted besides
    how the file was read."""

    table: RawTable
    plan: Plan
    rows: int
    tally: ProblemTally
    problems: list[Problem]
    rejected: Rejected
    statuses: Mapping[int, str]
    fingerprint: str
    sha256: str
    told: tuple[str, ...] = ()

    def telling(self, *notes: str) -> Draft:
        """The same draft with more to say about it."""
        return replace(self, table=noted(self.table, notes), told=(*self.told, *notes))

    def entries(self) -> Iterator[Entry]:
        """Every row that brings no new line: rejected, held, or known to the ledger already."""
        yield from map(_held, self.plan.holds)
        known = self.plan.known
        if len(known):
            pairs = zip(known["row"].tolist(), known["line_id"].tolist(), strict=True)
            yield from (Entry(row, "known", line) for row, line in pairs)
        yield from self.rejected

    def counts(self) -> list[tuple[str, str, int, int]]:
        """(status, currency, rows, units) of what a run would find first, as the ledger gives it afterwards."""
        found = [
            (entry.status, entry.currency, 1, entry.units) for entry in (*map(_held, self.plan.holds), *self.rejected)
        ]
        new, known = self.plan.new, self._known
        found += [(RowStatus.UNSENT, *sums) for sums in _sums(new)]
        for status in known["status"].unique():
            found += [(str(status), *sums) for sums in _sums(known[known["status"] == status])]
        return found

    def unwell(self, first: int, last: int) -> list[Stated]:
        """Which of the rows `first`..`last` need a person, as `ledger.rows.STATED` tuples."""
        holds = (_held(hold) for hold in self.plan.holds if first <= hold.row <= last)
        stated = [
            (e.row, e.status, e.reason, e.remedy, e.reference, "", "", "", e.units, e.currency)
            for e in (*holds, *self.rejected.between(first, last))
        ]
        known = self._known
        some = known[known["row"].between(first, last) & known["status"].isin(NEEDS_ACTION)]
        columns = (some[name].tolist() for name in ("row", "status", "units", "currency"))
        names = line_references(self.plan.order, some)
        stated += [(row, status, "", "", name, "", "", "", units, currency)
                   for row, status, units, currency, name in zip(*columns, names, strict=True)]  # fmt: skip
        return stated

    @cached_property
    def _known(self) -> pd.DataFrame:
        """The rows whose line Tango has already, with status and worth."""
        known = self.plan.known
        if known.empty:
            return NO_LINES
        units = known["quantity"].astype("int64") * known["face_units"]
        return known.assign(status=known["line_id"].map(self.statuses), units=units)


def noted(table: RawTable, notes: Iterable[str]) -> RawTable:
    """The same table with more to say about it."""
    return replace(table, notes=(*table.notes, *notes))


def _sums(lines: pd.DataFrame) -> Iterator[tuple[str, int, int]]:
    """(currency, lines, units) per currency."""
    if len(lines):
        units = lines["quantity"].astype("int64") * lines["face_units"]
        for currency, some in units.groupby(lines["currency"], observed=True):
            yield str(currency), len(some), int(some.sum())


def _held(hold: Hold) -> Entry:
    return Entry(hold.row, RowStatus.HELD, None, hold.reference, hold.reason, hold.remedy, hold.units, hold.currency)
