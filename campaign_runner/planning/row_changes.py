"""What changed between two lists of rows?  Rows that are the same are passed over; the rest is paired by what names it.

Nothing depends on the order of the rows but how equal ones are paired.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

ADDED, CHANGED, REMOVED = "added", "changed", "removed"


class ComparedRow(NamedTuple):
    """A row by its number, what names it ("" = nothing does), its cells by field or header, and of a line its reference."""

    row: int
    key: str
    values: Mapping[str, str]
    reference: str = ""


class RowChange(NamedTuple):
    """`before` is missing of an added row, `after` of a removed one; `fields` are those that differ."""

    kind: str
    before: ComparedRow | None
    after: ComparedRow | None
    fields: tuple[str, ...] = ()

    @property
    def row(self) -> int:
        """Its number now, or the one that it had."""
        known = self.after or self.before
        return known.row if known else 0


def row_changes(before: Sequence[ComparedRow], now: Sequence[ComparedRow]) -> list[RowChange]:
    """Changed and added rows in their order, then those that are gone."""
    older, newer = _without(before, now), _without(now, before)
    waiting: defaultdict[str, list[ComparedRow]] = defaultdict(list)
    for row in older:
        waiting[row.key].append(row)
    changes = []
    for row in newer:
        twin = waiting[row.key].pop(0) if row.key and waiting.get(row.key) else None
        kind = CHANGED if twin else ADDED
        changes.append(RowChange(kind, twin, row, _differing(twin.values, row.values) if twin else ()))
    gone = sorted((row for rows in waiting.values() for row in rows), key=lambda row: row.row)
    return [*sorted(changes, key=lambda change: change.row), *(RowChange(REMOVED, row, None) for row in gone)]


def _without(rows: Iterable[ComparedRow], others: Iterable[ComparedRow]) -> list[ComparedRow]:
    """The rows of which the others have no equal left."""
    there = Counter(map(_content, others))
    left = []
    for row in rows:
        if there[_content(row)]:
            there[_content(row)] -= 1
        else:
            left.append(row)
    return left


def _content(row: ComparedRow) -> Hashable:
    return row.key, tuple(sorted(row.values.items()))


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    names = [*now, *(name for name in before if name not in now)]
    return tuple(name for name in names if before.get(name, "") != now.get(name, ""))
