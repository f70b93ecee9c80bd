"""Rows are held against Tango's catalogue before anything is sent: each fault is told at its cell."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.plan import plan_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode, RefusedBeforeSending
from tests.pipeline.conftest import HEADERS

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"


def reasons(office) -> list[str]:
    return [row["Problem"] for row in office.report("failures.csv")]


def calls(office, path: str) -> int:
    return sum(seen.path == path for seen in office.tango.requests)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,EMAIL,Ana,Silva,ana@example.com,,U561594,25",
         'G2 (UTID): "U561594" is not in Tango\'s catalogue.'),
        ("1,EMAIL,Ana,Silva,ana@example.com,,U200404,25",
         'G2 (UTID): "U200404" (Test Gift Card (discontinued)) is not available at present.'),
        ("1,EMAIL,Ana,Silva,ana@example.com,,U154092,25",
         'H2 (Amount): "25.00" is not the value of U154092 (Test Gift Card $10): it is always 10.00 USD.'),
        ("1,EMAIL,Ana,Silva,ana@example.com,,U200401,101",
         'H2 (Amount): "101.00" is not an amount of U200401 (Test Coffee Card (whole dollars)), which is available from '
         "5.00 up to 100.00 USD."),
        ("1,EMAIL,Ana,Silva,ana@example.com,,U200401,7.50",
         'H2 (Amount): "7.50" is not a whole amount, but U200401 (Test Coffee Card (whole dollars)) needs one.'),
        ("1,EMAIL,Ana,Silva,ana@example.com,,U200201,25",
         'B2 (Method): "EMAIL" is not possible for U200201 (Test Plastic Card): it is delivered by ADDRESS, BULKSHIPMENT.'),
    ],
)  # fmt: skip
def test_a_row_that_the_catalogue_does_not_allow_is_rejected_at_its_cell(office, row, says):
    assert office.run(office.file(row, ANA.replace("1,", "2,", 1))).exit_code is ExitCode.NEEDS_ACTION
    assert reasons(office) == [says]
    assert office.statuses() == {2: "rejected", 3: "completed"}


def test_a_utid_with_one_wrong_character_is_recognised(office):
    office.run(office.file(ANA.replace("U561593", "U561598")))
    assert [row["What to do"] for row in office.report("failures.csv")] == ['Did you mean "U561593" (Reward Link)?']


def test_a_quantity_beyond_what_the_reward_allows_is_rejected(office):
    office.run(office.file("1,BULKDIGITAL,,,,,U200402,25,51", headers=[*HEADERS, "Quantity"]))
    assert reasons(office) == [
        'I2 (Quantity): "51" is not possible for U200402 (Test Prepaid Card (at most 50 a line)): a row may order '
        "from 1 to 50."
    ]


def test_an_expiration_date_is_for_promo_links(office):
    headers = [*HEADERS, "Expiration date"]
    links = [f"{n},EMAIL,Ana,Silva,a{n}@example.com,,{utid},25,2027-03-01T00:00:00Z"
             for n, utid in enumerate(("U561593", "U200301"))]  # fmt: skip
    office.run(office.file(*links, headers=headers))
    assert [said.partition("can be")[2] for said in reasons(office)] == [
        " set for Promo Links only, and U561593 (Reward Link) is none."
    ]


def test_amounts_are_in_the_currency_of_the_reward(office):
    office.run(office.file(ANA, "2,EMAIL,Ben,Ng,ben@example.com,,U200101,10", "3,EMAIL,Cy,Roe,cy@,,U200101,5"))
    amounts = office.summary()["amounts"]
    assert amounts["USD"]["completed"] == "25.00"
    assert (amounts["EUR"]["completed"], amounts["EUR"]["rejected"]) == ("10.00", "5.00")
    assert office.summary()["ties_out"] is True


def test_a_reward_may_be_named_instead_of_numbered(office):
    named = ANA.replace("U561593", "reward  link")
    assert office.run(office.file(named)).exit_code is ExitCode.DONE
    assert office.sent()[0]["utid"] == "U561593"
    assert office.report()[0]["UTID"] == "reward  link"


def test_the_catalogue_is_fetched_once_in_half_a_day(office):
    for number, hours in enumerate((0, 11, 2)):
        office.clock.turn(hours=hours)
        office.run(office.file(ANA.replace("ana@", f"ana{number}@")))
    assert calls(office, "/catalogs") == 2
    file = office.folder / "state" / "catalogue-simulator.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_run_that_resumes_does_not_ask_again_even_days_later(office):
    path = office.file(ANA)
    office.run(path)
    office.clock.turn(days=3)
    before = len(office.tango.requests)
    office.run(path)
    assert len(office.tango.requests) == before


def test_check_asks_nobody_but_knows_what_was_asked_before(office):
    wrong = office.file(ANA.replace("25", "25"), ANA.replace("U561593", "U999999"))
    assert check_file(ReadOptions(wrong), office.runtime()).books.rows["rejected"] == 0
    assert office.tango.requests == []
    plan_file(ReadOptions(wrong), office.runtime())
    asked = len(office.tango.requests)
    assert check_file(ReadOptions(wrong), office.runtime()).books.rows["rejected"] == 1
    assert len(office.tango.requests) == asked


def test_refresh_makes_check_ask(office):
    runtime = office.runtime()
    runtime = replace(runtime, refresh=True)
    result = check_file(ReadOptions(office.file(ANA.replace("U561593", "U999999"))), runtime)
    assert result.books.rows["rejected"] == 1


def test_a_reward_that_is_withdrawn_later_does_not_undo_what_was_sent(office):
    office.run(office.file(ANA))
    office.tango.change(rewards=[{"utid": "U561593", "active": False}])
    office.clock.turn(days=1)
    office.run(office.file(ANA, ANA.replace("ana@", "ben@")))
    assert office.statuses() == {2: "completed", 3: "rejected"}


def test_without_a_catalogue_a_run_goes_on_and_says_so(office):
    office.tango.set_faults([{"kind": "500", "call": "catalogue", "times": 9}])
    office.run(office.file(ANA))
    assert office.statuses() == {2: "completed"}
    assert "Could not fetch Tango's catalogue" in office.summary()["notes"][0]


def test_a_catalogue_that_is_required_and_cannot_be_had_refuses(office):
    office.values["preflight"] = {"catalogue": "require"}
    office.tango.set_faults([{"kind": "500", "call": "catalogue", "times": 9}])
    with pytest.raises(RefusedBeforeSending, match=r"Could not fetch Tango's catalogue: .* Nothing was sent"):
        office.run(office.file(ANA))
    assert office.sent() == []


def test_without_the_catalogue_of_the_settings_nothing_is_judged(office):
    office.values["preflight"] = {"catalogue": "off"}
    office.run(office.file(ANA.replace("25", "12000")), patience=0)
    assert calls(office, "/catalogs") == 0
