"""What does this plan come to, in people's words?  Facts over whole columns; nothing is read, asked or kept here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

import numpy as np
import orjson
import pandas as pd

from campaign_runner.model.contact import recipient_text
from campaign_runner.model.history import AskedLine
from campaign_runner.model.money import from_units
from campaign_runner.model.plan_facts import LINES_SHOWN, REWARD, Held, PlanFacts, PlannedLine, PlanPart, Share
from campaign_runner.planning import Plan
from campaign_runner.planning.line_builder import halves
from campaign_runner.planning.plan import line_references, totals
from campaign_runner.planning.plan_draft import PlanDraft

LARGEST, HELD_SHOWN, PROBLEMS_SHOWN = 10, 100, 100
_KEY = ["hi", "lo"]
_WHOLE = [*_KEY, "content_hi"]
_TABLES = (("method", "method"), (REWARD, "utid"))


@dataclass(frozen=True)
class PreviousUpload:
    """What was there before this plan: the lines of the campaign's last file, and everybody ever rewarded."""

    source: str = ""
    at: str = ""
    lines: Sequence[AskedLine] = ()
    people: Sequence[bytes] = ()


@dataclass(frozen=True)
class Setting:
    """What a plan depends on besides the file: named in its identity. `catalogue` = "" while none was consulted;
    `names` of rewards by utid are for people alone."""

    environment: str
    rules: str
    catalogue: str = ""
    groups: Sequence[str] = field(default=())
    names: Mapping[str, str] = field(default_factory=dict)


def identity(draft: PlanDraft, setting: Setting) -> str:
    """The plan's name: SHA-256 over file, settings, rules, catalogue and the references of all lines it stands for.

    Lines that were sent already count with those still to be sent: so a run that was interrupted half-way goes on
    under the same name, and whatever else would be sent gives another. The order of the rows does not matter.
    """
    order = draft.plan.order
    digest = sha256(orjson.dumps(["1", setting.environment, order.customer, order.account, *_named(draft, setting)]))
    pairs = [frame[_KEY].to_numpy(np.uint64) for frame in (draft.plan.new, draft.plan.known) if len(frame)]
    lines = np.concatenate(pairs) if pairs else np.empty((0, 2), np.uint64)
    digest.update(lines[np.lexsort((lines[:, 1], lines[:, 0]))].astype(">u8").tobytes())
    return digest.hexdigest()


def preview(draft: PlanDraft, setting: Setting, before: PreviousUpload) -> PlanFacts:
    """The facts of a plan."""
    plan, table = draft.plan, draft.table
    named = dict(zip(("file_sha256", "settings", "rules", "catalogue"), _named(draft, setting), strict=True))
    fresh = _first_time(plan.new, before.people)
    errors, warnings = (
        [each for each in draft.problems if (each.severity == "error") is wrong] for wrong in (True, False)
    )
    return PlanFacts(
        identity(draft, setting), named, plan.order, setting.environment, table.source, table.sheet, draft.rows,
        len(plan.waiting), draft.rows - len(plan.holds) - len(plan.new) - len(plan.known), _share(plan.new),
        plan.batch_count, plan.canary, dict(_tables(plan.new, setting.groups)),
        tuple(_largest(plan, setting.names)), _share(fresh),
        len(fresh.drop_duplicates(["person_hi", "person_lo"])) if len(fresh) else 0, (before.source, before.at),
        _changes(plan, before), {utid: name for utid, name in setting.names.items() if utid in plan.utids()},
        notes=draft.table.notes, listed=tuple(islice(every_line(plan, setting.names), LINES_SHOWN)),
        held_rows=tuple(_held_rows(plan)), problems=tuple(sorted(errors[:PROBLEMS_SHOWN], key=lambda problem: problem.row)),
        warnings=tuple(warnings[:PROBLEMS_SHOWN]), problem_count=draft.tally.total, warning_count=draft.tally.warnings,
        dropped=len(plan.holds) - len(plan.waiting),
    )  # fmt: skip


def _named(draft: PlanDraft, setting: Setting) -> tuple[str, str, str, str]:
    return draft.sha256, draft.fingerprint, setting.rules, setting.catalogue


def _share(lines: pd.DataFrame) -> Share:
    return Share(len(lines), totals(lines), int(lines["quantity"].sum()) if len(lines) else 0)


def _tables(new: pd.DataFrame, groups: Sequence[str]) -> Iterator[tuple[str, tuple[PlanPart, ...]]]:
    for title, column in (*_TABLES, *((header, f"group {number}") for number, header in enumerate(groups))):
        yield title, tuple(_parts(new, column))


def _parts(new: pd.DataFrame, column: str) -> Iterator[PlanPart]:
    """The largest first."""
    if new.empty:
        return
    rewards = new["quantity"].to_numpy(np.int64)
    labels, currencies = (pd.factorize(new[name]) for name in (column, "currency"))
    groups, of = np.unique(labels[0] * len(currencies[1]) + currencies[0], return_inverse=True)
    sums = np.zeros((len(groups), 3), np.int64)
    np.add.at(sums, of, np.column_stack([np.ones_like(rewards), rewards, rewards * new["face_units"].to_numpy()]))
    parts = [
        PlanPart(str(labels[1][group // len(currencies[1])]), str(currencies[1][group % len(currencies[1])]),
                 lines, number, from_units(units))
        for group, (lines, number, units) in zip(groups.tolist(), sums.tolist(), strict=True)
    ]  # fmt: skip
    yield from sorted(parts, key=lambda part: (-part.total, part.label, part.currency))


def every_line(plan: Plan, names: Mapping[str, str]) -> Iterator[PlannedLine]:
    """All lines that would be sent, in the order of their rows."""
    if not plan.new.empty:
        yield from _lines(plan, plan.new.sort_values("row", kind="stable"), names)


def _largest(plan: Plan, names: Mapping[str, str]) -> Iterator[PlannedLine]:
    if plan.new.empty:
        return
    units = plan.new["quantity"].astype(np.int64) * plan.new["face_units"]
    top = plan.new.assign(units=units).sort_values(["units", "row"], ascending=[False, True]).head(LARGEST)
    yield from _lines(plan, top, names)


def _lines(plan: Plan, rows: pd.DataFrame, names: Mapping[str, str]) -> Iterator[PlannedLine]:
    columns = ("row", "method", "utid", "quantity", "face_units", "currency", "offset", "length")
    for start in range(0, len(rows), LINES_SHOWN):
        part = rows.iloc[start : start + LINES_SHOWN]
        values = (part[name].tolist() for name in columns)
        references = line_references(plan.order, part)
        for row, method, utid, quantity, units, currency, offset, length, name in zip(
            *values, references, strict=True
        ):
            payload = orjson.loads(plan.payload(int(offset), int(length)))
            yield PlannedLine(
                int(row), recipient_text(payload), str(method), str(utid), int(quantity), _money(units),
                _money(int(quantity) * int(units)), str(currency), name, names.get(str(utid), ""),
            )  # fmt: skip


def _held_rows(plan: Plan) -> Iterator[Held]:
    few = plan.waiting[:HELD_SHOWN]
    people = {
        row: recipient_text(orjson.loads(payload)) for row, payload, _ in plan.kept_back([hold.row for hold in few])
    }
    for hold in few:
        yield Held(hold.row, people.get(hold.row, ""), hold.reason, hold.remedy)


def _first_time(new: pd.DataFrame, people: Sequence[bytes]) -> pd.DataFrame:
    """The lines of people whom this ledger has never rewarded; lines that name nobody are not among them."""
    if new.empty:
        return new
    pair = ["person_hi", "person_lo"]
    named = new[(new["person_hi"] != 0) | (new["person_lo"] != 0)]
    if not people:
        return named
    known = pd.DataFrame(dict(zip(pair, halves(people), strict=True)))
    return named[~_is_in(named, known, pair)]


def _changes(plan: Plan, before: PreviousUpload) -> dict[str, Share]:
    """Every line of this file or the last one, by what became of it in between."""
    if not before.lines:
        nothing = _share(plan.new.iloc[:0])
        return {"added": _share(plan.new), "changed": nothing, "removed": nothing, "still_to_send": nothing,
                "already_sent": _share(plan.known)}  # fmt: skip
    last = _asked(before.lines)
    there, same = _is_in(plan.new, last, _KEY), _is_in(plan.new, last, _WHOLE)
    file = plan.file
    here = pd.concat([frame[_KEY] for frame in (file, plan.new, plan.known) if len(frame)] or [last[_KEY]])
    file = file.drop_duplicates(_KEY) if len(file) else file
    return {
        "added": _share(plan.new[~there]),
        "changed": _share(file[_is_in(file, last, _KEY) & ~_is_in(file, last, _WHOLE)]),
        "removed": _share(last[~_is_in(last, here, _KEY)] if len(here) else last),
        "still_to_send": _share(plan.new[same]),
        "already_sent": _share(plan.known),
    }


def _asked(lines: Sequence[AskedLine]) -> pd.DataFrame:
    frame = pd.DataFrame([line[2:] for line in lines], columns=["quantity", "face_units", "currency"])
    frame["hi"], frame["lo"] = halves([line.identity for line in lines])
    frame["content_hi"], _ = halves([line.content for line in lines])
    return frame.drop_duplicates(_KEY)


def _is_in(lines: pd.DataFrame, others: pd.DataFrame, by: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which lines are among the others?"""
    if lines.empty or others.empty:
        return np.zeros(len(lines), bool)
    merged = lines[by].merge(others[by].drop_duplicates(), on=by, how="left", indicator=True)
    return merged["_merge"].eq("both").to_numpy(bool)


def _money(units: Any) -> Decimal:
    return from_units(int(units))
