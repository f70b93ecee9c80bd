"""A template may offer the rewards of Tango's catalogue by name, and what was chosen is understood."""

from __future__ import annotations

from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from campaign_runner.app.catalogue import reward_names
from campaign_runner.app.template import write_empty_template
from campaign_runner.model.errors import ExitCode


def test_the_names_in_the_drop_down_are_those_that_a_file_may_use(office):
    names = reward_names(office.runtime())
    assert "Reward Link" in names
    assert "Test Gift Card (discontinued)" not in names


def test_a_reward_chosen_from_the_drop_down_is_placed_by_its_utid(office, tmp_path):
    path = tmp_path / "template.xlsx"
    write_empty_template(path, methods=["EMAIL"], rewards=reward_names(office.runtime()))
    book = openpyxl.load_workbook(path)
    sheet = book["Rewards"]
    places = {cell.value: at for at, cell in enumerate(sheet[1], 1)}
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.formula1.startswith("Choices!")]
    letter = get_column_letter(places["Reward"])
    assert any(str(rule.sqref).startswith(f"{letter}2") for rule in lists)
    chosen: dict[str, Any] = {
        "Delivery method": "EMAIL",
        "First name": "Ana",
        "E-mail": "ana@example.com",
        "Reward": "Reward Link",
        "Amount": 25,
    }
    for title, value in chosen.items():
        sheet.cell(3, places[title]).value = value
    book.save(path)
    assert office.run(path).exit_code is ExitCode.DONE
    (order,) = office.tango.orders()
    assert [line["utid"] for line in order.order["lineItems"]] == ["U561593"]
