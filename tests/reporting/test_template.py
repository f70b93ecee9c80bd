"""The template workbook and the rules page come from the rule book alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from campaign_runner import intake
from campaign_runner.reporting.excel.template_workbook import write_template
from campaign_runner.reporting.rules_table import rules_page, rules_table
from campaign_runner.validation import load_book

BOOK = load_book()
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("template") / "rewards.xlsx"
    write_template(path, BOOK)
    return openpyxl.load_workbook(path)


def _letter(sheet: Worksheet, title: str) -> str:
    return next(get_column_letter(at) for at, cell in enumerate(sheet[1], 1) if cell.value == title)


def test_every_field_has_a_column_with_its_title_and_a_comment(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Rewards"]
    assert [cell.value for cell in sheet[1]] == [field.title for field in BOOK.fields.values()]
    email = sheet[f"{_letter(sheet, 'E-mail')}1"].comment
    assert "Required: EMAIL, EMBEDDED" in email.text
    assert "At most 100 characters." in email.text


@pytest.mark.parametrize(
    "title", ["Mobile number", "ZIP", "Reward (UTID)", "Shipping ZIP", "Printed template (PTID)"]
)
def test_columns_whose_zeros_and_signs_count_are_text(workbook: openpyxl.Workbook, title: str) -> None:
    sheet = workbook["Rewards"]
    assert sheet[f"{_letter(sheet, title)}2"].number_format == "@"


def test_amounts_are_numbers_with_two_places_and_dates_are_dates(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Rewards"]
    amount = sheet[f"{_letter(sheet, 'Amount')}2"]
    assert (amount.value, amount.number_format) == (25, "0.00")
    assert sheet[f"{_letter(sheet, 'Delivery date')}2"].number_format == "yyyy-mm-dd"


def test_methods_shipping_methods_and_countries_have_drop_downs(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Rewards"]
    lists = {str(v.sqref).split("2", 1)[0]: v.formula1 for v in sheet.data_validations.dataValidation}
    assert set(lists) == {
        _letter(sheet, title) for title in ("Delivery method", "Country", "Shipping method", "Shipping country")
    }
    assert "EMAIL" in lists[_letter(sheet, "Delivery method")]
    assert lists[_letter(sheet, "Country")].startswith("Choices!$")
    assert workbook["Choices"].sheet_state == "hidden"


def test_the_longer_lists_stand_on_a_sheet_of_their_own(workbook: openpyxl.Workbook) -> None:
    letter = _letter(workbook["Rewards"], "Country")
    codes = [cell.value for cell in workbook["Choices"][letter] if cell.value]
    assert tuple(codes) == BOOK.fields["recipient.address.country"].choices


def test_each_method_has_one_example_row_marked_as_such(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Rewards"]
    methods = [cell.value for cell in sheet[_letter(sheet, "Delivery method")][1:] if cell.value]
    notes = [cell.value for cell in sheet[_letter(sheet, "Line note")][1:] if cell.value]
    assert methods == list(BOOK.methods)
    assert notes == ["EXAMPLE: this row is left out"] * len(methods)


def test_a_template_for_one_method_has_its_columns_and_example_only(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", BOOK, ["BULKDIGITAL"])
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Rewards"]
    assert [cell.value for cell in sheet[1]] == [
        "Delivery method", "Reward (UTID)", "Amount", "Quantity", "Delivery date", "Expiration date", "Message",
        "Line note",
    ]  # fmt: skip
    assert [cell.value for cell in sheet["A"][1:] if cell.value] == ["BULKDIGITAL"]


def test_a_csv_template_opens_in_excel(tmp_path: Path) -> None:
    write_template(tmp_path / "t.csv", BOOK, ["EMAIL", "PHONE"])
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text("utf-8-sig").splitlines()))
    assert [row["Delivery method"] for row in rows] == ["EMAIL", "PHONE"]


def test_intake_leaves_the_example_rows_out_and_reads_what_was_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, BOOK, ["EMAIL", "PHONE"])
    book = openpyxl.load_workbook(path)
    typed: dict[str, Any] = {"Delivery method": "EMAIL", "First name": "Fay", "E-mail": "fay@example.com", "Amount": 30,
             "Reward (UTID)": "U561593"}  # fmt: skip
    for title, value in typed.items():
        book["Rewards"][f"{_letter(book['Rewards'], title)}4"] = value
    book.save(path)
    assert [list(rows.cells.index) for rows in intake.read(path, BOOK).chunks()] == [[4]]


def test_the_rules_of_a_method_are_a_table() -> None:
    table = rules_table(BOOK, "EMAIL")
    head, rows = table.head, table.rows
    assert head == ("Field", "Column", "Presence", "Rules", "Example")
    assert ("recipient.email", "E-mail", "required", "At most 100 characters. One e-mail address. A warning where the "
            "domain looks like a typing mistake.", "ana@example.com") in rows  # fmt: skip
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)


def test_the_overview_has_every_field_and_every_method() -> None:
    table = rules_table(BOOK)
    assert table.head[2:] == tuple(BOOK.methods)
    assert [row[0] for row in table.rows] == list(BOOK.fields)


def test_the_rules_page_is_the_book(request: pytest.FixtureRequest) -> None:
    page = rules_page(BOOK)
    if request.config.getoption("--golden"):
        PAGE.write_text(page, "utf-8")
    assert page == PAGE.read_text("utf-8"), "docs/rules.md is stale: make golden"


def test_what_is_typed_over_an_example_does_not_look_like_one(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Rewards"]
    cell = sheet[_letter(sheet, "First name")][1]
    assert not cell.font.italic
    rules = [rule for area in sheet.conditional_formatting if cell.coordinate in area for rule in area.rules]
    assert [rule.formula for rule in rules] == [[f'OR(EXACT(TRIM({cell.coordinate}&""),"{cell.value}"),FALSE)']]


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_does_not_exist_is_wrong_usage(port: str) -> None:
    from campaign_runner.entrypoints.cli import main

    with pytest.raises(SystemExit) as left:
        main(["simulator", "--port", port])
    assert left.value.code == 2
