"""The sheets that a template brings along make no note."""

from __future__ import annotations

import openpyxl

from campaign_runner import settings
from campaign_runner.app.check import check_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.reporting.excel.template_workbook import write_template
from campaign_runner.validation import load_book


def test_choices_and_rules_of_the_template_make_no_note(tmp_path):
    path = tmp_path / "rewards.xlsx"
    write_template(path, load_book(), ["ADDRESS"])
    book = openpyxl.load_workbook(path)
    sheet = book["Rewards"]
    for at, cell in enumerate(sheet[2], 1):
        sheet.cell(3, at).value = cell.value
    sheet.cell(3, 2, "Zoe")
    book.save(path)
    known = settings.Settings(campaign={"id": "q4"})
    result = check_file(
        ReadOptions(path), Runtime(known, tmp_path / "state", tmp_path / "reports", settings.credentials(known, {}))
    )
    assert not [note for note in result.books.notes if "hold data too" in note or "holds data too" in note]
