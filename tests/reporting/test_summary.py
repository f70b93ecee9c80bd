"""`summary.json`: the names and the sums that scripts rely on."""

from dataclasses import replace
from decimal import Decimal

import orjson

from campaign_runner.model import Finding
from campaign_runner.reporting import summary, write_reports

STATUSES = ("rejected", "held", "unsent", "unknown", "pending", "completed", "failed", "cancelled")


def test_the_summary_is_what_scripts_expect(make_books, tmp_path, golden):
    books = make_books(findings=(Finding("amount", "Row 3: the amount cannot be read.", (3,)),))
    path = write_reports(books, tmp_path, exit_code=1)["summary.json"]
    golden("summary.json", path.read_text("utf-8").replace(f"{tmp_path}/", ""))


def test_rows_and_amounts_equal_the_sum_of_their_statuses(make_books):
    said = summary(make_books().books, {}, 1)
    assert said["rows"]["total"] == sum(said["rows"][status] for status in STATUSES) == 4
    dollars = {name: Decimal(amount) for name, amount in said["amounts"]["USD"].items()}
    assert dollars["total"] == sum(dollars[status] for status in STATUSES) == Decimal("97.50")


def test_the_summary_names_every_report_that_was_written(make_books, tmp_path):
    reports = write_reports(
        make_books(), tmp_path, exit_code=1, also=lambda: {"annotated.xlsx": tmp_path / "annotated.xlsx"}
    )
    said = orjson.loads(reports["summary.json"].read_bytes())
    assert said["reports"] == {name: str(path) for name, path in reports.items()}
    assert said["reports"]["annotated.xlsx"].endswith("annotated.xlsx")


def test_a_list_too_long_for_a_sheet_is_written_as_csv_alone(make_books, tmp_path):
    (tmp_path / "results.xlsx").write_text("from an earlier run")
    opened = make_books()
    books = replace(opened.books, rows={**dict.fromkeys(STATUSES, 0), "completed": 1_048_576})
    reports = write_reports(replace(opened, books=books), tmp_path, exit_code=0)
    assert "results.xlsx" not in reports
    assert not (tmp_path / "results.xlsx").exists()
    note = "results.xlsx is not written: a sheet holds 1,048,576 rows at most. Use results.csv."
    assert note in summary(books, reports, 0)["notes"]
