"""How does a file read whose failures were corrected in reports of it?  As a whole: each row as it was corrected last.

A person corrects `failures.xlsx` and runs it. Its rows say which rows of the first file they are; here they take the
place of those, with what became of them, so that the reports go on to tell of everybody. Rows that somebody added stand
behind the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from campaign_runner.ledger import Ledger, row_status
from campaign_runner.model import CellNames, Column, RawTable, StatedRows
from campaign_runner.model.lifecycle import NEEDS_ACTION
from campaign_runner.model.row_entry import STATED
from campaign_runner.reconciliation.frames import states_frame

CHANGES_SHOWN = 3
_STATUS, _REASON, _REMEDY, _REFERENCE, _UNITS, _CURRENCY = (
    STATED.index(name) for name in ("status", "reason", "remedy", "reference", "units", "currency")
)
Stated = tuple[Any, ...]


@dataclass(frozen=True)
class Repair:
    """A report of failures that was corrected and run; `rows`: its rows -> rows of the file (0: somebody added it)."""

    upload: int
    name: str
    table: RawTable
    rows: Mapping[int, int]


@dataclass
class Whole:
    """A file with its repairs, the oldest first."""

    ledger: Ledger
    campaign: int
    upload: int
    columns: Sequence[Column]
    repairs: Sequence[Repair]
    _now: dict[int, tuple[Repair, Stated]] = field(default_factory=dict)
    _before: dict[int, Stated] = field(default_factory=dict)
    added: list[tuple[Repair, Stated]] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.ledger.read() as connection:
            known: dict[str, tuple[Repair, Stated]] = {}
            for repair in self.repairs:
                known = {name: one for name, one in known.items() if one[1][_STATUS] not in NEEDS_ACTION}
                for stated in row_status.stated_of(connection, repair.upload, repair.rows):
                    place = repair.rows[stated[0]]
                    if place:
                        self._now[place] = (repair, stated)
                    else:
                        known[stated[_REFERENCE] or f"{repair.upload} {stated[0]}"] = (repair, stated)
            self._before = {stated[0]: stated for stated in row_status.stated_of(connection, self.upload, self._now)}
            theirs = row_status.rows_by_line(
                connection, self.upload, (one[_REFERENCE] for _, one in self._now.values())
            )
        # A row that was held back as the same as another one is not sent because that one was.
        self._now = {row: one for row, one in self._now.items()
                     if row in self._before and theirs.get(one[1][_REFERENCE], row) == row}  # fmt: skip
        there = {stated[_REFERENCE] for _, stated in self._now.values()}
        self.added = [one for name, one in known.items() if name not in there]

    def tally(self, of_file: Sequence[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
        """The tally of the file (`ledger.rows.tally`) with its rows as they were corrected."""
        sums: Counter[tuple[str, str, bool]] = Counter()
        units: Counter[tuple[str, str, bool]] = Counter()
        changes = [(stated, -1) for row, stated in self._before.items() if row in self._now]
        changes += [(stated, 1) for _, stated in (*self._now.values(), *self.added)]
        each = [(*one, 1) for one in of_file]
        each += [(stated[_STATUS], stated[_CURRENCY] if stated[_UNITS] >= 0 else "", 1, stated[_UNITS], sign)
                 for stated, sign in changes]  # fmt: skip
        for status, currency, number, worth, sign in each:
            kind = (str(status), str(currency), worth >= 0)
            sums[kind] += sign * number
            units[kind] += sign * worth if worth >= 0 else 0
        return [(status, currency, number, units[status, currency, read] if read else -1)
                for (status, currency, read), number in sums.items() if number]  # fmt: skip

    def strays(self, of_file: Mapping[str, int]) -> dict[str, int]:
        """Lines that no row has (`ledger.rows.lines_elsewhere`): those of repairs have one, those they replaced none."""
        counts = Counter(of_file)
        now = {stated[_REFERENCE] for _, stated in (*self._now.values(), *self.added)}
        with self.ledger.read() as connection:
            elsewhere = row_status.statuses_elsewhere(connection, self.campaign, self.upload, now)
            gone = {one[_REFERENCE] for row, one in self._before.items() if row in self._now} - now
            replaced = row_status.statuses_of(connection, self.campaign, gone)
        counts.subtract(Counter(elsewhere.values()))
        counts.update(Counter(replaced.values()))
        return {status: number for status, number in counts.items() if number > 0}

    def rows_of(self) -> dict[str, int]:
        """Which row of the file has a line, by reference."""
        return {stated[_REFERENCE]: row for row, (_, stated) in self._now.items() if stated[_REFERENCE]}

    def stated(self, of_file: Iterator[StatedRows]) -> Iterator[StatedRows]:
        """The rows of the file, corrected ones as they were corrected; then those that somebody added."""
        cells = {repair.upload: _cells(repair, self.columns) for repair in self.repairs}
        for rows in of_file:
            mine = [row for row in rows.cells.index if row in self._now]
            yield self._corrected(rows, mine, cells) if mine else rows
        for repair in self.repairs:
            few = [stated for one, stated in self.added if one is repair]
            if few:
                index = pd.Index([stated[0] for stated in few])
                shown = cells[repair.upload].reindex(index).fillna("")
                yield StatedRows(shown, states_frame(few, index), sheet=repair.name)

    def _corrected(self, rows: StatedRows, mine: Sequence[int], cells: Mapping[int, Any]) -> StatedRows:
        shown: Any = rows.cells.copy()
        states: Any = rows.states.copy()
        names = {repair.upload: CellNames(repair.table.columns, self.columns) for repair in self.repairs}
        for row in mine:
            repair, stated = self._now[row]
            theirs = cells[repair.upload].loc[stated[0]]
            texts = [names[repair.upload].moved(str(stated[at]), row) for at in (_REASON, _REMEDY)]
            reason = _told(repair, stated[0], texts[0], self._changes(shown.loc[row], theirs))
            for position in theirs.index.intersection(shown.columns):
                shown.at[row, position] = theirs[position]
            values = (row, *stated[1:_REASON], reason, texts[1], *stated[_REMEDY + 1 :])
            frame = states_frame([values], pd.Index([row]))
            for name in states.columns:
                states.at[row, name] = frame.at[row, name]
        return replace(rows, cells=shown, states=states)

    def _changes(self, before: Any, after: Any) -> list[str]:
        changes = []
        for column in self.columns:
            if column.position in after.index and before[column.position] != after[column.position]:
                was = f'was "{before[column.position]}"' if before[column.position] else "was empty"
                changes.append(f"{column.header} {was}")
        return changes


def _told(repair: Repair, row: int, reason: str, changes: Sequence[str]) -> str:
    """`Corrected in failures.xlsx, row 2: E-mail was "bo@@example.com".`, before what became of it."""
    if not changes:
        return reason
    more = [f"{len(changes) - CHANGES_SHOWN} more changes"] if len(changes) > CHANGES_SHOWN else []
    what = ", ".join([*changes[:CHANGES_SHOWN], *more])
    return f"Corrected in {repair.name}, row {row}: {what}. {reason}".strip()


def _cells(repair: Repair, columns: Sequence[Column]) -> Any:
    """The cells of a repair by the positions of the file's columns: they have the same headers."""
    places = {column.header: column.position for column in columns}
    parts = [raw.cells for raw in repair.table.chunks()]
    here = {column.position: places[column.header] for column in repair.table.columns if column.header in places}
    every: Any = pd.concat(parts) if parts else pd.DataFrame()
    return every[[position for position in every.columns if position in here]].rename(columns=here)
