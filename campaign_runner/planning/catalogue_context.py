"""What is known of the rewards from outside of the file, and how does it join the judging of rows?

Nothing of it is needed: without a catalogue the rule book alone decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from campaign_runner.model import Checked, Problem, RawRows, RawTable
from campaign_runner.model.money import parse, to_units

Judge = Callable[[pd.DataFrame, RawTable], Sequence[Problem]]
_UTID = "^[uU][0-9]{1,9}$"


def _nothing(_: pd.DataFrame) -> None:
    return None


@dataclass(frozen=True)
class CatalogueContext:
    """`judges` say what is wrong with valid rows; `currencies` by utid; `names`: utid by a reward's plain name;
    `remember`: what of valid rows is told of the whole file (see `Draft.remembered`). All of them keep nothing."""

    judges: Sequence[Judge] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    remember: Callable[[pd.DataFrame], pd.DataFrame | None] = _nothing

    def with_utids(self, rows: RawRows, table: RawTable) -> RawRows:
        """The same rows, with the utid where a cell has the name of a reward."""
        column = table.column_of("utid")
        if not self.names or column is None:
            return rows
        cells = rows.cells[column.position]
        named = ~cells.str.fullmatch(_UTID) & (cells != "")
        if not named.any():
            return rows
        found = {text: self.names.get(" ".join(text.casefold().split()), text) for text in cells[named].unique()}
        replaced = cells.where(~named, cells.map(found)).astype(cells.dtype)
        frame = rows.cells.copy(deep=False)
        frame[column.position] = replaced
        return replace(rows, cells=frame)

    def currencies_of(self, worth: Mapping[int, int], rows: RawRows, table: RawTable) -> Mapping[int, str]:
        """The currency of each rejected row whose reward states one."""
        column = table.column_of("utid")
        if not worth or not self.currencies or column is None:
            return {}
        utids = rows.cells.loc[list(worth), column.position].str.strip().str.upper()
        known = utids.map(self.currencies).dropna()
        return dict(zip(known.index.tolist(), known.tolist(), strict=True))


def judged(checked: Checked, table: RawTable, judges: Sequence[Judge]) -> Checked:
    """What judges find joins the other problems. A catalogue changes from day to day as the calendar does: rows that
    were sent while they were right keep their status (`Checked.stale`)."""
    fields = checked.clean.fields
    found = [problem for judge in judges for problem in judge(fields, table)] if len(fields) else []
    if not found:
        return checked
    problems = [replace(problem, calendar=True) for problem in sorted(found, key=lambda problem: problem.row)]
    bad = list(dict.fromkeys(problem.row for problem in problems if problem.severity == "error"))
    suspects = fields.loc[bad]
    quantities = suspects["quantity"].fillna("1").tolist() if "quantity" in suspects else ["1"] * len(bad)
    worth = {row: to_units(parse(str(amount))) * int(number)
             for row, amount, number in zip(bad, suspects["amount"], quantities, strict=True)}  # fmt: skip
    return replace(
        checked,
        problems=(*checked.problems, *problems),
        stale=checked.stale | set(bad),
        worth={**checked.worth, **worth},
    )
