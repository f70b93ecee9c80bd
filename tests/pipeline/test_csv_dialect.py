"""`[reports] csv = "excel-de"`: semicolons and decimal commas in every CSV report, which can be read back."""

from __future__ import annotations

import csv

import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.reconcile import reconcile_campaign
from campaign_runner.app.steps.draft import ReadOptions

pytestmark = pytest.mark.usefixtures("every_report")

ROWS = (
    "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25.50",
    "2,EMAIL,Bo,Berg,bo@@example.com,,U561593,10",
    '3,EMAIL,"Cy; the ""third""",Cole,cy@example.com,,U561593,5',
)


@pytest.fixture
def german(office):
    office.values = {**office.values, "reports": {"csv": "excel-de"}, "identity": {"key": ["Employee ID"]}}
    return office


def report(office, name):
    with (office.folder / "reports" / "q4" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_csv_report_has_semicolons_and_decimal_commas(german):
    result = german.run(german.file(*ROWS))
    for name in (name for name in result.reports if name.endswith(".csv")):
        first = result.reports[name].read_text("utf-8-sig").splitlines()[0]
        assert first.count(";") > 4, name
        assert "," not in first, name
    assert [row["Amount"] for row in report(german, "results.csv")] == ["25,50", "10", "5"]
    assert report(german, "finance.csv")[0]["Face value"] in ("25,50", "5,00")
    assert {row["Debit"] or row["Credit"] for row in report(german, "journal.csv")} == {"30,50"}
    assert report(german, "results.csv")[2]["First name"] == 'Cy; the "third"'


def test_failures_are_read_back(german):
    german.run(german.file(*ROWS))
    path = german.folder / "reports" / "q4" / "failures.csv"
    path.write_bytes(path.read_bytes().replace(b"bo@@", b"bo@"))
    result = german.run(path)
    assert (result.exit_code, result.books.rows["completed"]) == (0, 3)


def test_results_are_read_back_as_the_same_rows(german):
    german.run(german.file(*ROWS))
    results = german.folder / "reports" / "q4" / "results.csv"
    again = german.run(results)
    assert again.books.rows["completed"] == 2
    assert len(german.sent()) == 2


def test_what_a_person_typed_with_three_places_stays(german):
    german.run(german.file(ROWS[0], "4,EMAIL,Di,Dahl,di@example.com,,U561593,1.250"))
    assert [row["Amount"] for row in report(german, "results.csv")] == ["25,50", "1.250"]


def test_a_statement_in_that_form_is_reconciled(german):
    german.run(german.file(ROWS[0]))
    mine = report(german, "finance.csv")[0]
    path = german.folder / "history.csv"
    path.write_text(f"externalRefID;Amount;Currency\n{mine['externalRefID']};25,50;USD\n", "utf-8")
    found = reconcile_campaign(german.runtime(), path)
    assert report(german, "statement.csv")[0]["Verdict"] == "matched", found


def test_a_check_writes_it_too(german):
    check_file(ReadOptions(german.file(*ROWS)), german.runtime())
    assert report(german, "failures.csv")[0]["Row"] == "3"
