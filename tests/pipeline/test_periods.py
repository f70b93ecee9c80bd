"""A closed period stays as it was: what became final, or changed, later is booked on the day when that was found."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import text

from campaign_runner import simulator
from campaign_runner.app.all_campaigns import report_all_campaigns
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.track import track_campaign
from campaign_runner.ledger import open_ledger, order_sums
from campaign_runner.model.errors import UsageError
from campaign_runner.reporting import FinanceOptions
from campaign_runner.settings.sections import FinanceSection
from tests.pipeline.conftest import Office
from tests.pipeline.people import ANA, BEN

pytestmark = pytest.mark.usefixtures("every_report")

COMES_BACK = ANA.replace("ana@", "sim-comes-back@")
NOVEMBER = FinanceOptions(since="2026-11-01", until="2026-11-30")
DECEMBER = FinanceOptions(since="2026-12-01", until="2026-12-31")


def reports_of(office, options, environment=""):
    """The finance reports of a period over all campaigns."""
    runtime = office.runtime()
    runtime = replace(runtime, finance=options)
    return report_all_campaigns(runtime, environment)


def lines_of(office):
    with (office.folder / "reports" / "all" / "finance.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def journal_of(office):
    """What each account comes to in the journal of the period."""
    with (office.folder / "reports" / "all" / "journal.csv").open(encoding="utf-8-sig", newline="") as file:
        sums: dict[str, Decimal] = {}
        for row in csv.DictReader(file):
            sums[row["Account"]] = (
                sums.get(row["Account"], Decimal(0)) + Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0)
            )
    return sums


@pytest.fixture
def came_back(office):
    """Completed on the 22nd of November; one reward came back, which was found on the 12th of December."""
    office.run(office.file(COMES_BACK, BEN))
    reports_of(office, NOVEMBER)
    office.closed = (lines_of(office), journal_of(office))
    office.clock.turn(days=20)
    track_campaign(office.runtime())
    return office


def test_the_books_of_a_closed_month_do_not_change(came_back):
    reports_of(came_back, NOVEMBER)
    heard = {"Updated at": "", "Delivery status": ""}  # these say when and what Tango said last
    assert [row | heard for row in lines_of(came_back)] == [row | heard for row in came_back.closed[0]]
    assert journal_of(came_back) == came_back.closed[1]


def test_the_workbook_of_a_closed_month_ties_to_its_journal_and_names_what_changed_later(came_back):
    found = reports_of(came_back, NOVEMBER)
    sheet = openpyxl.load_workbook(found.reports["finance.xlsx"], data_only=True)["Journal"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    tango = next(row for row in rows if row[0] == "Assets:Tango:Account")
    assert (Decimal(str(tango[4])), tango[6]) == (journal_of(came_back)["Assets:Tango:Account"], 0)
    assert [row[0] for row in rows if row[0] and "end of the period" in str(row[0])] == [
        "completed at the end of the period, cancelled since"
    ]


def test_the_next_month_has_the_change_and_no_line(came_back):
    found = reports_of(came_back, DECEMBER)
    assert lines_of(came_back) == []
    sheet = openpyxl.load_workbook(found.reports["finance.xlsx"], data_only=True)["Journal"]
    earlier = {row[0].value: row[3].value for row in sheet.iter_rows(min_row=2) if row[0].value}
    assert earlier == {"Assets:Tango:Refunds": 25, "Expenses:Rewards": -25}


def test_a_reward_that_was_on_its_way_at_the_end_of_a_month_is_pending_in_its_books_for_ever(office):
    office.clock.turn(days=8, hours=14, minutes=59)  # the 30th, a minute before midnight
    office.run(office.file(ANA), patience=0)
    reports_of(office, NOVEMBER)
    before = journal_of(office)
    office.clock.turn(days=2)
    track_campaign(office.runtime(), patience=60)
    reports_of(office, NOVEMBER)
    assert [row["Status"] for row in lines_of(office)] == ["pending"]
    assert journal_of(office) == before
    assert before["Assets:Tango:OpenOrders"] == 25
    reports_of(office, DECEMBER)
    assert journal_of(office)["Expenses:Rewards"] == 25
    assert journal_of(office)["Assets:Tango:OpenOrders"] == -25


def test_all_months_together_come_to_the_journal_of_all_days(came_back):
    sums: dict[str, Decimal] = {}
    for options in (NOVEMBER, DECEMBER):
        reports_of(came_back, options)
        for account, amount in journal_of(came_back).items():
            sums[account] = sums.get(account, 0) + amount
    reports_of(came_back, FinanceOptions())
    whole = journal_of(came_back)
    assert {account: sums[account] - whole.get(account, 0) for account in sums} == dict.fromkeys(sums, 0)


def test_findings_and_campaigns_are_those_of_the_period_and_name_their_campaign(came_back):
    found = reports_of(came_back, NOVEMBER)
    book = openpyxl.load_workbook(found.reports["finance.xlsx"])
    assert [[cell.value for cell in row] for row in book["Findings"].iter_rows(min_row=2, min_col=5)] == [["q4"]]
    assert "refund" in book["Findings"]["B2"].value
    assert [row[0].value for row in book["About"].iter_rows(min_row=2, max_row=3)][:1] == ["q4"]
    assert (
        openpyxl.load_workbook(reports_of(came_back, DECEMBER).reports["finance.xlsx"])["About"]["A2"].value is None
    )


@pytest.fixture
def rehearsed(office):
    """The same file was run in the simulator, and another campaign in production."""
    office.run(office.file(ANA))
    office.values["campaign"] = {"id": "q4-real", "name": "Q4"}
    office.run(office.file(BEN, name="real.csv"))
    with open_ledger(office.folder / "state") as ledger, ledger.write("a test") as connection:
        connection.execute(text("UPDATE campaigns SET environment = 'sandbox' WHERE campaign_id = 'q4-real'"))
    return office


def test_rehearsals_and_other_money_are_never_added_up(rehearsed):
    found = reports_of(rehearsed, FinanceOptions())
    assert (found.environment, found.campaigns, found.left_out) == ("sandbox", 1, {"simulator": 1})
    assert [(row["Campaign ID"], row["Environment"]) for row in lines_of(rehearsed)] == [("q4-real", "sandbox")]


def test_another_environment_is_a_choice(rehearsed):
    reports_of(rehearsed, FinanceOptions(), "simulator")
    assert [(row["Campaign ID"], row["Environment"]) for row in lines_of(rehearsed)] == [("q4", "simulator")]


def test_an_environment_without_campaigns_is_named_with_those_there_are(rehearsed):
    with pytest.raises(UsageError, match=r"no campaign there\. It has campaigns in: sandbox, simulator"):
        reports_of(rehearsed, FinanceOptions(), "production")


def test_a_charge_in_another_currency_is_told_with_its_rate(tmp_path):
    office = Office(tmp_path)
    office.values["tango"] |= {"account": "sim-euro-account"}
    with simulator.serve(office.tango) as office.base_url:
        result = office.run(office.file(ANA))
    (finding,) = [each for each in result.books.findings if each.kind == "other currency"]
    assert finding.text.startswith("1 line of 25.00 USD was charged ")
    assert "with fees and shipping: 1 USD at " in finding.text
    (elsewhere,) = result.books.foreign
    assert (elsewhere.currency, elsewhere.charged_currency) == ("USD", "EUR")
    assert elsewhere.rate == (elsewhere.charged / elsewhere.face_value).quantize(Decimal("0.000001"))


def test_completed_without_a_stated_charge_is_a_finding(office):
    office.run(office.file(ANA, BEN))
    with open_ledger(office.folder / "state") as ledger, ledger.write("a test") as connection:
        connection.execute(text("UPDATE line_items SET charged = '', charged_currency = '', fee = ''"))
        order_sums.renew_all(connection)
    books = report_campaign(office.runtime()).books
    assert [each.text[:78] for each in books.findings if each.kind == "charge not stated"] == [
        "Tango has not stated what it charged for 2 lines, completed (35.50 USD): row 2"
    ]


def test_one_campaign_by_period_is_as_closed_as_all_of_them(came_back):
    runtime = replace(came_back.runtime(), finance=NOVEMBER)
    report_campaign(runtime)
    assert {row["Status"] for row in came_back.report("finance.csv")} == {"completed"}


BERLIN = {"time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(("options", "november", "december"), [({}, 1, 0), (BERLIN, 0, 1)])
def test_days_are_those_of_the_place_where_the_books_are_kept(office, options, november, december):
    office.clock.turn(days=8, hours=14, minutes=30)  # 23:30 UTC on the 30th, half past midnight in Berlin
    office.run(office.file(ANA))
    for period, lines in ((NOVEMBER, november), (DECEMBER, december)):
        reports_of(office, replace(period, **options))
        assert len(lines_of(office)) == lines
        assert ("Assets:Tango:Account" in journal_of(office)) == bool(lines)


def test_a_midnight_of_the_zone_between_placing_and_the_end_is_a_later_day(office):
    office.clock.turn(days=8, hours=13, minutes=59)  # 22:59 UTC on the 30th, a minute to midnight in Berlin
    office.run(office.file(ANA), patience=0)
    office.clock.turn(minutes=5)
    track_campaign(office.runtime(), patience=60)
    reports_of(office, replace(NOVEMBER, time_zone="Europe/Berlin"))
    assert [(row["Status"], row["Placed at"][:16]) for row in lines_of(office)] == [("pending", "2026-11-30T23:59")]
    reports_of(office, replace(DECEMBER, time_zone="Europe/Berlin"))
    assert journal_of(office)["Expenses:Rewards"] == 25
    reports_of(office, NOVEMBER)
    assert [row["Status"] for row in lines_of(office)] == ["completed"]


def test_a_zone_that_is_none_is_named():
    with pytest.raises(ValueError, match="a time zone such as Europe/Berlin"):
        FinanceSection(time_zone="Berlin")
