"""What a person typed is never lost: neither the file that a command reads nor a report that somebody changed."""

from __future__ import annotations

import os
import shutil
import threading

import openpyxl
import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.file_copy import copied
from campaign_runner.model.errors import FileUnusable

pytestmark = pytest.mark.usefixtures("every_report")

ROWS = ("1,EMAIL,Ana,Silva,ana@example.com,,U561593,25", "2,EMAIL,Bo,Berg,bo@@example.com,,U561593,10")
HEADERS = ["Employee ID", "Method", "First name", "Last name", "E-mail", "Mobile", "UTID", "Amount"]


@pytest.fixture
def reports(office):
    return office.folder / "reports" / "q4"


def check(office, path):
    return check_file(ReadOptions(path), office.runtime())


def workbook(office, *rows):
    book = openpyxl.Workbook()
    for row in (HEADERS, *(row.split(",") for row in rows)):
        book.worksheets[0].append(row)
    book.save(office.folder / "q4.xlsx")
    return office.folder / "q4.xlsx"


def corrected(path, column="E", row=3, sheet=-1, value="bo@example.com"):
    """Type a value as a person does, and save; returns the bytes."""
    book = openpyxl.load_workbook(path)
    book.worksheets[sheet][f"{column}{row}"] = value
    book.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("command", ["check", "run"])
def test_an_annotated_workbook_that_is_uploaded_stays_as_it_is(office, reports, command):
    check(office, workbook(office, *ROWS, "3,EMAIL,Cy,Cole,cy@@example.com,,U561593,10"))
    annotated = reports / "annotated.xlsx"
    typed = corrected(annotated)
    result = check(office, annotated) if command == "check" else office.run(annotated)
    assert annotated.read_bytes() == typed
    assert result.books.rows["rejected"] == 1
    assert result.reports["annotated.xlsx"] == reports / "annotated (2).xlsx"
    assert any("annotated.xlsx is the file that was read" in note for note in result.books.notes)


def test_an_annotated_workbook_without_a_problem_left_stays_too(office, reports):
    check(office, workbook(office, *ROWS))
    typed = corrected(reports / "annotated.xlsx")
    assert check(office, reports / "annotated.xlsx").exit_code == 0
    assert (reports / "annotated.xlsx").read_bytes() == typed


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_failures_that_were_corrected_can_be_checked_again_and_run(office, reports, suffix):
    check(office, workbook(office, *ROWS))
    failures = reports / f"failures.{suffix}"
    if suffix == "xlsx":
        typed = corrected(failures, row=2)
    else:
        failures.write_bytes(failures.read_bytes().replace(b"bo@@", b"bo@"))
        typed = failures.read_bytes()
    assert check(office, failures).exit_code == 0
    assert check(office, failures).exit_code == 0
    assert failures.read_bytes() == typed
    assert office.run(failures).books.rows["completed"] == 1
    assert failures.read_bytes() == typed


@pytest.mark.parametrize("name", ["results.xlsx", "results.csv", "failures.xlsx", "failures.csv", "report.html",
                                  "finance.xlsx", "finance.csv", "summary.json", "journal.csv"])  # fmt: skip
def test_a_report_that_somebody_changed_stays_and_the_new_one_has_another_name(office, reports, name):
    path = office.file(*ROWS)
    office.run(path)
    (reports / name).write_bytes((reports / name).read_bytes() + b" mine")
    typed = (reports / name).read_bytes()
    result = office.run(path)
    assert (reports / name).read_bytes() == typed
    other = name.replace(".", " (2).")
    assert result.reports[name] == reports / other
    note = f"{name} was changed since it was written, so it was not replaced. The new report is {other}."
    assert note in result.books.notes


def test_every_further_change_is_kept_too(office, reports):
    path = office.file(*ROWS)
    for number, name in enumerate(("failures.csv", "failures (2).csv", "failures (3).csv")):
        assert office.run(path).reports["failures.csv"] == reports / name
        (reports / name).write_text(f"mine {number}", "utf-8")
    assert (reports / "failures (2).csv").read_text("utf-8") == "mine 1"


def test_the_usual_name_comes_back_when_the_changed_report_is_gone(office, reports):
    path = office.file(*ROWS)
    office.run(path)
    (reports / "failures.csv").write_text("mine", "utf-8")
    office.run(path)
    (reports / "failures.csv").unlink()
    assert office.run(path).reports["failures.csv"] == reports / "failures.csv"
    assert not (reports / "failures (2).csv").exists()


def test_a_report_that_nobody_touched_is_replaced_even_where_the_state_folder_is_lost(office, reports):
    office.run(office.file(*ROWS), patience=0)
    shutil.rmtree(office.folder / "state")
    assert check(office, office.file(ROWS[0])).reports["failures.csv"] == reports / "failures.csv"


def test_a_changed_report_is_known_even_where_the_state_folder_is_lost(office, reports):
    check(office, office.file(*ROWS))
    (reports / "failures.csv").write_bytes((reports / "failures.csv").read_bytes().replace(b"@@", b"@"))
    assert check(office, office.file(*ROWS)).reports["failures.csv"] == reports / "failures (2).csv"


def test_a_report_whose_time_alone_was_changed_is_still_ours(office, reports):
    path = office.file(*ROWS)
    office.run(path)
    os.utime(reports / "failures.csv", (1, 1))
    assert office.run(path).reports["failures.csv"] == reports / "failures.csv"


@pytest.mark.parametrize("link", ["symbolic", "hard"])
def test_the_file_that_is_read_is_known_by_any_name(office, reports, link):
    check(office, office.file(*ROWS))
    other = office.folder / "corrected.csv"
    (os.symlink if link == "symbolic" else os.link)(reports / "failures.csv", other)
    before = (reports / "failures.csv").read_bytes()
    result = check(office, other)
    assert (reports / "failures.csv").read_bytes() == before
    assert result.reports["failures.csv"] == reports / "failures (2).csv"


def test_a_file_that_lies_where_a_report_would_be_written_is_no_report(office, reports):
    reports.mkdir(parents=True)
    path = shutil.copy(office.file(*ROWS), reports / "results.csv")
    before = path.read_bytes()
    assert office.run(path).reports["results.csv"] == reports / "results (2).csv"
    assert path.read_bytes() == before


@pytest.mark.parametrize("lock", ["~$failures.csv", ".~lock.failures.csv#"])
def test_a_report_that_is_open_is_not_replaced_under_somebody(office, reports, lock):
    path = office.file(*ROWS)
    check(office, path)
    (reports / lock).write_text("ana", "utf-8")
    assert check(office, path).reports["failures.csv"] == reports / "failures (2).csv"


def test_a_report_that_somebody_protected_stays(office, reports):
    path = office.file(*ROWS)
    check(office, path)
    (reports / "failures.csv").chmod(0o400)
    result = check(office, path)
    assert result.reports["failures.csv"] == reports / "failures (2).csv"
    assert any("failures.csv is read-only or in use" in note for note in result.books.notes)


def test_a_file_is_planned_as_it_was_when_it_was_copied(office, monkeypatch):
    path = office.file(ROWS[0])
    ask = Runtime.at

    def edited(runtime):
        office.file(ROWS[0].replace(",25", ",99"))
        return ask(runtime)

    monkeypatch.setattr(Runtime, "at", edited)
    office.run(path)
    monkeypatch.undo()
    assert len(office.sent()) == 1
    assert office.report()[0]["Amount"] == "25"
    assert report_campaign(office.runtime()).books.amounts["USD"]["completed"] == 25


def test_a_file_that_is_still_being_written_is_refused(office):
    path = office.file(*ROWS)
    done = threading.Event()

    def write():
        while not done.is_set():
            os.utime(path)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(FileUnusable, match="changed while it was read"):
            read_often(path)
    finally:
        done.set()
        writer.join()


def read_often(path):
    for _ in range(10_000):
        with copied(ReadOptions(path)):
            pass


def test_a_statement_is_not_written_over_by_its_own_reconciliation(office, reports):
    from campaign_runner.app.reconcile import reconcile_campaign

    office.run(office.file(ROWS[0]))
    mine = office.report("finance.csv")[0]
    path = reports / "statement.csv"
    path.write_text(f"externalRefID,Amount,Currency\n{mine['externalRefID']},25.00,USD\n", "utf-8")
    before = path.read_bytes()
    found = reconcile_campaign(office.runtime(), path)
    assert path.read_bytes() == before
    assert found.reports["statement.csv"] == reports / "statement (2).csv"
