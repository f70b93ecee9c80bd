"""What every file of the corpus is read as: table, notes and problems, or the one sentence that says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campaign_runner import intake
from campaign_runner.model import RawTable
from campaign_runner.model.errors import CampaignRunnerError

HERE = Path(__file__).parents[1] / "corpus"
FILES = sorted([*HERE.glob("files/*"), *HERE.glob("libreoffice/*")])
OPTIONS: dict[str, dict[str, Any]] = {
    "hidden-skip.xlsx": {"hidden": "skip"},
    "hidden-include.xlsx": {"hidden": "include"},
    "sheets-second.xlsx": {"sheet": "Second"},
    "sheets-unknown.xlsx": {"sheet": "Third"},
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_is_read_as_its_golden_file_says(path, book, golden):
    golden(f"corpus/{path.parent.name}/{path.name}.txt", _told(path, book))


def test_the_corpus_has_more_than_sixty_files_and_some_saved_by_libreoffice():
    assert len(FILES) > 60
    assert {path.suffix for path in FILES if path.parent.name == "libreoffice"} == {".ods", ".xls", ".xlsx"}


def _told(path: Path, book) -> str:
    try:
        return _table(intake.read(path, book, **OPTIONS.get(path.name, {})))
    except CampaignRunnerError as error:
        return f"exit code {int(error.exit_code)}\n{error}\n"


def _table(table: RawTable) -> str:
    named = [
        f"{column.letter} {column.header!r}" + (f" = {column.field}" if column.field else "")
        for column in table.columns
    ]
    lines = [f"sheet {table.sheet!r}, header in row {table.header_row}", *named, ""]
    for rows in table.chunks():
        lines += [
            f"{number}: {' | '.join(map(repr, cells))}"
            for number, cells in zip(rows.cells.index, rows.cells.to_numpy(), strict=True)
        ]
        lines += [f"hidden: {sorted(rows.hidden)}"] if rows.hidden else []
        lines += [f"{problem.severity} [{problem.rule}] {problem.sentence}" for problem in rows.problems]
    return "\n".join([*lines, "", *(f"note: {note}" for note in table.notes), ""])
