"""Which lines of a plan are kept, so that people can page through them and a later plan is held against them?

In parts of some hundred lines: what each is worth and what names it, with the very payloads; nothing is parsed here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import pandas as pd

from campaign_runner.model.money import from_units, text
from campaign_runner.planning.plan import Plan, line_references
from campaign_runner.planning.trial_order import METHOD

# Of a longer plan, the first this many: a file lists all of them.
MOST, AT_ONCE = 100_000, 500
# What of a line says how the reward looks; who gets it and how many is said anew.
_LOOKS = ("utid", "etid", "emailSubject", "message")


def kept_lines(plan: Plan, *, sent: bool, keyed: bool) -> Iterator[bytes]:
    """JSON of `{"columns": {name: [...]}, "payloads": [...]}` for the lines to be sent, or those `sent` already, in the
    order of their rows. A line is named by its key (`keyed`), else by its recipient."""
    lines = plan.known if sent else plan.new
    if lines.empty:
        return
    lines = lines.sort_values("row", kind="stable").head(MOST)
    for start in range(0, len(lines), AT_ONCE):
        part = lines.iloc[start : start + AT_ONCE]
        columns = _columns(plan, part, keyed=keyed)
        yield b'{"columns":' + orjson.dumps(columns) + b',"payloads":[' + b",".join(plan.payloads(part)) + b"]}"


def smallest_reward(plan: Plan) -> dict[str, Any] | None:
    """The reward of the smallest amount that the plan sends by e-mail; None where there is none."""
    lines = plan.new[plan.new["method"] == METHOD] if len(plan.new) else plan.new
    if lines.empty:
        return None
    line = lines[lines["face_units"] == lines["face_units"].min()].sort_values("row").head(1)
    payload = orjson.loads(plan.payloads(line)[0])
    looks = {name: payload[name] for name in _LOOKS if name in payload}
    return {"looks": looks, "units": int(line["face_units"].iloc[0]), "currency": str(line["currency"].iloc[0])}


def compared(part: bytes) -> Iterator[ComparedRow]:
    """The lines of a part as they are held against those of another plan: every field by its dotted name."""
    read = orjson.loads(part)
    columns = (read["columns"][name] for name in ("row", "key", "reference", "face_units", "currency"))
    for row, key, reference, units, currency, payload in zip(*columns, read["payloads"], strict=True):
        values = {**dict(_flat(payload)), "amount": text(from_units(units)), "currency": currency}
        yield ComparedRow(row, key, values, reference)


def _flat(payload: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in payload.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def _columns(plan: Plan, part: pd.DataFrame, *, keyed: bool) -> dict[str, list[object]]:
    references = list(line_references(plan.order, part))
    pair = part[["person_hi", "person_lo"]].to_numpy(np.uint64).tolist()
    people = [f"{high:016x}{low:016x}" if high or low else "" for high, low in pair]
    plain = {
        name: part[name].astype(object).tolist() for name in ("row", "utid", "quantity", "face_units", "currency")
    }
    return {**plain, "reference": references, "key": references if keyed else people}


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
