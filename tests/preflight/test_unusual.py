"""Whatever looks unusual is said before anything is sent, under a name by which it can be accepted."""

from __future__ import annotations

import pytest

from campaign_runner.model.errors import ExitCode, RefusedBeforeSending, SettingsError
from tests.pipeline.conftest import HEADERS

USUAL = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,20" for n in range(1, 7)]
LARGE = "7,EMAIL,Lea,Roe,lea@example.com,,U561593,200"
DATED = [*HEADERS, "Delivery date"]


def notes(office) -> list[str]:
    return [note for note in office.summary()["notes"] if note.endswith("]")]


def asks(office, *rows: str, headers: list[str] = HEADERS) -> str:
    office.values["preflight"] = {"unusual": "ask"}
    with pytest.raises(RefusedBeforeSending) as refused:
        office.run(office.file(*rows, headers=headers))
    return str(refused.value)


def test_an_ordinary_file_has_nothing_unusual(office):
    office.values["preflight"] = {"unusual": "ask"}
    assert office.run(office.file(*USUAL)).exit_code is ExitCode.DONE


def test_a_warning_is_told_and_does_not_stop_a_run(office):
    assert office.run(office.file(*USUAL, LARGE)).exit_code is ExitCode.DONE
    assert notes(office) == ["The amount is 10 times the median of this file, or more: row 8 (200.00 USD). [amount]"]


def test_with_ask_a_run_is_refused_until_the_warning_is_accepted(office):
    assert asks(office, *USUAL, LARGE) == (
        "The amount is 10 times the median of this file, or more: row 8 (200.00 USD). [amount]\n"
        "Nothing was sent. If this is intended, run again with --accept amount."
    )
    assert office.sent() == []
    office.values["preflight"] = {"unusual": "ask", "accept": ("amount",)}
    assert office.run(office.file(*USUAL, LARGE)).exit_code is ExitCode.DONE


def test_a_warning_can_be_made_an_error_that_nobody_can_accept(office):
    office.values["preflight"] = {"refuse": ("amount",), "accept": ("amount",)}
    with pytest.raises(RefusedBeforeSending, match=r"Nothing was sent\. Correct the file\."):
        office.run(office.file(*USUAL, LARGE))


def test_a_name_that_is_no_warning_is_told(office):
    office.values["preflight"] = {"accept": ("amounts",)}
    with pytest.raises(SettingsError, match=r'There is no warning "amounts" to accept or refuse\. Known: amount, '):
        office.run(office.file(*USUAL))


def test_ten_times_what_the_person_was_usually_sent(office):
    for quarter in range(3):
        office.values["campaign"] = {"id": f"q{quarter}"}
        office.run(office.file(f"1,EMAIL,Ana,Silva,ana@example.com,,U561593,{10 + quarter}"))
    office.values["campaign"] = {"id": "q4"}
    assert asks(office, "1,EMAIL,Ana,Silva,ana@example.com,,U561593,150").startswith(
        "The amount is 10 times what this recipient usually got, or more: row 2 (150.00 USD). [amount]\n"
    )


def test_a_person_above_the_yearly_total(office):
    office.values["campaign"] = {"id": "q3"}
    office.run(office.file("1,EMAIL,Ana,Silva,ana@example.com,,U561593,60"))
    office.values |= {"campaign": {"id": "q4"}, "limits": {"max_per_person_year": {"USD": 100}}}
    office.run(office.file("1,EMAIL,Ana,Silva,ana@example.com,,U561593,45", USUAL[1]))
    assert notes(office) == [
        "1 recipient would get more than 100.00 USD in the calendar year, up to 105.00 USD: row 2. [person-year]",
        "Another campaign sent the same recipient another reward: row 2 (60.00 USD in q3, on 2026-11-22). "
        "[rewarded-elsewhere]",
    ]


@pytest.mark.parametrize("other", ["ana.silva@example.net", "ana.silva+2@example.com", "anasilva@example.com"])
def test_the_same_person_under_two_addresses(office, other):
    rows = [f"{n},EMAIL,Ana,Silva,{email},,U561593,20" for n, email in enumerate(("ana.silva@example.com", other))]
    office.run(office.file(*rows, USUAL[0]))
    assert notes(office) == ["The same person seems to have two addresses: row 2, row 3. [two-addresses]"]


def test_more_than_twice_the_last_campaign(office):
    office.values["campaign"] = {"id": "q3"}
    office.run(office.file(USUAL[0]))
    office.values["campaign"] = {"id": "q4"}
    office.run(office.file(*USUAL[1:4]))
    assert notes(office) == [
        "The file total is 60.00 USD, more than twice the 20.00 USD of the last campaign, q3. [plan-twice]"
    ]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-12-05", "The delivery date is on a weekend: row 2. [weekend]"),
        ("2027-03-10", "The delivery date is more than 90 days ahead: row 2. [far-ahead]"),
    ],
)
def test_a_strange_delivery_date(office, day, says):
    office.run(office.file(f"{USUAL[0]},{day}", headers=DATED))
    assert notes(office) == [says]


def test_an_address_in_a_country_that_the_reward_is_not_for(office):
    headers = [*HEADERS, "Street", "City", "State", "ZIP", "Country", "Shipping method"]
    row = "1,ADDRESS,Ana,Silva,,,U200201,25,1 Main St,Toronto,ON,M5V 2T6,CA,upsground"
    office.run(office.file(row, headers=headers))
    assert notes(office) == ["The reward is not for the country of the address: row 2. [country]"]


def test_nothing_is_looked_for_where_the_settings_say_so(office):
    office.values["preflight"] = {"unusual": "off"}
    office.run(office.file(*USUAL, LARGE))
    assert notes(office) == []
