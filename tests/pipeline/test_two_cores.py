"""A long file is judged, planned and written down by several processes: nothing of it may be seen."""

from __future__ import annotations

import json
import sys

import pytest

from campaign_runner.app.catalogue import CatalogueSnapshot
from campaign_runner.app.process import executor
from campaign_runner.app.process.progress import no_progress
from campaign_runner.app.steps import draft as preparation
from campaign_runner.app.steps import write_plan
from campaign_runner.app.steps.draft import ReadOptions, checked_draft
from campaign_runner.intake.text import fast_csv
from campaign_runner.model.errors import FileUnusable, RefusedBeforeSending
from tests.pipeline.conftest import HEADERS
from tests.pipeline.long_file import ROWS, WRONG

pytestmark = pytest.mark.usefixtures("every_report")

TWICE = ROWS[10:20]


@pytest.fixture(params=[0, 2], ids=["one process", "three processes"])
def cores(request, monkeypatch):
    for module in (preparation, write_plan):
        monkeypatch.setattr(module, "spare", lambda: request.param)
    monkeypatch.setattr(executor, "LONG_TEXT", 0)
    monkeypatch.setattr(write_plan, "MANY", 0)
    monkeypatch.setattr(fast_csv, "ROWS_PER_BLOCK", 20)
    monkeypatch.setattr(sys.modules["campaign_runner.planning.plan"], "LINES_AT_ONCE", 30)
    return request.param


def test_the_same_is_sent_and_said(office, cores, golden):
    rows = [*ROWS[:100], *WRONG[:20], *ROWS[100:], *TWICE, *WRONG[20:]]
    result = office.run(office.file(*rows), batch_size=7)
    sent = sorted(line["externalRefLineItemID"] for line in office.sent())
    kinds = [((name, kind), n) for name, each in result.tally.kinds.items() for kind, n in each.items()]
    told = [result.books.rows, result.tally.total, sorted(kinds), office.report("failures.csv")]
    golden("two-cores.json", json.dumps([sent, *told], indent=1))


def test_the_problems_are_shown_in_the_order_of_the_file(office, cores, monkeypatch):
    monkeypatch.setattr(preparation, "PROBLEMS_KEPT", 25)
    draft = checked_draft(
        ReadOptions(office.file(*ROWS, *WRONG)), office.runtime(), CatalogueSnapshot(), None, no_progress
    )
    assert len(draft.problems) == 25
    assert [problem.row for problem in draft.problems] == sorted(problem.row for problem in draft.problems)
    assert draft.problems[0].row == 302


def test_what_is_said_of_the_whole_file_is_said_of_rows_far_apart(office, cores):
    twice = [
        f"{n},EMAIL,Ana,Silva,{address}@example.com,,U561593,5" for n, address in ((997, "ana.b"), (998, "ana.b+x"))
    ]
    draft = checked_draft(
        ReadOptions(office.file(twice[0], *ROWS, twice[1])),
        office.runtime(),
        CatalogueSnapshot(),
        None,
        no_progress,
    )
    assert sorted(draft.remembered()["row"]) == list(range(2, 304))
    office.values["preflight"] = {"unusual": "ask", "refuse": ["two-addresses"]}
    with pytest.raises(RefusedBeforeSending, match="two addresses"):
        office.run(office.file(twice[0], *ROWS, twice[1]))


def test_a_column_that_only_later_rows_lack_does_not_make_the_file_unusable(office, cores):
    headers = [header for header in HEADERS if header != "Mobile"]
    emails = [f"{n},EMAIL,Ana,Silva,ana{n}@example.com,U561593,25" for n in range(60)]
    phones = [f"{n},PHONE,Ben,Okafor,,U561593,25" for n in range(60, 120)]
    result = office.run(office.file(*emails, *phones, headers=headers))
    assert (result.books.rows["completed"], result.books.rows["rejected"]) == (60, 60)
    with pytest.raises(FileUnusable, match="phone"):
        office.run(office.file(*phones, headers=headers))
