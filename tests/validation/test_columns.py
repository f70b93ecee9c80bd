"""Columns that are missing, defaults, key columns, own columns, and what intake found already."""

from __future__ import annotations

import pytest

from campaign_runner.model import Column, Problem
from campaign_runner.model.errors import FileUnusable, SettingsError
from campaign_runner.validation import compile_rules
from tests.validation.tables import BOOK, TODAY, check, clean, columns_of, example, only, raw, rules


def test_a_missing_column_that_every_method_needs_makes_the_file_unusable() -> None:
    row = example("EMAIL")
    del row["amount"]
    with pytest.raises(FileUnusable) as error:
        check(row)
    assert str(error.value) == (
        "The file has no column for the reward's amount, which every row needs. Add a column with a header such as "
        '"Amount", "Reward amount", "Reward value", "Value", or a value under [defaults] in campaign.toml. Nothing was '
        "sent."
    )


def test_a_near_miss_of_a_missing_column_is_named() -> None:
    row = {("Amuont" if name == "amount" else name): value for name, value in example("EMAIL").items()}
    with pytest.raises(FileUnusable, match=r'Is it column F, "Amuont"\? Then call it "Amount"\.'):
        check(row)


def test_a_default_stands_for_a_missing_column() -> None:
    row = example("EMAIL")
    del row["amount"], row["deliveryMethod"]
    checked = check(row, defaults={"amount": "25", "deliveryMethod": "e-mail"})
    assert clean(checked, "amount") == "25.00"


def test_a_default_fills_an_empty_cell_only() -> None:
    checked = check(example("EMAIL", amount=""), example("EMAIL", amount="7"), defaults={"amount": "25"})
    assert list(checked.clean.fields["amount"]) == ["25.00", "7.00"]


def test_a_default_does_not_make_a_row_wrong_whose_method_does_not_take_the_field() -> None:
    row = example("ADDRESS", shippingMethod="")
    checked = check(row, example("EMAIL"), defaults={"shippingMethod": "UPS ground", "etid": "e000001"})
    assert not checked.problems
    assert list(checked.clean.fields["shippingMethod"].fillna("")) == ["upsground", ""]
    assert list(checked.clean.fields["etid"].fillna("")) == ["", "E000001"]


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        ({"amuont": "5"}, 'there is no field "amuont". Did you mean amount?'),
        ({"utid": "561593"}, '"561593" is not a reward number. Type the UTID'),
        ({"amount": "1,234"}, '"1,234" may mean 1234.00 or 1.234.'),
        ({"deliveryMethod": "pigeon"}, '"pigeon" is not a delivery method.'),
    ],
)
def test_a_default_that_cannot_be_is_a_mistake_in_the_settings(defaults: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        check(example("EMAIL"), defaults=defaults)
    assert str(error.value).startswith(f"[defaults] {next(iter(defaults))}: ")
    assert message in str(error.value)


def test_a_default_that_fails_in_some_rows_is_told_at_their_cell() -> None:
    checked = check(example("BULKDIGITAL", quantity=""), example("EMAIL", quantity=""), defaults={"quantity": "5"})
    problem = only(checked)
    assert (problem.row, problem.rule, problem.value) == (3, "quantity:single", "5")


def test_a_column_that_all_rows_of_the_file_need_makes_it_unusable() -> None:
    row = example("EMAIL")
    del row["recipient.email"]
    with pytest.raises(FileUnusable, match="no column for the recipient's e-mail address, which EMAIL needs"):
        check(row)


def test_a_column_that_some_rows_need_is_one_problem_per_row() -> None:
    row = example("PHONE")
    address = {"deliveryMethod": "ADDRESS", "recipient.firstName": "Eli", "recipient.lastName": "Example",
               "utid": "U1", "amount": "5"}  # fmt: skip
    problem = only(check(row, address))
    assert (problem.row, problem.column, problem.cell) == (3, None, "row 3")
    assert problem.rule == "recipient.address.streetLine1:column-missing"
    assert problem.remedy == (
        'Add a column with the header "Street", "City", "State", "ZIP", "Country" and "Shipping method".'
    )


def test_a_later_chunk_does_not_make_the_file_unusable() -> None:
    email = example("EMAIL", recipient__mobileNumber="")
    columns, first = raw([email])
    validator = compile_rules(BOOK, columns=columns, today=TODAY)
    assert not validator(first).problems
    address = {**dict.fromkeys(email, ""), "deliveryMethod": "BULKSHIPMENT", "utid": "U1", "amount": "5"}
    _, second = raw([address])
    assert rules(validator(second, first=False)) == ["shipping.address.streetLine1:column-missing"]


def test_an_empty_key_cell_is_a_problem() -> None:
    problem = only(check({**example("EMAIL"), "Employee ID": " "}, key=("Employee ID",)))
    assert (problem.cell, problem.rule) == ("I2", "Employee ID:key")
    assert problem.what == "This cell is empty, but the column tells the rows apart."


def test_a_key_cell_that_is_required_anyway_is_reported_once() -> None:
    assert rules(check(example("EMAIL", recipient__email=""), key=("E-mail",))) == ["recipient.email:required"]


def test_a_key_column_may_be_named_by_header_or_field() -> None:
    columns = columns_of([*example("EMAIL"), "Employee ID"])
    validator = compile_rules(BOOK, columns=columns, today=TODAY, key=("employee id", "E-mail", "utid"))
    assert validator.key == ("Employee ID", "recipient.email", "utid")


def test_a_key_column_that_is_not_there_makes_the_file_unusable() -> None:
    with pytest.raises(FileUnusable, match=r'no column "Employe ID", .* Did you mean "Employee ID"\?'):
        check({**example("EMAIL"), "Employee ID": "7"}, key=("Employe ID",))


def test_own_columns_are_kept_trimmed_and_told_apart() -> None:
    columns, rows = raw([{**example("EMAIL"), "Team": " Blue  Team ", "Site": "Rome", "": "x"}])
    twins = tuple(Column(c.position, "Team", None) if c.header == "Site" else c for c in columns)
    own = compile_rules(BOOK, columns=twins, today=TODAY)(rows).clean.own
    assert {name: own[name].iloc[0] for name in own} == {
        "Team": "Blue Team",
        "Team (column J)": "Rome",
        "Column K": "x",
    }


def test_a_cell_that_intake_named_is_not_named_again() -> None:
    columns, _ = raw([example("EMAIL")])
    amount = next(column for column in columns if column.field == "amount")
    found = Problem(2, amount, "cell:formula-error", "#N/A", "is a formula error.", "Type the value.")
    checked = check(example("EMAIL", amount=""), problems=(found,))
    assert checked.problems == (found,)
    assert len(checked.clean.fields) == 0


def test_a_method_that_intake_could_not_read_is_not_judged() -> None:
    columns, _ = raw([example("EMAIL")])
    found = Problem(2, columns[0], "cell:formula-error", "#N/A", "is a formula error.", "Type the value.")
    checked = check(example("EMAIL", deliveryMethod="", recipient__email="x"), problems=(found,))
    assert checked.problems == (found,)


def test_rejected_rows_say_what_they_are_worth() -> None:
    checked = check(
        example("EMAIL", recipient__email="x", amount="$12.50"),
        example("BULKDIGITAL", quantity="3", amount="10", utid="?"),
        example("EMAIL", amount="1,234"),
        example("EMAIL"),
    )
    assert checked.worth == {2: 125_000, 3: 300_000}


def test_no_rows_are_no_problem() -> None:
    columns, rows = raw([example("EMAIL")])
    validator = compile_rules(BOOK, columns=columns, today=TODAY)
    checked = validator(type(rows)(rows.cells.iloc[:0]))
    assert not checked.problems
    assert len(checked.clean.fields) == 0
