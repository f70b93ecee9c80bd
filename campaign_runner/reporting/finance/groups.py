"""By which of the user's own columns does finance group, and which value does each placed line have?

Only columns that are asked for, or whose header names a cost object, come into a finance report: any other may hold a
name. A line's value is found by its reference, since the ledger's lines know nothing of the user's own columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from campaign_runner.model import Books, Column, StatedRows
from campaign_runner.model.errors import UsageError
from campaign_runner.model.finance_options import own_headers, plain_header
from campaign_runner.reporting.finance.lines import TITLES
from campaign_runner.reporting.finance.sums import SECTIONS
from campaign_runner.reporting.table import same, texts

TAKEN = frozenset((*TITLES, *SECTIONS))
_PERSONAL = re.compile(r"^(recipient\.|shipping\.|message$|lineItemNote$)")


def group_headers(all_books: Sequence[Books], wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    """The headers to group by: those in `wanted`, or (None) the usual ones that a spreadsheet has.

    Raises UsageError for a column that is about a person, or that no spreadsheet has.
    """
    columns = [column for books in all_books for column in books.columns]
    if wanted is None:
        return own_headers(columns)
    return tuple(_named(columns, header) for header in wanted)


def shown_title(header: str) -> str:
    """The header, marked where the finance report has a column of its own by that name."""
    return f"{header} (yours)" if header in TAKEN else header


def _named(columns: Sequence[Column], header: str) -> str:
    for column in columns:
        if plain_header(column.header) == plain_header(header):
            if column.field and _PERSONAL.match(column.field):
                raise UsageError(f'--group-by "{header}": this column is about a person, and finance reports show '
                                 "none. Name another column.")  # fmt: skip
            return column.header
    if not columns:
        raise UsageError(f'--group-by "{header}": the file and its columns were erased.')
    own = dict.fromkeys(column.header for column in columns if not column.field)
    known = ", ".join(f'"{name}"' for name in own) or "no columns of its own"
    raise UsageError(f'--group-by "{header}": the spreadsheet has no such column. It has {known}.')


class Groups:
    """Remembers the values of each line while the rows go by, and gives them back by reference."""

    def __init__(self, books: Books, headers: tuple[str, ...]) -> None:
        self.titles = tuple(shown_title(header) for header in headers)
        self._columns, self._headers = books.columns, headers
        self._references: list[Any] = []
        self._values: list[list[Any]] = [[] for _ in headers]
        self._sorted: tuple[Any, Any, list[Any]] | None = None

    def note(self, stated: StatedRows, columns: Sequence[Column] | None = None) -> None:
        """Remember the rows that have a line; `columns` are those of another file than the newest."""
        if not self.titles:
            return
        by_name = {plain_header(column.header): column for column in (self._columns if columns is None else columns)}
        chosen = [by_name.get(plain_header(header)) for header in self._headers]
        lines = (stated.states["reference"] != "").to_numpy()
        self._references.append(stated.states["reference"].to_numpy()[lines].astype("S"))
        for column, kept in zip(chosen, self._values, strict=True):
            cells = texts(stated.cells[column.position]) if column else same("", len(lines))
            kept.append(cells.filter(pa.array(lines)).dictionary_encode())

    def of(self, references: Any) -> list[Any]:
        """The values of each column for these references; "" where nobody knows them."""
        known, order, values = self._sort()
        if not len(known):
            return [same("", len(references)) for _ in values]
        sought = np.asarray(references).astype("S")
        at = np.minimum(np.searchsorted(known, sought), len(known) - 1)
        places = pa.array(order[at], mask=known[at] != sought)
        return [column.take(places).cast(pa.large_string()).fill_null("") for column in values]

    def _sort(self) -> tuple[Any, Any, list[Any]]:
        if self._sorted is None:
            references = np.concatenate(self._references) if self._references else np.array([], "S1")
            order = np.argsort(references, kind="stable")  # of several files, the newest one speaks
            values = [_whole(kept) for kept in self._values]
            self._sorted = references[order], order, values
            self._references, self._values = [], []
        return self._sorted


def row_references(placed: pd.DataFrame) -> Any:
    """By which reference the rows' own columns are found: that of the row's newest attempt."""
    newest = placed["row_reference"].astype("str")
    return placed["reference"].where(placed["row_reference"].isna() | (newest == ""), newest).to_numpy()


def _whole(parts: list[Any]) -> Any:
    if not parts:
        return pa.array([], pa.large_string())
    return pa.chunked_array(parts).unify_dictionaries().combine_chunks()
