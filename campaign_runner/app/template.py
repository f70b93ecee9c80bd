"""template: an empty spreadsheet, from the rule book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaign_runner import validation
from campaign_runner.model.errors import StateError, UsageError


@dataclass(frozen=True)
class WrittenTemplate:
    """Which files were written."""

    written: tuple[Path, ...]


def write_empty_template(
    path: Path, schemas: Path | None = None, methods: Sequence[str] = (), rewards: Sequence[str] = ()
) -> WrittenTemplate:
    """Write an empty spreadsheet for these delivery methods (all of them without any); `rewards` to choose from."""
    from campaign_runner.reporting.excel.template_workbook import write_template

    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError(f"{path}: a template is a .xlsx or a .csv file. Choose such a name.")
    book = validation.load_book(schemas)
    unknown = [name for name in methods if name not in book.methods]
    if unknown:
        raise UsageError(f'There is no delivery method "{unknown[0]}". Known: {", ".join(book.methods)}.')
    try:
        write_template(path, book, methods or None, rewards)
    except OSError as error:
        raise StateError(f"{path}: cannot be written ({error.strerror}). Choose another place.") from None
    return WrittenTemplate((path,))
