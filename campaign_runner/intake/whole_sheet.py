"""What does a sheet hold from its first row to its last?  For a workbook of the same cells in another format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaign_runner.intake import headers
from campaign_runner.intake.formats import open_grid
from campaign_runner.intake.grid import Row
from campaign_runner.intake.header_text import fold
from campaign_runner.model import RuleBook
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.words import nearest


@dataclass(frozen=True)
class WholeSheet:
    """Its rows in order, blank ones left out; `hidden` and `struck` are row numbers, `hidden_columns` positions."""

    name: str
    rows: Iterator[Row]
    hidden: frozenset[int]
    struck: frozenset[int]
    hidden_columns: tuple[int, ...]


def whole_sheet(path: Path, book: RuleBook, columns: Mapping[str, str], sheet: str | None) -> WholeSheet:
    """Every filled row of one sheet as text; raises FileUnusable."""
    known = headers.spellings(book, columns)
    grid = open_grid(path, sheet, known)
    header = headers.header_row(path.name, grid.head, known)

    def rows() -> Iterator[Row]:
        yield from (row for row in grid.head if row[0] <= header[0])
        for block in grid.blocks(header, grid.width or len(header[1])):
            texts = zip(*(column.to_pylist() for column in block.columns), strict=True)
            yield from zip(block.numbers.tolist(), texts, strict=True)

    return WholeSheet(grid.sheet, rows(), grid.hidden, grid.struck, grid.hidden_columns)


SAMPLES = 3
_ALIKE = 0.6
# What the values of a column look like, where its header tells nothing.
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("recipient.email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("utid", re.compile(r"U[0-9]{3,9}", re.I)),
    ("recipient.mobileNumber", re.compile(r"\+?[0-9][0-9 ().\-]{8,}")),
    ("amount", re.compile(r"[-+$€£]?\s?[0-9][0-9.,]*")),
)


@dataclass(frozen=True, slots=True)
class HeaderSample:
    """A column with values from its first rows; `field` is what it is read as, `proposal` what it may be ("": neither)."""

    position: int
    header: str
    field: str
    proposal: str
    samples: tuple[str, ...]


def header_samples(
    path: Path, book: RuleBook, columns: Mapping[str, str], sheet: str | None = None
) -> list[HeaderSample]:
    """The columns of a sheet, also of one of which no header is understood; raises FileUnusable for no spreadsheet."""
    known = headers.spellings(book, columns)
    grid = open_grid(path, sheet, known)
    if not grid.head:
        return []
    try:
        header = headers.header_row(path.name, grid.head, known)
    except FileUnusable:
        header = max(grid.head[:10], key=lambda row: sum(bool(cell.strip()) for cell in row[1]))
    below = [cells for number, cells in grid.head if number > header[0]]
    return _proposed(header, below, known)


def _proposed(header: Row, below: Sequence[Sequence[str]], known: headers.Spellings) -> list[HeaderSample]:
    read_as = {at: known.field(cell) or "" for at, cell in enumerate(header[1]) if cell.strip()}
    free = set(known.titles) - set(read_as.values())
    proposals = []
    for at, field in read_as.items():
        values = tuple(dict.fromkeys(cells[at].strip() for cells in below if at < len(cells) and cells[at].strip()))
        proposal = field or _proposal(header[1][at], values[:SAMPLES], known, free)
        free.discard(proposal)
        proposals.append(HeaderSample(at, header[1][at].strip(), field, proposal, values[:SAMPLES]))
    return proposals


def _proposal(header: str, values: Sequence[str], known: headers.Spellings, free: set[str]) -> str:
    """The nearest spelling of a field that no other column is, else what all the values look like."""
    spellings = [spelling for spelling, field in known.fields.items() if field in free]
    if close := nearest(fold(header), spellings, _ALIKE):
        return known.fields[close]
    looks = (name for name, look in _LOOKS if name in free and values and all(look.fullmatch(one) for one in values))
    return next(looks, "")
