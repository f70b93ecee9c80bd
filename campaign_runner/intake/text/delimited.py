"""How is a text file of values cut into rows?  Commas, semicolons, tabs or pipes; a record is a row.

Regular UTF-8 takes the fast path (arrow, whole columns at a time); whatever arrow will not read goes on with Python's
csv module at the same row, with the same result.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np

from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Block, Defect, Grid, Row, texts
from campaign_runner.intake.headers import Spellings, score
from campaign_runner.intake.text import dialect, encodings, fast_csv
from campaign_runner.model.errors import FileUnusable

DELIMITERS = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes", "^": "carets (^)", "~": "tildes (~)",
    "¦": "broken bars (¦)", "\x1f": "unit separators", "，": "full-width commas", "；": "full-width semicolons",
    "§": "section signs (§)", "¬": "signs (¬)",
}  # fmt: skip
_SAMPLE = 1 << 18
_END = "\0end of file"
MAX_COLUMNS = 1000
# Up to this many bytes of a file its cells stay in memory, which takes some three times as many.
KEPT = 32 * 1024 * 1024
_SHORT_ROWS_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Text:
    """A text file and how to cut it. `skipped`: characters of a first line `sep=;`, which is not a row."""

    path: Path
    encoding: encodings.Encoding
    delimiter: str
    skipped: int = 0
    habits: dialect.Habits = dialect.Habits()  # noqa: RUF009 - frozen


def open_delimited(path: Path, sheet: str | None, known: Spellings) -> Grid:
    """Find encoding and delimiter; the first rows tell the delimiter: the one that gives the best header."""
    if sheet:
        raise FileUnusable(f'{path.name} is a text file without sheets: leave out --sheet "{sheet}".')
    text, sample = described(path, known)
    notes = list(text.encoding.notes)
    if text.delimiter != ("\t" if path.suffix.lower() in (".tsv", ".tab") else ","):
        notes.append(f"The columns are separated by {DELIMITERS.get(text.delimiter, text.delimiter)}.")
    notes += text.habits.notes()
    head = _head(text, sample)

    return Grid("", head, _Blocks(text), notes=tuple(notes), guarded=True)


class _Blocks:
    """The rows of a file, which are asked for several times: of a file that is not long they are read once."""

    def __init__(self, text: Text) -> None:
        self._text, self._kept = text, dict[tuple[int, int], list[Block]]()

    def __call__(self, header: Row, width: int) -> Iterator[Block]:
        if (kept := self._kept.get((header[0], width))) is not None:
            yield from kept
            return
        short, read = self._text.path.stat().st_size <= KEPT, list[Block]()
        for block in read_rows(self._text, header, width):
            if short:
                read.append(block)
            yield block
        if short:
            self._kept[header[0], width] = read


def described(path: Path, known: Spellings) -> tuple[Text, str]:
    """How a text file is cut, and its first characters without a line `sep=;`."""
    encoding = encodings.detect(path)
    sample = _sample(path, encoding)
    declared = _separator_line(sample)
    skipped = len(sample.splitlines(keepends=True)[0]) if declared else 0
    delimiter = declared or _best_delimiter(sample[skipped:], known)
    habits = dialect.of(sample[skipped:], delimiter, encoding.signs)
    return Text(path, encoding, delimiter, skipped, habits), sample[skipped:]


def _sample(path: Path, encoding: encodings.Encoding) -> str:
    with path.open(encoding=encoding.codec, errors=encoding.errors, newline="") as file:
        return file.read(_SAMPLE).removeprefix("\ufeff")


def _separator_line(sample: str) -> str:
    """Excel's own first line `sep=;` names the delimiter and is not shown as a row."""
    first = sample.split("\n", 1)[0].strip("\r").strip('"')
    return first[4] if first[:4].lower() == "sep=" and len(first) == 5 else ""


def _best_delimiter(sample: str, known: Spellings) -> str:
    def quality(delimiter: str) -> tuple[int, int]:
        if delimiter not in sample:
            return 0, 0
        rows = [cells for _, cells in _first_rows(sample, delimiter, dialect.of(sample, delimiter, False))]
        widths = [len(cells) for cells in rows]
        regular = max((widths.count(width) for width in set(widths) if width > 1), default=0)
        return max((score(cells, known) for cells in rows), default=0), regular

    return max(DELIMITERS, key=quality)


def _head(text: Text, sample: str) -> tuple[Row, ...]:
    head = _first_rows(sample, text.delimiter, text.habits)
    for number, cells in head:
        if len(cells) > MAX_COLUMNS:
            raise FileUnusable(too_wide(text.path.name, number, len(cells)))
    return tuple(head)


def _first_rows(sample: str, delimiter: str, habits: dialect.Habits) -> list[Row]:
    """The first rows that are not blank; the last one of a cut sample is left out, it may be cut itself."""
    rows: list[Row] = []
    try:
        for number, cells in enumerate(dialect.records(_lines(sample), delimiter, habits), 1):
            if any(cell.strip() for cell in cells):
                rows.append((number, tuple(cells)))
            if len(rows) > HEAD_ROWS:
                break
    except csv.Error:
        return rows[:HEAD_ROWS]
    return rows[: HEAD_ROWS if len(sample) < _SAMPLE or len(rows) > HEAD_ROWS else -1]


def _lines(sample: str) -> Iterator[str]:
    return iter(io.StringIO(sample, newline=""))


def too_wide(source: str, row: int, columns: int) -> str:
    """The limit on columns, named."""
    return (
        f"{source}: row {row} has {columns:,} columns; at most {MAX_COLUMNS:,} can be read. Delete the columns that "
        "are not needed (or check the delimiter) and run again."
    )


# ---- rows --------------------------------------------------------------------------------------------------------


def read_rows(text: Text, header: Row, width: int) -> Iterator[Block]:
    """The rows below the header: fast as long as they are regular, then carefully; both give the same."""
    done = header[0]
    if text.encoding.plain and text.habits.usual and text.delimiter.isascii():
        try:
            for columns in fast_csv.columns(text.path, _byte_offset(text, done), text.delimiter, width):
                rows = len(columns[0])
                yield Block(np.arange(done + 1, done + rows + 1), columns)
                done += rows
        except fast_csv.IrregularError:
            pass
        else:
            return
    needed = max(position for position, cell in enumerate(header[1], 1) if cell.strip())
    yield from _careful(text, done, needed, width)


def _byte_offset(text: Text, rows: int) -> int:
    """Where the rows below row number `rows` begin."""
    sample = _sample(text.path, text.encoding)
    reader = csv.reader(_lines(sample[text.skipped :]), delimiter=text.delimiter)
    for _ in islice(reader, rows):
        pass
    read = "".join(islice(_lines(sample[text.skipped :]), reader.line_num))
    return text.encoding.mark + len((sample[: text.skipped] + read).encode())


def _careful(text: Text, done: int, needed: int, width: int) -> Iterator[Block]:
    records = islice(_records(text), done, None)
    named = 0
    while rows := list(islice(records, ROWS_PER_BLOCK)):
        defects = []
        for number, cells in enumerate(rows, done + 1):
            if len(cells) != width:
                defect = _ragged(number, cells, needed, width)
                named += defect is not None and defect.severity == "warning"
                if defect and (defect.severity == "error" or named <= _SHORT_ROWS_NAMED):
                    defects.append(defect)
                cells[:] = (cells + [""] * width)[:width]
        columns = [texts(column) for column in zip(*rows, strict=True)]
        yield Block(np.arange(done + 1, done + len(rows) + 1), columns, tuple(defects))
        done += len(rows)


def _records(text: Text) -> Iterator[list[str]]:
    """Every record; the last line is one of ours, which an unclosed quotation mark would swallow."""
    with text.path.open(encoding=text.encoding.codec, errors=text.encoding.errors, newline="") as file:
        file.read(bool(text.encoding.mark) + text.skipped)
        number = 1
        try:
            for cells in dialect.records(chain(file, [_END]), text.delimiter, text.habits):
                if cells == [_END]:
                    return
                if cells and cells[-1].endswith(_END):
                    break
                yield cells if not _is_separator_line(cells) else []
                number += 1
        except csv.Error:
            pass  # said below
    raise FileUnusable(
        f"{text.path.name}: in row {number} a cell is longer than {csv.field_size_limit():,} characters or its "
        'opening quotation mark (") is never closed. Correct that row and run again.'
    )


def _is_separator_line(cells: list[str]) -> bool:
    return len(cells) in (1, 2) and cells[0].lower().startswith("sep=") and len("".join(cells)) <= len("sep=;")


def _ragged(number: int, cells: list[str], needed: int, width: int) -> Defect | None:
    surplus = [cell for cell in cells[width:] if cell.strip()]
    if surplus:
        what = f"This row has {len(cells)} cells, the header has {width}: its cells may be in the wrong columns."
        remedy = "Put a cell that contains the separator in quotation marks, or delete the extra cells."
        return Defect(number, None, "row:too many cells", "", what, remedy)
    if len(cells) < needed and any(cell.strip() for cell in cells):
        what = f"This row has {len(cells)} cells, the header has {needed}: the missing ones were taken as empty."
        return Defect(number, None, "row:too few cells", "", what, "Check that no cell is missing.", "warning")
    return None
