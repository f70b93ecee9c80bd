"""What changes after the books were closed: a correction with its day, and the past as it was."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from campaign_runner.app.all_campaigns import report_all_campaigns
from campaign_runner.app.track import track_campaign
from campaign_runner.reporting import FinanceOptions
from tests.pipeline.people import ANA, BEN

pytestmark = pytest.mark.usefixtures("every_report")

COMES_BACK = ANA.replace("ana@", "sim-comes-back@")


@pytest.fixture
def closed(office):
    """A campaign that was finished on the 22nd of November."""
    office.run(office.file(COMES_BACK, BEN))
    return office


def entries_of(office, name="q4"):
    """The journal's transactions: (day, what, {account: amount})."""
    text = (office.folder / "reports" / name / "journal.beancount").read_text("utf-8")
    found = []
    for block in text.split("\n\n"):
        if head := re.match(r'(\S+) [*!] "Tango" "(.*?)"', block.strip()):
            postings = re.findall(r"^  ([A-Z]\S+)  (\S+) USD$", block, re.M)
            found.append((head[1], head[2], {account: Decimal(amount) for account, amount in postings}))
    return found


def test_the_entry_of_the_day_stays_and_another_one_corrects_it(closed):
    before = entries_of(closed)
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    assert entries_of(closed)[:-1] == before
    assert entries_of(closed)[-1] == (
        "2026-12-12", "1 reward corrected from completed to cancelled",
        {"Expenses:Rewards": Decimal(-25), "Assets:Tango:Refunds": Decimal(25)},
    )  # fmt: skip


def test_writing_the_reports_again_changes_no_earlier_entry(closed):
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    journal = closed.folder / "reports" / "q4" / "journal.csv"
    before = journal.read_bytes()
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    assert journal.read_bytes() == before


def test_the_journal_with_its_corrections_balances(closed):
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in closed.report("journal.csv"):
        sums[row["Entry"], row["Currency"]] += Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0)
    assert set(sums.values()) == {Decimal(0)}


def test_finance_gets_a_list_of_corrections_with_day_row_and_amount(closed):
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    (row,) = closed.report("corrections.csv")
    assert [row[name] for name in ("Corrected on", "Row", "Status before", "Status after", "Total", "Currency")] == [
        "2026-12-12", "2", "completed", "cancelled", "25.00", "USD",
    ]  # fmt: skip
    book = openpyxl.load_workbook(closed.folder / "reports" / "q4" / "finance.xlsx")
    assert [cell.value for cell in book["Corrections"][2]][:4] == ["2026-12-12", 2, "completed", "cancelled"]


def test_the_summary_lists_corrections(closed):
    assert closed.summary()["corrections"] == []
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    (told,) = closed.summary()["corrections"]
    reference = closed.report()[0]["externalRefLineItemID"]
    assert told == {
        "date": "2026-12-12", "row": 2, "reference": reference, "from": "completed", "to": "cancelled",
        "amount": "25.00", "currency": "USD", "charged_before": "25.00", "charged_after": "25.00",
        "charged_currency": "USD",
    }  # fmt: skip


def test_without_corrections_there_is_no_list_of_them(closed):
    assert not (closed.folder / "reports" / "q4" / "corrections.csv").exists()


def test_a_later_period_has_the_correction_and_the_earlier_one_the_booking(closed):
    closed.clock.turn(days=20)
    track_campaign(closed.runtime())
    days = {}
    for since, until in (("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")):
        runtime = closed.runtime()
        runtime = replace(runtime, finance=FinanceOptions(since=since, until=until))
        report_all_campaigns(runtime)
        days[since[:7]] = [(day, what) for day, what, _ in entries_of(closed, "all")]
    assert days == {
        "2026-11": [("2026-11-22", "2 rewards completed")],
        "2026-12": [("2026-12-12", "1 reward corrected from completed to cancelled")],
    }


def test_a_correction_is_told_once_however_often_one_looks(closed):
    closed.clock.turn(days=20)
    for _ in range(3):
        track_campaign(closed.runtime())
        closed.clock.turn(days=1)
    with (closed.folder / "reports" / "q4" / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 1
