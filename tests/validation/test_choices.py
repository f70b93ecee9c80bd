"""What campaign.toml may decide: the day of the run, phone countries, postal codes, rewards that need an address."""

from __future__ import annotations

import pytest

from tests.validation.tables import check, clean, example, only, rules

ADDRESS = {name: value for name, value in example("ADDRESS").items() if name.startswith("recipient.address.")}


@pytest.mark.parametrize("typed", ["+49 151 23456789", "+49 (0)151 23456789", "0049 151 23456789"])
def test_other_countries_are_open_where_the_settings_say_so(typed: str) -> None:
    checked = check(example("PHONE", recipient__mobileNumber=typed), phone_countries="all")
    assert clean(checked, "recipient.mobileNumber") == "+4915123456789"


@pytest.mark.parametrize(
    ("typed", "rule"), [("415 555 0100", "country-code"), ("+999 123456", "format"), ("+1234567890123456", "format")]
)
def test_without_a_country_code_that_exists_a_number_is_asked(typed: str, rule: str) -> None:
    problem = only(check(example("PHONE", recipient__mobileNumber=typed), phone_countries="all"))
    assert problem.rule == f"recipient.mobileNumber:{rule}"


def test_strict_postal_codes_are_five_characters_everywhere() -> None:
    row = example("ADDRESS", recipient__address__country="CA", recipient__address__stateOrProvince="ON")
    canadian = only(check({**row, "recipient.address.postalCode": "K1A 0B1"}, postal_codes="strict"))
    assert canadian.what == "is not a postal code of five characters."
    american = only(check(example("ADDRESS", recipient__address__postalCode="2134"), postal_codes="strict"))
    assert american.rule == "recipient.address.postalCode:lost-zero"
    assert not check({**row, "recipient.address.postalCode": "10115"}, postal_codes="strict").problems


def test_an_address_on_a_digital_row_is_refused() -> None:
    assert rules(check({**example("EMAIL"), **ADDRESS})) == ["recipient.address.streetLine1:not-allowed"]


def test_a_listed_reward_needs_an_address_on_a_digital_row() -> None:
    rows = [{**example("EMAIL", utid="U777"), **ADDRESS}, example("EMAIL", utid="U777"), example("EMAIL")]
    checked = check(*rows, address_utids=("u777",))
    assert {problem.row for problem in checked.problems} == {3}
    assert "recipient.address.city:required" in rules(checked)


def test_a_listed_reward_changes_nothing_for_bulk_and_post() -> None:
    rows = [example("BULKDIGITAL", utid="U777"), example("ADDRESS", utid="U777")]
    assert not check(*rows, address_utids=("U777",)).problems


@pytest.mark.parametrize(
    ("field", "typed", "rule", "stale"),
    [
        ("deliveryDate", "2026-11-28", "too-soon", True),
        ("deliveryDate", "2026-11-29", "", False),
        ("deliveryDate", "2027-02-20", "", False),
        ("deliveryDate", "2027-02-21", "far-ahead", False),
        ("expirationDate", "2026-11-22T23:59:59Z", "too-soon", True),
        ("expirationDate", "2026-11-23T00:00:00Z", "", False),
        ("expirationDate", "2026-11-22T20:00:00-05:00", "", False),
        ("expirationDate", "2027-11-22T23:59:59Z", "", False),
        ("expirationDate", "2027-11-22T23:59:59-01:00", "too-late", True),
    ],
)
def test_a_calendar_rule_is_told_and_the_row_stays_clean(field: str, typed: str, rule: str, stale: bool) -> None:
    checked = check({**example("EMAIL"), field: typed})
    assert rules(checked) == ([f"{field}:{rule}"] if rule else [])
    assert all(problem.calendar for problem in checked.problems)
    assert checked.stale == ({2} if stale else set())
    assert len(checked.clean.fields) == 1


def test_a_row_with_another_mistake_is_rejected_not_stale() -> None:
    checked = check(example("EMAIL", deliveryDate="2026-11-23", amount="0"))
    assert checked.stale == frozenset()
    assert len(checked.clean.fields) == 0


def test_calendar_sentences_name_today_and_the_first_day_that_would_do() -> None:
    problem = only(check(example("EMAIL", deliveryDate="11/23/2026")))
    assert problem.what == "means 2026-11-23, which is earlier than 7 days after today, 2026-11-22."
    assert problem.remedy == "Type 2026-11-29 or later, or empty the cell to deliver at once."
