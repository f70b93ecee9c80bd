"""What does one chunk of a file come to?  It is judged and taken in without regard to any other, in any process. With
what is known of rewards from outside.

Whole-file questions (what is there twice, what comes too late, how many problems there are) wait until all parts are
put together in the order of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import pandas as pd

from campaign_runner import planning
from campaign_runner.model import Checked, CleanRows, Order, Problem, RawRows, RawTable
from campaign_runner.model.money import parse, to_units
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.planning.line_builder import BuiltLines
from campaign_runner.planning.rejected_rows import RejectedChunk, refused

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
        utids = {text: self.names.get(" ".join(text.casefold().split()), text) for text in cells[named].unique()}
        replaced = cells.where(~named, cells.map(utids)).astype(cells.dtype)
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
    raised = [problem for judge in judges for problem in judge(fields, table)] if len(fields) else []
    if not raised:
        return checked
    problems = [replace(problem, calendar=True) for problem in sorted(raised, key=lambda problem: problem.row)]
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


class Validator(Protocol):
    """What tells right rows from wrong ones (`validation.compile_rules`)."""

    def __call__(self, rows: RawRows, *, first: bool = True) -> Checked:
        """Judge a chunk; raises FileUnusable where all of the first chunk's rows lack a column that they need."""
        ...


_LIKE_UTID = re.compile(r"(?i)\W*(?:utid)?\W*[u\u00b5]?[\W\dOIl]*")


class Expired(NamedTuple):
    """A row that is too late, should it turn out that it was never sent."""

    problems: tuple[Problem, ...]
    units: int
    currency: str


class Chunk(NamedTuple):
    """Some rows of the file; `room` is how many more problems can be shown."""

    rows: RawRows
    first: bool
    room: int


@dataclass(frozen=True)
class ChunkResult:
    """A chunk, judged. `problems` are the first of them, all are in `tally`; `late` by row; `original_rows`: where the
    file is a report of ours, the rows that it is about; `names_rewards`: cells for a UTID hold a word."""

    rows: int
    collected: BuiltLines
    refused: RejectedChunk
    tally: ProblemTally
    problems: list[Problem]
    late: dict[int, Expired]
    remembered: pd.DataFrame | None = None
    original_rows: frozenset[int] = frozenset()
    names_rewards: bool = False


@dataclass(frozen=True)
class ChunkProcessor:
    """Makes parts of the chunks of one file."""

    table: RawTable
    validator: Validator
    collector: planning.LineBuilder
    catalogue: CatalogueContext
    order: Order
    currency: str

    def __call__(self, chunk: Chunk) -> ChunkResult:
        """Judge some rows; raises FileUnusable where all of the first chunk's rows lack a column that they need."""
        rows = self.catalogue.with_utids(chunk.rows, self.table)
        valid = _deliverable(self.validator(rows, first=chunk.first), self.table, self.order)
        checked = judged(valid, self.table, self.catalogue.judges)
        currencies = self.catalogue.currencies_of(checked.worth, rows, self.table)
        late = self._late(checked, currencies)
        problems = [problem for problem in checked.problems if not (problem.row in late and problem.calendar)]
        tally = tallied(problems)
        return ChunkResult(
            len(rows.cells), self.collector.collected(checked, rows.hidden, rows.struck),
            refused(problems, checked.worth, currencies, self.currency), tally, problems[: chunk.room], late,
            None if self.collector.dry else self.catalogue.remember(checked.clean.fields),
            frozenset(row for _, row in rows.original_rows.values()), any(map(_is_name, problems)),
        )  # fmt: skip

    def _late(self, checked: Checked, currencies: Mapping[int, str]) -> dict[int, Expired]:
        late: dict[int, list[Problem]] = {}
        for problem in checked.problems if checked.stale else ():
            if problem.calendar and problem.row in checked.stale:
                late.setdefault(problem.row, []).append(problem)
        return {
            row: Expired(tuple(problems), checked.worth.get(row, -1), currencies.get(row, self.currency))
            for row, problems in late.items()
        }


def tallied(problems: Iterable[Problem]) -> ProblemTally:
    """The problems, counted."""
    tally = ProblemTally()
    for problem in problems:
        tally.add(problem)
    return tally


def _is_name(problem: Problem) -> bool:
    """Whether a cell that should hold a UTID may hold the name of a reward: not just digits, nor a UTID mistyped."""
    return problem.rule == "utid:format" and not _LIKE_UTID.fullmatch(problem.value)


def _deliverable(checked: Checked, table: RawTable, order: Order) -> Checked:
    """What the endpoint cannot deliver is refused at its cell, like any other problem."""
    if order.endpoint != "orders" or checked.clean.fields.empty:
        return checked
    fields = checked.clean.fields
    impossible = planning.undeliverable(fields, order.single_form)
    problems = tuple(
        Problem(row, table.column_of(name), f"{name}:endpoint", str(fields.at[row, name]), what, remedy)
        for row, (name, what, remedy) in impossible.items()
    )
    worth = {row: to_units(parse(str(fields.at[row, "amount"]))) for row in impossible}
    stays = fields.index.difference(list(impossible))
    clean = CleanRows(fields.loc[stays], checked.clean.own.loc[stays])
    return replace(checked, clean=clean, problems=(*checked.problems, *problems), worth={**checked.worth, **worth})
