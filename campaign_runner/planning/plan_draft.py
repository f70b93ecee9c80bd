"""What would become of every row, if the plan were carried out?  A draft answers before anything is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import HELD, Hold, Problem, RawTable
from campaign_runner.model.lifecycle import NEEDS_ACTION, RowStatus
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.model.row_entry import STATED, RowEntry
from campaign_runner.model.stated_columns import columns_of
from campaign_runner.planning import Plan
from campaign_runner.planning.plan import line_references
from campaign_runner.planning.rejected_rows import RejectedRows
from campaign_runner.planning.standing import DROPPED

Stated = tuple[Any, ...]
NO_LINES = pd.DataFrame(columns=["row", "status", "units", "currency", "hi", "lo"])


class CorrectedRow(NamedTuple):
    """The line of a row that breaks a rule here, and was corrected and placed from elsewhere."""

    line_id: int
    reference: str
    status: str
    units: int
    currency: str
    reason: str


@dataclass
class PlanDraft:
    """A file, checked and planned. `rows` counts the non-blank ones, `problems` holds the first of them;
    `statuses` tells the status of lines that the ledger knows, by their number there; `notes` is what was noted besides
    how the file was read; `about`: the upload that this file is a report about (0: it is none), `path` is the file,
    `corrected` the rejected rows that were corrected and placed from elsewhere; `names_rewards`: cells for a
    UTID hold words, such as a reward's name."""

    table: RawTable
    plan: Plan
    rows: int
    tally: ProblemTally
    problems: list[Problem]
    rejected: RejectedRows
    statuses: Mapping[int, str]
    fingerprint: str
    sha256: str
    seen: Sequence[pd.DataFrame] = ()
    notes: tuple[str, ...] = ()
    about: int = 0
    path: Path = Path()
    corrected: Mapping[int, CorrectedRow] = field(default_factory=dict)
    names_rewards: bool = False

    def telling(self, *notes: str) -> PlanDraft:
        """The same draft with more to say about it."""
        return replace(self, table=noted(self.table, notes), notes=(*self.notes, *notes))

    def with_corrected(self, rows: Mapping[int, CorrectedRow]) -> PlanDraft:
        """The same draft, in which these rejected rows were corrected and placed from elsewhere."""
        draft = replace(self, corrected=rows, problems=[one for one in self.problems if one.row not in rows])
        draft.tally = self.tally.without([problem for problem in self.problems if problem.row in rows])
        return draft

    def marks(self) -> list[Problem]:
        """What the user's own workbook is marked with: the problems, and the held rows."""
        held = (
            Problem(hold.row, None, f"{HELD}{hold.rule}", "", hold.reason, hold.remedy, "warning")
            for hold in self.plan.waiting
        )
        return sorted([*self.problems, *held], key=lambda problem: problem.row)

    def remembered(self) -> pd.DataFrame:
        """What `Knowledge.remember` said of all rows; no columns where it said nothing."""
        return pd.concat(self.seen, ignore_index=True) if self.seen else pd.DataFrame()

    def entries(self) -> Iterator[RowEntry]:
        """Every row that brings no new line: rejected, held, or known to the ledger already."""
        yield from map(_held, self.plan.holds)
        known = self.plan.known
        if len(known):
            pairs = zip(known["row"].tolist(), known["line_id"].tolist(), strict=True)
            yield from (RowEntry(row, "known", line) for row, line in pairs)
        for entry in self.rejected:
            there = self.corrected.get(entry.row)
            yield RowEntry(entry.row, "known", there.line_id, reason=there.reason) if there else entry

    def counts(self) -> list[tuple[str, str, int, int]]:
        """(status, currency, rows, units) of what a run would find first, as the ledger gives it afterwards."""
        held = map(_held, self.plan.holds)
        sums_of = [(entry.status, entry.currency, 1, entry.units) for entry in held]
        sums_of += [(RowStatus.REJECTED, currency, *sums) for currency, sums in self._still_rejected().items()]
        sums_of += [(line.status, line.currency, 1, line.units) for line in self.corrected.values()]
        new, known = self.plan.new, self._known
        sums_of += [(RowStatus.UNSENT, *sums) for sums in _sums(new)]
        for status in known["status"].unique():
            sums_of += [(str(status), *sums) for sums in _sums(known[known["status"] == status])]
        return sums_of

    def unwell(self, first: int, last: int) -> dict[str, Any]:
        """Which of the rows `first`..`last` need a person, as columns of `ledger.rows.STATED`."""
        holds = (_held(hold) for hold in self.plan.holds if first <= hold.row <= last)
        few: list[Stated] = [
            (e.row, e.status, e.reason, e.remedy, e.reference, "", "", "", e.units, e.currency) for e in holds
        ]
        known = self._known
        chosen = known[known["row"].between(first, last) & known["status"].isin(NEEDS_ACTION)]
        columns = (chosen[name].tolist() for name in ("row", "status", "units", "currency"))
        names = line_references(self.plan.order, chosen)
        few += [(row, status, "", "", name, "", "", "", units, currency)
                for row, status, units, currency, name in zip(*columns, names, strict=True)]  # fmt: skip
        rejected = self.rejected.between(first, last)
        if self.corrected:
            mine = pa.array(sorted(self.corrected), pa.int64())
            rejected = rejected.filter(pc.invert(pc.is_in(rejected["row"], mine)))
        return {name: _column(name, cells, rejected) for name, cells in columns_of(few, STATED).items()}

    def _still_rejected(self) -> Mapping[str, tuple[int, int]]:
        """Per currency, how many rejected rows there are and what they are worth (-1 where that cannot be read)."""
        sums = dict(self.rejected.sums)
        for entry in self.rejected if self.corrected else ():
            if entry.row in self.corrected:
                number, units = sums[entry.currency]
                sums[entry.currency] = (number - 1, units - entry.units if entry.currency else -1)
        return {currency: each for currency, each in sums.items() if each[0]}

    @cached_property
    def _known(self) -> pd.DataFrame:
        """The rows whose line Tango has already, with status and worth."""
        known = self.plan.known
        if known.empty:
            return NO_LINES
        units = known["quantity"].astype("int64") * known["face_units"]
        return known.assign(status=known["line_id"].map(self.statuses), units=units)


def _column(name: str, cells: Any, rejected: Any) -> Any:
    """What is said of some rows, and of rejected ones."""
    if name in rejected.column_names:
        return pa.concat_arrays([cells, *rejected[name].chunks])
    constant = str(RowStatus.REJECTED) if name == "status" else ""
    return pa.concat_arrays([cells, pa.repeat(pa.scalar(constant, cells.type), len(rejected))])


def noted(table: RawTable, notes: Iterable[str]) -> RawTable:
    """The same table with more to say about it."""
    return replace(table, notes=(*table.notes, *notes))


def _sums(lines: pd.DataFrame) -> Iterator[tuple[str, int, int]]:
    """(currency, lines, units) per currency."""
    if len(lines):
        units = lines["quantity"].astype("int64") * lines["face_units"]
        for currency, group in units.groupby(lines["currency"], observed=True):
            yield str(currency), len(group), int(group.sum())


def _held(hold: Hold) -> RowEntry:
    status = RowStatus.CANCELLED if hold.rule == DROPPED else RowStatus.HELD
    return RowEntry(
        hold.row, status, None, hold.reference, hold.reason, hold.remedy, hold.units, hold.currency, hold.rule, hold.line
    )  # fmt: skip
