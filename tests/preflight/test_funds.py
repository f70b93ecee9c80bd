"""Before anything is sent, the account is asked: may it be charged, and is there enough?"""

from __future__ import annotations

import pytest

from campaign_runner.app.plan import plan_file
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode, RefusedBeforeSending

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,60"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,,U561593,30.50"
CY = "3,EMAIL,Cy,Roe,cy@example.com,,U561593,20"
EURO = "4,EMAIL,Eva,Lund,eva@example.com,,U200101,50"


def refused(office, *rows: str, **tango: str) -> str:
    with pytest.raises(RefusedBeforeSending) as refusal:
        office.run(office.file(*rows), **tango)
    assert office.sent() == []
    return str(refusal.value)


def balance(office, cents: int, account: str = "acme-account") -> None:
    office.tango.change(accounts={account: {"cents": cents}})


def test_too_little_money_is_refused_with_the_exact_shortfall(office):
    assert refused(office, ANA, BEN, CY, account="sim-poor") == (
        "The account sim-poor has 100.00 USD, but this plan needs 110.50 USD: 10.50 USD is missing. Recharge it with "
        "at least 10.50 USD, or send what fits with --partial-by-funds.\nNothing was sent."
    )


def test_exactly_enough_is_enough(office):
    balance(office, 11_050)
    assert office.run(office.file(ANA, BEN, CY)).exit_code is ExitCode.DONE


@pytest.mark.parametrize(
    ("account", "says"),
    [
        ("sim-frozen", "The account sim-frozen is FROZEN: Tango charges active accounts only. Contact Tango, or choose "
         "another account in campaign.toml.\nNothing was sent."),
        ("sim-inactive", "The account sim-inactive is INACTIVE: Tango charges active accounts only. Contact Tango, or "
         "choose another account in campaign.toml.\nNothing was sent."),
        ("sim-missing", "Tango knows no account sim-missing. Correct [tango] account in campaign.toml.\n"
         "Nothing was sent."),
    ],
)  # fmt: skip
def test_an_account_that_may_not_be_charged_is_refused(office, account, says):
    assert refused(office, ANA, account=account) == says


def test_across_currencies_the_need_is_an_estimate(office):
    balance(office, 5_000)
    assert refused(office, EURO) == (
        "The account acme-account has 50.00 USD, but this plan needs 54.00 USD by Tango's rates of today, which are an "
        "estimate: 4.00 USD is missing. Recharge it with at least 4.00 USD, or send what fits with "
        "--partial-by-funds.\nNothing was sent."
    )


def test_what_other_campaigns_have_planned_counts(office):
    office.values["preflight"] = {"funds": "off"}
    balance(office, 0)
    assert office.run(office.file(ANA)).exit_code is ExitCode.STOPPED
    office.values = {**office.values, "preflight": {}, "campaign": {"id": "q5"}}
    balance(office, 7_000)
    assert refused(office, BEN) == (
        "The account acme-account has 70.00 USD, but this plan needs 30.50 USD and 60.00 USD is already needed for "
        "orders that this ledger has not sent yet: 20.50 USD is missing. Recharge it with at least 20.50 USD, or send "
        "what fits with --partial-by-funds.\nNothing was sent."
    )


def test_what_fits_is_sent_in_file_order_and_the_rest_follows_once_there_is_money(office):
    balance(office, 10_000)
    path = office.file(ANA, BEN, CY)
    result = run_file(ReadOptions(path), office.runtime(), partial_by_funds=True)
    assert result.exit_code is ExitCode.NOT_FINISHED
    assert office.statuses() == {2: "completed", 3: "completed", 4: "unsent"}
    assert "1 row waits for money, unsent (20.00 USD)" in " ".join(office.summary()["notes"])
    balance(office, 2_000)
    assert office.run(path).exit_code is ExitCode.DONE
    assert sorted(line["amount"] for line in office.sent()) == [20, 30.5, 60]


def test_what_waits_for_money_is_refused_again_while_there_is_none(office):
    balance(office, 9_050)
    path = office.file(ANA, BEN, CY)
    run_file(ReadOptions(path), office.runtime(), partial_by_funds=True)
    with pytest.raises(RefusedBeforeSending, match=r"has 0.00 USD, but this plan needs 20.00 USD"):
        office.run(path)
    assert report_campaign(office.runtime()).books.rows["unsent"] == 1


def test_nobody_is_passed_over_by_a_smaller_reward_further_down(office):
    balance(office, 8_000)
    run_file(ReadOptions(office.file(ANA, BEN, CY)), office.runtime(), partial_by_funds=True)
    assert office.statuses() == {2: "completed", 3: "unsent", 4: "unsent"}


def test_not_even_the_first_row_can_be_paid(office):
    balance(office, 100)
    with pytest.raises(RefusedBeforeSending, match=r"Not even the first row can be paid\. Nothing was sent"):
        run_file(ReadOptions(office.file(ANA)), office.runtime(), partial_by_funds=True)


def test_plan_says_what_a_run_would_be_refused_for(office):
    balance(office, 0)
    notes = plan_file(ReadOptions(office.file(ANA)), office.runtime()).books.notes
    assert any(note.startswith("A run would be refused: The account acme-account has 0.00 USD") for note in notes)


def test_an_account_that_cannot_be_asked_for_is_a_note_and_the_run_goes_on(office):
    office.tango.set_faults([{"kind": "500", "call": "account", "times": 9}])
    assert office.run(office.file(ANA)).exit_code is ExitCode.DONE
    assert any("could not be looked up" in note for note in office.summary()["notes"])


def test_funds_that_are_required_and_cannot_be_had_refuse(office):
    office.values["preflight"] = {"funds": "require"}
    office.tango.set_faults([{"kind": "500", "call": "account", "times": 9}])
    assert refused(office, ANA).startswith("The account acme-account could not be looked up: ")


def test_money_that_runs_out_in_mid_run_stops_cleanly(office):
    office.values["preflight"] = {"funds": "off"}
    balance(office, 7_000)
    rows = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,20" for n in range(5)]
    assert office.run(office.file(*rows), batch_size=1).exit_code is ExitCode.STOPPED
    assert sorted(office.statuses().values()) == ["pending"] * 3 + ["unsent"] * 2


def test_a_retry_is_refused_while_there_is_no_money_for_it(office):
    office.run(office.file("1,EMAIL,Ana,Silva,sim-fails@example.com,,U561593,60"))
    balance(office, 5_000)
    with pytest.raises(
        RefusedBeforeSending, match=r"has 50\.00 USD, but this plan needs 60\.00 USD: 10\.00 USD is missing"
    ):
        retry_failed(office.runtime())
    assert len(office.sent()) == 1
    balance(office, 6_000)
    retry_failed(office.runtime())
    assert len(office.sent()) == 2
