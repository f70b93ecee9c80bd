"""The reports of the sample campaign, as they are: run by a clock that is turned by hand, against a real server."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from campaign_runner import settings, simulator
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from tests.clock import HandClock

SAMPLES = Path(__file__).parents[2] / "samples"
REPORTS = ("results.csv", "failures.csv", "finance.csv", "journal.csv", "journal.beancount", "summary.json")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of reports of `run quarterly.xlsx`, begun on the 22nd of November at nine."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copy(SAMPLES / "quarterly.xlsx", folder)
    clock = HandClock()
    tango = simulator.Simulator(folder / "tango.jsonl", clock=clock, requests_per_second=0)
    with simulator.serve(tango) as address:
        known = settings.load(SAMPLES / "campaign.toml")
        here = known.tango.model_copy(update={"base_url": address, "requests_per_second": 0})
        known = known.model_copy(update={"tango": here})
        runtime = Runtime(
            known, folder / "state", folder / "reports", settings.credentials(known, {}), clock=clock, workers=1
        )
        run_file(ReadOptions(folder / "quarterly.xlsx"), runtime)
    return folder / "reports" / known.campaign.id


@pytest.mark.parametrize("name", REPORTS)
def test_the_sample_campaign_is_reported_as_ever(reports, golden, name):
    golden(f"sample/{name}", _anywhere((reports / name).read_text("utf-8"), reports))


def test_the_page_of_the_sample_campaign_says_what_it_always_said(reports, golden):
    page = re.sub(r"(?s)<(script|style).*?</\1>", "", (reports / "report.html").read_text("utf-8"))
    words = (" ".join(line.split()) for line in unescape(re.sub(r"<[^>]+>", "\n", page)).splitlines())
    golden("sample/report.txt", _anywhere("\n".join(filter(None, words)) + "\n", reports))


def _anywhere(text: str, reports: Path) -> str:
    """Without what differs from machine to machine: the folder, and the chain's head, which has the requests' ids."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:«port»", text.replace(str(reports.parents[1]), "«folder»"))
    return re.sub(r"\b[0-9a-f]{64}\b", "«head»", text)
