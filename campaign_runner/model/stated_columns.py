"""How do rows of the ledger become columns of a table?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyarrow import csv

Found = Sequence[tuple[object, ...]]

NUMBERS = frozenset({"quantity", "face_units", "attempt", "units", "row"})


def columns_of(source: Found | str, names: Sequence[str]) -> dict[str, Any]:
    """Tuples, or for many rows CSV as `ledger.textrows` writes it, as arrow columns."""
    kinds = {name: pa.int64() if name in NUMBERS else pa.large_string() for name in names}
    if isinstance(source, str):
        return _parsed(source, kinds)
    cells = zip(*source, strict=True) if source else ((),) * len(names)
    return {name: pa.array(column, kinds[name]) for name, column in zip(names, cells, strict=True)}


def _parsed(text: str, kinds: dict[str, Any]) -> dict[str, Any]:
    """CSV as arrow columns: "" in quotes is an empty text, without them no text at all."""
    data = text.encode()
    table = csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(column_names=list(kinds), block_size=len(data) + 1, use_threads=False),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=True,
                           quoted_strings_can_be_null=False, check_utf8=False),
    )  # fmt: skip
    return {name: table[name].combine_chunks() for name in kinds}


def nothing_of(name: str) -> int | str:
    return -1 if name in NUMBERS else ""
