"""A run that was interrupted says so in summary.json, and the same run again ends as if nothing had been."""

from __future__ import annotations

import pytest

from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import Interrupted
from tests.pipeline.people import ANA, BEN


def _interrupted(office, path):
    runtime = office.runtime()
    runtime.stopping.set()
    with pytest.raises(Interrupted):
        run_file(ReadOptions(path), runtime)


def test_the_summary_of_an_interrupted_run_says_how_far_it_came(office):
    path = office.file(ANA, BEN)
    _interrupted(office, path)
    said = office.summary()
    assert (said["exit_code"], said["finished"], said["rows"]["unsent"]) == (130, False, 2)
    assert list(said["reports"]) == ["summary.json"]
    office.run(path)
    again = office.summary()
    assert (again["exit_code"], again["finished"], again["rows"]["completed"]) == (0, True, 2)
    assert not (office.folder / "reports" / "q4" / "summary (2).json").exists()


def test_an_interrupted_look_says_so_too_and_leaves_the_other_reports(office):
    path = office.file(ANA.replace("ana@", "sim-pending@"))
    office.run(path, patience=0)
    before = (office.folder / "reports" / "q4" / "results.csv").read_bytes()
    runtime = office.runtime()
    runtime.stopping.set()
    with pytest.raises(Interrupted):
        track_campaign(runtime)
    assert (office.summary()["exit_code"], office.summary()["rows"]["pending"]) == (130, 1)
    assert (office.folder / "reports" / "q4" / "results.csv").read_bytes() == before
