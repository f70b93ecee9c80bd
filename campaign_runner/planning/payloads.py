"""What does Tango get for a row?  The JSON of its line item, built for a whole chunk at once (see `filled`).

The text is canonical: fields sorted by name, no white space, non-ASCII as it is, only `"`, `\\` and control
characters escaped. Amounts keep their very digits (a JSON number that never was a float).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.planning.line_template import TEXT, LineTemplate

NUMBERS = frozenset({"amount", "quantity"})

# The reference page's other form of the bulk shipping object (setting tango.bulk_shipping).
BULK_SHIPPING = {
    "shipping.companyName": "bulkShipping.companyName",
    "shipping.contactEmail": "bulkShipping.contactEmail",
    "shipping.contactPhoneNumber": "bulkShipping.contactMobileNumber",
}

Tree = dict[str, Any]


def payloads(rows: LineTemplate) -> pa.Array:
    """One JSON object a row (large_string), without its reference; empty cells and empty objects are left out.

    `rows` are columns by Tango's dotted names (see `wire_names`).
    """
    return rows.texts(template)


def template(names: Iterable[str]) -> list[str]:
    """The JSON object of these names, as `filled.Template`."""
    tree: Tree = {}
    for name in names:
        *path, leaf = name.split(".")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[leaf] = name
    parts = [""]
    _object(tree, parts)
    return parts


def wire_names(columns: Mapping[str, pa.Array], bulk_shipping: str) -> Mapping[str, pa.Array]:
    """Tango's dotted name -> its column; the place for the second form of the bulk shipping object."""
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


def joined(*parts: pa.Array | str, separator: str = "", skip_nulls: bool = False) -> pa.Array:
    """The parts of each row put together; a null makes the row null, or is passed over with `skip_nulls`."""
    first = [""] if skip_nulls else []  # arrow leaves out a row of nulls alone, whole, where it passes over nulls
    texts = [pa.scalar(part, TEXT) if isinstance(part, str) else part for part in (*first, *parts, separator)]
    if not skip_nulls:
        return pc.binary_join_element_wise(*texts)
    return pc.utf8_slice_codeunits(pc.binary_join_element_wise(*texts, null_handling="skip"), len(separator))


def as_text(series: pd.Series[Any]) -> pa.Array:
    """A text column as one arrow array (large_string)."""
    array = pa.Array.from_pandas(series)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.large_string())


def each(texts: pa.Array) -> Iterator[memoryview]:
    """The UTF-8 of each text, without a copy."""
    offsets, data = texts.buffers()[1:3]
    places = memoryview(offsets).cast("q")[texts.offset : texts.offset + len(texts) + 1].tolist()
    content = memoryview(data) if data is not None else memoryview(b"")
    return (content[start:end] for start, end in pairwise(places))


def _object(tree: Tree, parts: list[str]) -> None:
    for number, key in enumerate(sorted(tree)):
        parts[-1] += f'{"," if number else "{"}"{key}":'
        node = tree[key]
        if isinstance(node, dict):
            _object(node, parts)
        else:
            mark = "" if node in NUMBERS else '"'
            parts[-1] += mark
            parts += [node, mark]
    parts[-1] += "}" if tree else "{}"
