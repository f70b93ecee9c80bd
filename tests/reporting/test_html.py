"""The page for everyone: it needs no network, says what to do, and keeps its size."""

import re
import shutil
import subprocess

import pyarrow as pa
import pytest

from campaign_runner.model import Finding
from campaign_runner.reporting import charts, write_reports
from campaign_runner.reporting.charts import ChartPart
from campaign_runner.reporting.report_page import ROWS_SHOWN, FirstRows
from tests.reporting.lines import LINES


def page_of(books, folder):
    return write_reports(books, folder, exit_code=1)["report.html"].read_text("utf-8")


def test_the_page_says_what_was_asked_what_happened_and_what_to_do(make_books, tmp_path, golden):
    findings = (Finding("unreadable", "1 row has an amount that cannot be read.", (3,), explained=False),)
    text = page_of(make_books(placed=LINES, findings=findings, notes=("Row 1 is the header.",)), tmp_path)
    golden("report.html", text.replace(f"{tmp_path}/", ""))


def test_the_page_asks_nobody_for_anything(make_books, tmp_path):
    text = page_of(make_books(placed=LINES), tmp_path)
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|url\(|@import|src=", text)


def test_text_from_the_spreadsheet_stays_text(make_books, tmp_path):
    rows = [(2, ("1", "a", "5", "<script>alert(1)</script>"), "rejected", "<img src=x>", "<b>", "5")]
    more = {"placed": [LINES[0]], "sheet": "<i>Sheet</i>", "notes": ("<u>",)}
    text = page_of(
        make_books(rows, headers=[("A", None), ("B", None), ("C", None), ("Team", None)], **more), tmp_path
    )
    assert not re.search(r"<script>alert|<img|<b>|<i>Sheet|<u>", text)


def test_commands_in_a_sentence_are_shown_as_such(make_books, tmp_path):
    text = page_of(make_books(placed=LINES, notes=("Run `plan <b>` first.",)), tmp_path)
    assert "Run <code>plan &lt;b&gt;</code> first." in text


def test_the_page_works_in_a_browser(make_books, tmp_path):
    """Its script makes the headers buttons by which the table is sorted."""
    page_of(make_books(placed=LINES), tmp_path)
    page = tmp_path / "report.html"
    browser = shutil.which("chromium")
    if not browser:
        pytest.skip("Chromium is not installed here; CI installs it")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update", "--dump-dom")  # fmt: skip
    command = [browser, *flags, f"--user-data-dir={tmp_path}/profile", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r'<th scope="col"[^>]*><button type="button">Problem</button></th>', dom)
    assert "<button" not in page.read_text("utf-8").partition("<script")[0].partition("<table")[2]


def test_a_finished_campaign_says_so(make_books, tmp_path):
    row = (2, ("1", "a@example.com", "25.00", "x"), "completed", "", "", "25.00")
    text = page_of(make_books([row]), tmp_path)
    assert "Done. Every row was sent and completed." in text
    assert "Nothing left to do." in text


def test_the_page_warns_when_the_run_was_stopped_or_the_books_do_not_tie_out(make_books, tmp_path):
    assert "Tango stopped the run" in page_of(make_books(stopped="Wrong key."), tmp_path)
    assert "The books do not tie out" in page_of(make_books(ties_out=False), tmp_path)


def test_only_the_first_rows_are_kept_for_the_page():
    first = FirstRows()
    for _ in range(3):
        first.add([pa.array(["x"] * 400) for _ in range(9)])
    assert len(first.rows) == ROWS_SHOWN


def test_bars_are_as_long_as_their_share_of_the_longest():
    picture = charts.bars([ChartPart("A & B", 50, "50"), ChartPart("C", 25, "25")], "By group")
    assert 'width="100.000%"' in picture
    assert 'width="50.000%"' in picture
    assert "A &amp; B" in picture


def test_many_days_become_months(make_books, tmp_path):
    lines = [LINES[0] | {"reference": f"r{n}", "placed_at": f"2026-{1 + n // 28:02d}-{1 + n % 28:02d}T00:00:00Z"}
             for n in range(100)]  # fmt: skip
    text = page_of(make_books(placed=lines), tmp_path)
    assert "<title>2026-01: 700.00 USD</title>" in text
    assert "<title>2026-01-01: 25.00 USD</title>" not in text
