"""The rows that need a person, ready to be repaired and handed in again."""

import openpyxl

from campaign_runner.reporting import write_reports


def test_the_failures_report_lists_the_rows_that_need_action(make_books, tmp_path, golden):
    reports = write_reports(make_books(), tmp_path, exit_code=1)
    golden("failures.csv", reports["failures.csv"].read_text("utf-8"))


def test_ids_stay_text_when_the_failures_workbook_is_repaired(make_books, tmp_path):
    sheet = openpyxl.load_workbook(write_reports(make_books(), tmp_path, exit_code=1)["failures.xlsx"])["Failures"]
    assert sheet["A2"].value == "00124"
    assert sheet.column_dimensions["A"].width > 8
    assert [cell.value for cell in sheet[1]][-5:] == ["Sheet", "Row", "Status", "Problem", "What to do"]


def test_where_nobody_said_what_to_do_the_status_does(make_books, tmp_path):
    rows = [(n, ("1", "a@example.com", "5", "x"), status, "", "", "5")
            for n, status in enumerate(("rejected", "held", "failed", "cancelled"), 2)]  # fmt: skip
    text = write_reports(make_books(rows), tmp_path, exit_code=1)["failures.csv"].read_text("utf-8")
    assert 'failed,"Tango reported that the reward failed, and gave no reason.","Fix the cause, then' in text
    assert ",," not in text
