"""Which lines of a plan are kept, so that people can page through them and a later plan is held against them?

In parts of some hundred lines: what each is worth and what names it, with the very payloads; nothing is parsed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import orjson
import pandas as pd

from campaign_runner.model.money import from_units, text
from campaign_runner.planning.plan import Plan, line_references
from campaign_runner.planning.row_changes import ComparedRow
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
