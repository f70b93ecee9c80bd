"""How is a CSV written that Excel opens right and nothing can be smuggled through?

UTF-8 with a byte-order mark, CRLF, RFC 4180 quoting, formula guard on every text; whole columns at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.reporting.guard import guard

_BOM = b"\xef\xbb\xbf"
_SPECIAL = (b'"', b",", b"\r", b"\n")


class CsvFile:
    """A `Sink` for arrow strings; columns of other types are written as arrow prints them, null as nothing."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self._file = path.open("wb")
        self._file.write(_BOM)
        self.add([pa.array([header], type=pa.large_string()) for header in headers])

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        if len(columns[0]):
            self._file.write(lines(columns))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def lines(columns: Sequence[Any]) -> bytes | memoryview:
    """The CSV lines of some columns of equal length, as bytes."""
    cells = [_quoted(guard(_text(column))) for column in columns]
    joined = pc.binary_join_element_wise(*cells, pa.scalar(",", pa.large_string()))
    ended = pc.binary_join_element_wise(joined, pa.scalar("", joined.type), pa.scalar("\r\n", joined.type))
    return raw_bytes(ended)


def _text(column: Any) -> Any:
    array = column if pa.types.is_large_string(column.type) else pc.cast(column, pa.large_string())
    return array.fill_null("") if array.null_count else array


def _quoted(texts: Any) -> Any:
    """Quote the texts that need it; most columns have none, which one look at their bytes tells."""
    data = bytes(raw_bytes(texts))
    if not any(special in data for special in _SPECIAL):
        return texts
    needing = pc.match_substring_regex(texts, '[",\r\n]')
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
