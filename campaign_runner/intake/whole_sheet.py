"""What does a sheet hold from its first row to its last?  For a workbook of the same cells in another format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaign_runner.intake import headers
from campaign_runner.intake.file_grid import open_grid
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
_ALIKE = 0.85
# What the values of a column look like, where its header tells nothing.
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("recipient.email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("utid", re.compile(r"U[0-9]{3,9}", re.I)),
    ("recipient.mobileNumber", re.compile(r"(?!\d{4}-\d\d-\d\d)\+?[0-9][0-9 ().\-]{8,}", re.ASCII)),
    ("amount", re.compile(r"[-+$€£]?\s?(?:[0-9]{1,4}|[0-9]{1,3}(?:[.,][0-9]{3})+)(?:[.,][0-9]{1,2})?")),
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
    return _proposed(header[1], below, known)


def samples_of(head: Sequence[Sequence[str]], book: RuleBook, columns: Mapping[str, str]) -> list[HeaderSample]:
    """The same of a table that was read, by its header and the first rows below."""
    header, *below = head
    return _proposed(header, below, headers.spellings(book, columns))


def _proposed(header: Sequence[str], below: Sequence[Sequence[str]], known: headers.Spellings) -> list[HeaderSample]:
    read_as = {at: known.field(cell) or "" for at, cell in enumerate(header) if cell.strip()}
    values = {at: tuple(dict.fromkeys(cells[at].strip() for cells in below if at < len(cells) and cells[at].strip()))
              for at in read_as}  # fmt: skip
    proposals = {at: field for at, field in read_as.items() if field}
    for propose in (_by_name, _by_looks):
        open_columns = {at: header[at] for at in read_as if at not in proposals}
        free = set(known.titles) - set(proposals.values())
        for at, field in propose(open_columns, {at: values[at][:SAMPLES] for at in open_columns}, known, free):
            if field not in proposals.values():
                proposals[at] = field
    return [HeaderSample(at, header[at].strip(), field, proposals.get(at, ""), values[at][:SAMPLES])
            for at, field in read_as.items()]  # fmt: skip


def _by_name(
    columns: Mapping[int, str], values: Mapping[int, Sequence[str]], known: headers.Spellings, free: set[str]
) -> Iterator[tuple[int, str]]:
    """A misspelt header: what is less alike is a column of the user's own, such as `Department` (not an apartment)."""
    spellings = [spelling for spelling, field in known.fields.items() if field in free]
    for at, text in columns.items():
        field = known.fields.get(nearest(fold(text), spellings, _ALIKE), "")
        look = dict(_LOOKS).get(field)
        if field and (look is None or not values[at] or any(look.fullmatch(one) for one in values[at])):
            yield at, field


def _by_looks(
    columns: Mapping[int, str], values: Mapping[int, Sequence[str]], known: headers.Spellings, free: set[str]
) -> Iterator[tuple[int, str]]:
    """A field that no column is by its name, and what all the values of one look like. Of numbers, the last column:
    those that name somebody stand before the amounts."""
    for name, look in _LOOKS:
        alike = [at for at in columns if values[at] and all(look.fullmatch(one) for one in values[at])]
        if name in free and alike:
            yield alike[-1 if name == "amount" else 0], name
