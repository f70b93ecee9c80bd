"""What a file says of its currency must be the reward's: in a column, in the header of the amounts, in a cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign_runner.validation import compile_rules
from tests.validation.tables import BOOK, TODAY, check, clean, example, only, raw, rules

EUROS = {"U000002": "EUR"}
HEADERS = ["Currency", "Währung", "Moneda", "Devise", "Curr.", "ISO currency code", "Amount currency", "CCY",
           "Currency (ISO 4217)"]  # fmt: skip
MEASURED = {"2500 cents": "cents", "25 points": "points", "25%": "percent", "25k": "thousands", "3 hours": "hours"}


@pytest.mark.parametrize("header", HEADERS)
def test_a_currency_column_must_name_the_currency_of_the_reward(header: str) -> None:
    problem = only(check({**example("EMAIL"), header: "EUR"}))
    assert (problem.cell, problem.rule) == ("I2", "amount:currency")
    assert problem.sentence == (
        f'I2 ({header}): "EUR" is not the reward\'s currency, USD. Type USD and the amount in USD, or delete the row.'
    )


@pytest.mark.parametrize("header", ["Waers", "Crcy", "Währungsschlüssel", "Para birimi", "통화", "Valiuta"])
def test_currency_columns_of_other_programs_and_languages_are_known(header: str) -> None:
    assert rules(check({**example("EMAIL"), header: "EUR"})) == ["amount:currency"]


def test_a_column_of_nothing_but_currency_codes_is_about_the_amounts_whatever_its_header() -> None:
    problem = only(check({**example("EMAIL"), "Kzl": "EUR"}))
    assert problem.sentence == (
        'I2 (Kzl): "EUR" is the code of a currency, and the reward is in USD. Type USD and the amount in USD, or delete '
        'the row. If the column is about something else, say so in its header, like "Salary currency".'
    )
    assert not check({**example("EMAIL"), "Kzl": "USD"}).problems
    assert not check({**example("EMAIL"), "Kzl": "IT"}).problems


@pytest.mark.parametrize(
    "cell", ["USD", "usd", "$", "US$", "US Dollar", "U.S. Dollars", "US Dollar (USD)", "", " ", "-"]
)
def test_its_spellings_and_an_empty_cell_are_fine(cell: str) -> None:
    assert clean(check({**example("EMAIL"), "Currency": cell}), "amount") == "25.00"


@pytest.mark.parametrize("cell", ["€", "Euro", "MXN", "jpy", "A$", "Canadian dollars", "n/a", "points"])
def test_another_currency_or_none_is_rejected(cell: str) -> None:
    assert rules(check({**example("EMAIL"), "Currency": cell})) == ["amount:currency"]


@pytest.mark.parametrize(("header", "cell"), [("Salary currency", "EUR"), ("ISO code", "DE"), ("Unit", "Sales 3")])
def test_a_column_about_something_else_is_left_alone(header: str, cell: str) -> None:
    assert not check({**example("EMAIL"), header: cell}).problems


@pytest.mark.parametrize("cell", ["EUR", "cents", "points"])
def test_a_column_of_units_counts_where_it_names_one(cell: str) -> None:
    assert rules(check({**example("EMAIL"), "Unit": cell})) == ["amount:currency"]


def test_the_reward_decides_where_the_catalogue_knows_it() -> None:
    euro = example("EMAIL", utid="U000002", amount="25,00 €")
    assert clean(check({**euro, "Currency": "EUR"}, currencies=EUROS), "amount") == "25.00"
    problem = only(check({**euro, "amount": "$25"}, example("EMAIL", amount="$25"), currencies=EUROS))
    assert (problem.row, problem.what) == (2, "is in another currency, but the reward is in EUR.")


@pytest.mark.parametrize(
    "cell", ["25,00 €", "EUR 25", "£25", "A$25", "CA$ 25.00", "25 Euro", "MXN 500", "¥3000", "R$ 25"]
)
def test_a_sign_in_the_cell_is_judged_there_and_not_counted_in_dollars(cell: str) -> None:
    checked = check(example("EMAIL", amount=cell))
    assert rules(checked) == ["amount:currency"]
    assert checked.worth == {}


def test_a_unit_in_the_header_holds_for_every_amount_below_it() -> None:
    columns, rows = raw([example("EMAIL"), example("EMAIL", utid="U000002")])
    euros = tuple(replace(column, unit="EUR") if column.field == "amount" else column for column in columns)
    checked = compile_rules(BOOK, columns=euros, today=TODAY, currencies=EUROS)(rows)
    assert only(checked).sentence == (
        'F2 (Amount): "25.00" is in EUR, as the header says, but the reward is in USD. Correct the amounts and the '
        'header, or call the column "Amount (USD)".'
    )


@pytest.mark.parametrize(("cell", "measure"), MEASURED.items())
def test_a_measure_that_is_no_money_is_named(cell: str, measure: str) -> None:
    assert only(check(example("EMAIL", amount=cell))).what == f"is in {measure}, not an amount of money."


def test_an_amount_with_a_sign_and_two_readings_is_asked() -> None:
    assert only(check(example("EMAIL", amount="$1,234"))).what == "may mean 1234.00 or 1.234."
