"""A report is one file and one entry: who registers another one finds its file, and it named wherever reports are."""

import re
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from campaign_runner.reporting import registry, write_finance, write_reports
from campaign_runner.reporting.excel.sheet_xml import Heading
from campaign_runner.reporting.registry import Audience, Report, Source
from campaign_runner.reporting.table import RowTable, csv_of
from tests.reporting.lines import LINES

HEADING = (Heading("Reference"),)
EXTRA = {
    "emails.csv": (Source.ROWS, lambda books: RowTable(HEADING, 4, 0, lambda stated: [pa.array(stated.cells[1])])),
    "references.csv": (Source.LINES, lambda lines: lambda draft: FirstColumn(csv_of(draft, HEADING, lines.dialect))),
    "entries.txt": (Source.ENTRIES, lambda draft, lines: draft.write_text(f"{len(list(lines.booked))}")),
    "total.txt": (Source.SUMS, lambda closed: f"{len(closed.tallies.charges)} {len(closed.first_rows)}"),
    "campaign.txt": (Source.BOOKS, lambda closed: closed.books.order.campaign_id),
}
WRITTEN = {"emails.csv": "cy@example.com", "references.csv": "2026-q4-line7", "entries.txt": "2", "total.txt": "4 2",
           "campaign.txt": "2026-q4-recognition"}  # fmt: skip


class FirstColumn:
    def __init__(self, file):
        self.file, self.close = file, file.close

    def add(self, columns):
        self.file.add(columns[:1])


@pytest.fixture
def register(monkeypatch):
    def enter(name, source, make):
        entry = Report(name, Audience.EVERYONE, source, make, "what a test wants to know")
        monkeypatch.setattr(registry, "REPORTS", (entry, *registry.REPORTS))

    return enter


@pytest.mark.parametrize("name", EXTRA)
def test_a_registered_report_is_written_and_named_in_the_summary(name, register, make_books, tmp_path):
    register(name, *EXTRA[name])
    reports = write_reports(make_books(placed=LINES), tmp_path, exit_code=1)
    assert WRITTEN[name] in reports[name].read_text("utf-8-sig")
    assert orjson.loads(reports["summary.json"].read_bytes())["reports"][name] == str(tmp_path / name)


def test_a_registered_report_can_be_asked_for_alone(register, make_books, tmp_path):
    register("campaign.txt", *EXTRA["campaign.txt"])
    assert [*write_reports(make_books(), tmp_path, exit_code=0, only=frozenset({"campaign.txt"}))] == ["campaign.txt"]


def test_a_registered_report_of_lines_is_one_of_all_campaigns_too(register, make_books, tmp_path):
    register("references.csv", *EXTRA["references.csv"])
    reports, _ = write_finance([make_books(placed=LINES), make_books(placed=LINES[:1])], tmp_path)
    assert len(reports["references.csv"].read_text("utf-8").splitlines()) == 6


def test_what_has_nothing_to_write_takes_its_earlier_report_away(register, make_books, tmp_path):
    (tmp_path / "lines.csv").write_text("from an earlier run")
    register("lines.csv", Source.LINES, lambda lines: None)
    assert "lines.csv" not in write_reports(make_books(), tmp_path, exit_code=0)
    assert not (tmp_path / "lines.csv").exists()


def test_every_report_has_a_name_of_its_own_and_says_what_is_in_it():
    names = [report.name for report in registry.REPORTS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", name) for name in names)
    assert all(report.contents for report in registry.REPORTS)
    assert Path(names[-1]).suffix == ".json", "the summary names all others, so it is the last"
