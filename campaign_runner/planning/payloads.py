"""What does Tango get for a row?  The JSON of its line item, built for a whole chunk at once in arrow.

The text is canonical: fields sorted by name, no white space, non-ASCII as it is, only `"`, `\\` and control
characters escaped. Amounts keep their very digits (a JSON number that never was a float).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NUMBERS = frozenset({"amount", "quantity"})

# The reference page's other form of the bulk shipping object (setting tango.bulk_shipping).
BULK_SHIPPING = {
    "shipping.companyName": "bulkShipping.companyName",
    "shipping.contactEmail": "bulkShipping.contactEmail",
    "shipping.contactPhoneNumber": "bulkShipping.contactMobileNumber",
}

Tree = dict[str, Any]


def payloads(fields: pd.DataFrame, bulk_shipping: str = "shipping") -> pa.Array:
    """One JSON object a row (large_string), without its reference; empty cells and empty objects are left out."""
    names = wire_names(fields, bulk_shipping)
    tree: Tree = {}
    for name in sorted(names):
        *path, leaf = name.split(".")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[leaf] = literals(names[name], number=name in NUMBERS)
    return _object(tree, len(fields))


def wire_names(fields: pd.DataFrame, bulk_shipping: str) -> dict[str, pa.Array]:
    """Tango's dotted name -> its column; the place for the second form of the bulk shipping object."""
    columns = {str(name): as_text(fields[name]) for name in fields.columns}
    if bulk_shipping == "shipping":
        return columns
    renamed = {}
    for name, column in columns.items():
        if name == "shipping.contactName":
            names = pc.split_pattern_regex(column, r"\s+", max_splits=1)
            renamed["bulkShipping.contactFirstName"] = pc.list_element(names, 0)
            last = pc.replace_substring_regex(column, r"^\S+\s*", "")
            renamed["bulkShipping.contactLastName"] = pc.if_else(pc.equal(last, ""), None, last)
        else:
            renamed[BULK_SHIPPING.get(name, name.replace("shipping.", "bulkShipping.", 1))] = column
    return renamed


def literals(column: pa.Array, *, number: bool = False) -> pa.Array:
    """Text -> JSON literals; null stays null."""
    if number:
        return column
    if pc.any(pc.match_substring_regex(column, '["\\\\\\x00-\\x1f]')).as_py():
        texts = [None if text is None else orjson.dumps(text).decode() for text in column.to_pylist()]
        return pa.array(texts, pa.large_string())
    return joined('"', column, '"')


def joined(*parts: pa.Array | str, separator: str = "", skip_nulls: bool = False) -> pa.Array:
    """The parts of each row put together; a null makes the row null, or is passed over with `skip_nulls`."""
    texts = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in (*parts, separator)]
    return pc.binary_join_element_wise(*texts, null_handling="skip" if skip_nulls else "emit_null")


def as_text(series: pd.Series[Any]) -> pa.Array:
    """A text column as one arrow array (large_string)."""
    array = pa.Array.from_pandas(series)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.large_string())


def _object(tree: Mapping[str, Any], rows: int) -> pa.Array:
    members = []
    for key in sorted(tree):
        node = tree[key]
        value = _object(node, rows) if isinstance(node, dict) else node
        empty = pc.equal(value, "{}") if isinstance(node, dict) else None
        value = pc.if_else(empty, None, value) if empty is not None else value
        members.append(joined(f'"{key}":', value))
    if not members:
        return pa.array(["{}"] * rows, pa.large_string())
    # A row in which every member is null would be dropped by the join: give it one empty member.
    bare = reduce(pc.and_, (pc.is_null(member) for member in members))
    members[0] = pc.if_else(bare, "", members[0])
    return joined("{", joined(*members, separator=",", skip_nulls=True), "}")
