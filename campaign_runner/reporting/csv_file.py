"""How is a CSV written that Excel opens right and nothing can be smuggled through?

UTF-8 with a byte-order mark, CRLF, RFC 4180 quoting, formula guard on every text; whole columns at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.reporting.formula_guard import guard

_BOM = b"\xef\xbb\xbf"
_NUMBER = r"^-?[0-9]+\.[0-9]+$"
# What a person typed: with three places the point may mark thousands, so that stays as it is.
_TYPED = r"^-?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})$"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Between cells, and before decimals."""

    separator: str = ","
    decimal: str = "."


EXCEL = Dialect()
# As spreadsheet programs want it where numbers are written with a decimal comma: elsewhere all cells are in one column.
DIALECTS = {"excel": EXCEL, "excel-de": Dialect(";", ",")}


class CsvFile:
    """A `Sink` for arrow strings; columns of other types are written as arrow prints them, null as nothing. Columns at
    `numeric`, and numbers that a person typed at `typed`, get the dialect's decimal sign."""

    def __init__(
        self, path: Path, headers: Sequence[str], dialect: Dialect = EXCEL, numeric: Collection[int] = (),
        typed: Collection[int] = (),
    ) -> None:  # fmt: skip
        self._dialect = dialect
        self._forms = {**dict.fromkeys(numeric, _NUMBER), **dict.fromkeys(typed, _TYPED)}
        if dialect.decimal == ".":
            self._forms = {}
        self._file = path.open("wb")
        self._file.write(_BOM)
        self._file.write(lines([pa.array([header], type=pa.large_string()) for header in headers], dialect))

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        if len(columns[0]):
            own = [_decimal(column, self._forms[position], self._dialect) if position in self._forms else column
                   for position, column in enumerate(columns)]  # fmt: skip
            self._file.write(lines(own, self._dialect))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def lines(columns: Sequence[Any], dialect: Dialect = EXCEL) -> bytes | memoryview:
    """The CSV lines of some columns of equal length, as bytes."""
    cells = [_quoted(guard(_text(column)), dialect.separator) for column in columns]
    joined = pc.binary_join_element_wise(*cells, pa.scalar(dialect.separator, pa.large_string()))
    ended = pc.binary_join_element_wise(joined, pa.scalar("", joined.type), pa.scalar("\r\n", joined.type))
    return raw_bytes(ended)


def _text(column: Any) -> Any:
    array = column if pa.types.is_large_string(column.type) else pc.cast(column, pa.large_string())
    return array.fill_null("") if array.null_count else array


def _decimal(column: Any, form: str, dialect: Dialect) -> Any:
    texts = _text(column)
    numbers = pc.match_substring_regex(texts, form)
    return pc.if_else(numbers, pc.replace_substring(texts, ".", dialect.decimal), texts)


def _quoted(texts: Any, separator: str) -> Any:
    """Quote the texts that need it; most columns have none, which one look at their bytes tells."""
    data = bytes(raw_bytes(texts))
    if not any(special in data for special in (b'"', separator.encode(), b"\r", b"\n")):
        return texts
    needing = pc.match_substring_regex(texts, f'["{separator}\r\n]')
    if not pc.any(needing).as_py():
        return texts
    mark = pa.scalar('"', texts.type)
    doubled = pc.replace_substring(texts.filter(needing), '"', '""')
    quoted = pc.binary_join_element_wise(mark, doubled, mark, pa.scalar("", texts.type))
    return pc.replace_with_mask(texts, needing, quoted)


def raw_bytes(texts: Any) -> memoryview:
    """All texts, one behind the other, without a copy."""
    buffer = texts.buffers()[2]
    if buffer is None:
        return memoryview(b"")
    view = memoryview(texts.buffers()[1]).cast("B").cast("q")
    return memoryview(buffer)[view[texts.offset] : view[texts.offset + len(texts)]]
