"""Who gets what, for every line of a plan?  As columns of text, some thousand lines at once: a long list is read by arrow.

A line says the same as a `PlannedLine` of `plan_preview`, which a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from campaign_runner.model import money
from campaign_runner.planning.line_template import TEXT
from campaign_runner.planning.payloads import joined
from campaign_runner.planning.plan import Plan, line_references

AT_ONCE = 25_000
# Where a line names its person: the first of these that it has; the parts of the name, and how the person is reached.
PEOPLE = ("recipient", "shipping", "bulkShipping")
NAMES = ("firstName", "lastName", "contactName", "contactFirstName", "contactLastName")
WAYS = ("email", "mobileNumber", "contactEmail")
NUMBERS = ("contactPhoneNumber", "phoneNumber")
_PERSON = pa.struct([(name, pa.string()) for name in (*NAMES, *WAYS, *NUMBERS)])
_READ = pyarrow.json.ParseOptions(
    explicit_schema=pa.schema([(name, _PERSON) for name in PEOPLE]), unexpected_field_behavior="ignore"
)


def planned_columns(plan: Plan, names: Mapping[str, str]) -> Iterator[list[pa.Array]]:
    """All lines that would be sent, in the order of their rows: row, recipient, method, utid, reward, quantity, amount,
    total, currency, reference."""
    if plan.new.empty:
        return
    lines = plan.new.sort_values("row", kind="stable")
    for start in range(0, len(lines), AT_ONCE):
        yield _columns(plan, lines.iloc[start : start + AT_ONCE], names)


def _columns(plan: Plan, part: pd.DataFrame, names: Mapping[str, str]) -> list[pa.Array]:
    quantity, units = part["quantity"].to_numpy(np.int64), part["face_units"].to_numpy(np.int64)
    return [
        _each_once(part["row"], str), _recipients(plan.payloads(part)), _each_once(part["method"], str),
        _each_once(part["utid"], str), _each_once(part["utid"], lambda utid: names.get(str(utid), "")),
        _each_once(quantity, str), _each_once(units, _amount), _each_once(units * quantity, _amount),
        _each_once(part["currency"], str), pa.array(line_references(plan.order, part), TEXT),
    ]  # fmt: skip


def _each_once(values: Any, text: Callable[[Any], str]) -> pa.Array:
    """A column as text; what occurs often is written once."""
    codes, words = pd.factorize(values)
    return pa.array([text(word) for word in words], TEXT).take(pa.array(codes))


def _amount(units: int) -> str:
    return money.text(money.from_units(int(units)))


def _recipients(payloads: list[bytes]) -> pa.Array:
    """`Ana Silva, ana@example.com`; "" where a line names nobody."""
    named, ways = people(payloads)
    return joined(named, pc.coalesce(*ways[: len(WAYS)]), separator=", ", skip_nulls=True)


def people(payloads: list[bytes]) -> tuple[pa.Array, list[pa.Array]]:
    """The names, and the ways in which the persons are reached, each a column; null where there is none."""
    whole = b"\n".join(payloads)
    options = pyarrow.json.ReadOptions(use_threads=False, block_size=len(whole) + 1)
    table = pyarrow.json.read_json(pa.BufferReader(whole), read_options=options, parse_options=_READ)
    persons = [table[name].combine_chunks() for name in PEOPLE]
    parts = [_of_first(persons, name) for name in (*NAMES, *WAYS, *NUMBERS)]
    named = joined(*parts[: len(NAMES)], separator=" ", skip_nulls=True)
    return pc.if_else(pc.equal(named, ""), None, named), parts[len(NAMES) :]


def _of_first(people: list[pa.Array], name: str) -> pa.Array:
    """A field of the first person that a line names."""
    cells = pa.nulls(len(people[0]), TEXT)
    for person in reversed(people):
        cells = pc.if_else(pc.is_valid(person), pc.struct_field(person, name).cast(TEXT), cells)
    return cells
