"""How do finance lines become Parquet?  Money as decimals, times as times, everything else as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading

_TYPES = {CellKind.NUMBER: pa.decimal128(24, 8), CellKind.TIME: pa.timestamp("us", tz="UTC")}


class ParquetFile:
    """A `Sink`; counts become whole numbers, an empty cell of a number or time is null."""

    def __init__(self, path: Path, headings: Sequence[Heading], properties: Mapping[str, str] | None = None) -> None:
        self._types = [_type(heading) for heading in headings]
        fields = zip((heading.title for heading in headings), self._types, strict=True)
        self._writer = pq.ParquetWriter(path, pa.schema(list(fields), properties or None), compression="zstd")

    def add(self, columns: Sequence[Any]) -> None:
        """Write some rows."""
        typed = [_cast(column, kind) for column, kind in zip(columns, self._types, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(typed, schema=self._writer.schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _type(heading: Heading) -> Any:
    if heading.kind is CellKind.NUMBER and heading.number_format == "0":
        return pa.int64()
    return _TYPES.get(heading.kind, pa.large_string())


def _cast(texts: Any, kind: Any) -> Any:
    if pa.types.is_large_string(kind):
        return texts
    return pc.cast(pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts), kind)
