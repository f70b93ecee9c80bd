"""How are cells of a text file replaced?  Record by record in its own dialect; every other record stays as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from campaign_runner.intake.headers import Spellings
from campaign_runner.intake.text import dialect
from campaign_runner.intake.text.delimited import Text, described
from campaign_runner.model.errors import FileUnusable

Cells = Mapping[int, Mapping[int, str]]


def rewrite(path: Path, target: Path, cells: Cells, known: Spellings) -> None:
    """Write `target`: `path` with these cells (row -> position -> text); in UTF-8 where its encoding lacks a character.

    Raises FileUnusable where the result would not be read as the file is.
    """
    text, _ = described(path, known)
    _write(text, target, cells, text.encoding.codec)
    if not _is_alike(text, target, known):
        _write(text, target, cells, "utf-8-sig")
        if not _is_alike(text, target, known, recoded=True):
            raise FileUnusable(
                f"{path.name}: its cells cannot be corrected here. Correct them in the file, and upload it again."
            )


def _write(text: Text, target: Path, cells: Cells, codec: str) -> None:
    encoding = text.encoding
    with path_opened(text) as source:
        mark = source.read(bool(encoding.mark))
        head = source.read(text.skipped)
        pieces = _pieces(source, text, cells)
        try:
            with target.open("w", encoding=codec, newline="") as file:
                file.write(("" if codec == "utf-8-sig" else mark) + head)
                file.writelines(pieces)
        except UnicodeEncodeError:
            if codec == "utf-8-sig":
                raise
            _write(text, target, cells, "utf-8-sig")


def path_opened(text: Text) -> io.TextIOWrapper:
    """The file as its encoding says."""
    return text.path.open(encoding=text.encoding.codec, errors=text.encoding.errors, newline="")


def _pieces(source: io.TextIOWrapper, text: Text, cells: Cells) -> Iterator[str]:
    """The lines of each record, or the record, rewritten."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in source:
            taken.append(line)
            yield line

    for row, record in enumerate(dialect.records(lines(), text.delimiter, text.habits), 1):
        if row in cells:
            yield _record(record, cells[row], text, taken[-1])
        else:
            yield from taken
        taken.clear()
    yield from taken


def _record(record: list[str], changed: Mapping[int, str], text: Text, last: str) -> str:
    values = record + [""] * (max(changed) + 1 - len(record))
    for position, value in changed.items():
        values[position] = value
    written = io.StringIO(newline="")
    habits = text.habits
    csv.writer(written, delimiter=text.delimiter, quotechar=habits.quote, escapechar=habits.escape,
               lineterminator="").writerow(values)  # fmt: skip
    return written.getvalue() + last[len(last.rstrip("\r\n")) :]


def _is_alike(text: Text, target: Path, known: Spellings, *, recoded: bool = False) -> bool:
    now, _ = described(target, known)
    same = now.delimiter == text.delimiter and now.habits.quote == text.habits.quote
    return same and (recoded or now.encoding.codec in (text.encoding.codec, "utf-8"))
