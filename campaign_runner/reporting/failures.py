"""Which rows need a person, and what should that person do?  `failures.csv` and `failures.xlsx`.

The user's columns come first, so that the file can be repaired and uploaded again; intake ignores `ADDED`. The
addresses in `Problem` and `What to do` are those of this report; where a row stood before is in `Sheet` and `Row`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Books, CellNames, Column, StatedRows
from campaign_runner.model.lifecycle import NEEDS_ACTION, RowStatus
from campaign_runner.model.status_texts import STATUS_TEXTS
from campaign_runner.reporting.excel.amount_cells import in_numbers
from campaign_runner.reporting.excel.sheet_xml import Heading
from campaign_runner.reporting.table import (
    ROW,
    SHEET,
    RowTable,
    original_cells,
    original_headings,
    original_place,
    place,
    same,
    texts,
)

ADDED = ("Sheet", "Row", "Status", "Problem", "What to do")
_STATES = ("status", "reason", "remedy")
_REASONS = {status: texts.reason for status, texts in STATUS_TEXTS.items() if texts.reason}
_REMEDIES = {status: texts.remedy for status, texts in STATUS_TEXTS.items() if texts.remedy}
ON_PAGE = ("Row", "Recipient", *ADDED[2:])
_NAMES = ("recipient.firstName", "recipient.lastName")
_CONTACTS = ("recipient.email", "recipient.mobileNumber", "recipient.address.companyName", "shipping.contactName")
# In a reason why a row is held: another row, which is one of the uploaded file, not of this report.
_OTHER_ROW = re.compile(r"\b(row [0-9]+)(?=[.,])")


def table(books: Books) -> RowTable:
    """The rows that were rejected, held, failed or cancelled."""
    addresses = _Addresses(books)

    def columns(stated: StatedRows) -> list[Any]:
        few = _needing_action(stated)
        return [*original_cells(books, few), *original_place(books, few), *addresses.of(_states(few))]

    added = (SHEET, ROW, Heading(ADDED[2]), *(Heading(title, wrap=True) for title in ADDED[3:]))
    rows = sum(books.rows.get(status, 0) for status in NEEDS_ACTION)
    return RowTable(
        (*original_headings(books), *added), rows, len(books.columns) + ADDED.index("Status"), columns,
        lambda stated, columns: in_numbers(books, _needing_action(stated), columns, 0), addresses.notes,
    )  # fmt: skip


def table_of_page(books: Books) -> RowTable:
    """The same rows for the page: `ON_PAGE`, with the addresses of the uploaded file."""

    def columns(stated: StatedRows) -> list[Any]:
        few = _needing_action(stated)
        return [place(books, few)[1], _recipients(books, few), *_states(few)]

    return RowTable(tuple(map(Heading, ON_PAGE)), 0, ON_PAGE.index("Status"), columns)


def _states(few: StatedRows) -> list[Any]:
    status, reason, remedy = (texts(few.states[name]) for name in _STATES)
    return [status, _unless_empty(reason, status, _REASONS), _unless_empty(remedy, status, _REMEDIES)]


def _recipients(books: Books, few: StatedRows) -> Any:
    """Whom each row is for: the name, or how the recipient is reached."""
    positions = {column.field: column.position for column in books.columns if column.field in (*_NAMES, *_CONTACTS)}
    empty = same("", len(few.cells))
    parts = [texts(few.cells[positions[name]]) if name in positions else empty for name in (*_NAMES, *_CONTACTS)]
    named = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*parts[:2], same(" ", len(few.cells))))
    for part in parts[2:]:
        named = pc.if_else(pc.equal(named, ""), part, named)
    return named


@dataclass
class _Addresses:
    """Tells the problems of rows with the addresses that their cells have in this report, which is written downwards."""

    books: Books
    _next: int = 2

    def __post_init__(self) -> None:
        here = [Column(place, column.header) for place, column in enumerate(self.books.columns)]
        self._names = CellNames(self.books.columns, here)

    def of(self, states: list[Any]) -> list[Any]:
        """Status, problem and remedy of the next rows, as the report says them."""
        status, *sentences = states
        kinds = status.to_pylist()
        first, self._next = self._next, self._next + len(kinds)
        return [status, *(self._told(column, kinds, first) for column in sentences)]

    def _told(self, sentences: Any, kinds: Sequence[str], first: int) -> Any:
        parts = []
        for row, (kind, text) in enumerate(zip(kinds, sentences.to_pylist(), strict=True), first):
            if kind == RowStatus.REJECTED:
                parts.append(self._names.moved(text, row, this="This row"))
            elif kind == RowStatus.HELD:
                parts.append(_OTHER_ROW.sub(rf"\1 of {_escaped(Path(self.books.source).name)}", text))
            else:
                parts.append(text)
        return pa.array(parts, sentences.type)

    def notes(self, columns: Sequence[Any], first: int) -> dict[tuple[int, int], str]:
        """What the comments at faulty cells say: (row, position) -> sentences; the first of `columns` is row `first`."""
        status, problems, remedies = (column.to_pylist() for column in columns[-3:])
        texts: dict[tuple[int, int], str] = {}
        for row, (kind, problem, remedy) in enumerate(zip(status, problems, remedies, strict=True), first):
            named = list(self._names.problems(problem)) if kind == RowStatus.REJECTED else []
            for column, what in named:
                advice = remedy if len(named) == 1 else ""
                text = " ".join(filter(None, (what[:1].upper() + what[1:], advice)))
                texts[row, column.position] = "\n".join(filter(None, (texts.get((row, column.position)), text)))
        return texts


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\")


def _unless_empty(words: Any, status: Any, otherwise: Mapping[RowStatus, str]) -> Any:
    """The words, or where they are empty what stands for the status."""
    for each, text in otherwise.items():
        silent = pc.and_(pc.equal(words, ""), pc.equal(status, each.value))
        words = pc.if_else(silent, pa.scalar(text, words.type), words) if pc.any(silent).as_py() else words
    return words


def _needing_action(stated: StatedRows) -> StatedRows:
    wanted = stated.states["status"].isin([status.value for status in NEEDS_ACTION]).to_numpy()
    return stated if wanted.all() else replace(stated, cells=stated.cells[wanted], states=stated.states[wanted])
