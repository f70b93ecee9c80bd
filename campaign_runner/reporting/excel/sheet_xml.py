"""How do columns become the rows of a worksheet?  SpreadsheetML by arrow, whole columns at a time.

Writing cell by cell takes a minute for a million rows and more; a column of text is joined to its mark-up in one go.
Text is always a text cell, so nothing in it can be run; numbers are written with exactly the digits they have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.reporting.csv_file import raw_bytes

LONGEST_CELL = 32_767
_CANONICAL_NUMBER = r"^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,5}[1-9])?$"
_DAY_ZERO = pd.Timestamp("1899-12-30", tz="UTC")
_CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"]
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPES = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")]


class CellKind(StrEnum):
    """What a column's cells are: arrow strings that are text, plain numbers, ISO 8601 times in UTC, or either text
    or number (a number where the very same text comes back from it); an empty string is no cell."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the sheet: its title, what its cells are, and their number format; `wrap` breaks long texts."""

    title: str
    kind: CellKind = CellKind.TEXT
    number_format: str = "@"
    wrap: bool = False


def rows_xml(columns: Sequence[Any], kinds: Sequence[CellKind], styles: Sequence[int], first: int) -> memoryview:
    """`<row>` elements for columns of equal length; `first` is the number of the first row."""
    numbers = pc.cast(pa.array(range(first, first + len(columns[0]))), pa.large_string())
    cells = [
        _cells(column, kind, _joined(f'<c r="{column_letters(position)}', numbers, f'" s="{style}"'))
        for position, (column, kind, style) in enumerate(zip(columns, kinds, styles, strict=True))
    ]
    return raw_bytes(_joined('<row r="', numbers, '">', *cells, "</row>"))


def _cells(texts: Any, kind: CellKind, start: Any) -> Any:
    empty = pc.equal(texts, "")
    if kind is CellKind.NUMBER:
        full = _number(texts, start)
    elif kind is CellKind.TIME:
        full = _number(serial_days(texts), start)
    elif kind is CellKind.EITHER:
        numeric = pc.match_substring_regex(texts, _CANONICAL_NUMBER)
        full = pc.if_else(numeric, _number(texts, start), _text(texts, start))
    else:
        full = _text(texts, start)
    return pc.if_else(empty, pa.scalar("", full.type), full) if pc.any(empty).as_py() else full


def _number(texts: Any, start: Any) -> Any:
    return _joined(start, "><v>", texts, "</v></c>")


def _text(texts: Any, start: Any) -> Any:
    return _joined(start, ' t="inlineStr"><is><t xml:space="preserve">', escaped(texts), "</t></is></c>")


def serial_days(texts: Any) -> Any:
    """ISO 8601 -> days since 30 December 1899, which is how a workbook keeps times."""
    encoded = pc.dictionary_encode(texts)
    times = pd.to_datetime(encoded.dictionary.to_pandas(), utc=True, format="ISO8601", errors="coerce")
    days = (times - _DAY_ZERO) / pd.Timedelta(days=1)
    return pa.array([f"{day:.8f}" if day == day else "" for day in days], pa.large_string()).take(encoded.indices)


def escaped(texts: Any) -> Any:
    """XML text; characters that XML cannot hold the way Excel writes them (`_x0001_`)."""
    data = bytes(raw_bytes(texts))
    if len(data) > LONGEST_CELL:
        texts = pc.utf8_slice_codeunits(texts, 0, LONGEST_CELL)
    for sign, entity in _ESCAPES:
        if sign.encode() in data:
            texts = pc.replace_substring(texts, sign, entity)
    for sign in _CONTROLS if _CONTROL.search(data) else ():
        if sign.encode() in data:
            texts = pc.replace_substring(texts, sign, f"_x{ord(sign):04X}_")
    return texts


def _joined(*parts: Any) -> Any:
    pieces = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*pieces, pa.scalar("", pa.large_string()))
