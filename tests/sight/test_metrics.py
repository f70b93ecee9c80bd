"""Figures for Prometheus: what they say of a ledger, over HTTP and in a file of a run without a server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from campaign_runner.app.metrics import PREFIX, ledger_metrics, metrics_text
from campaign_runner.app.process.metrics_file import metrics_written
from campaign_runner.ledger import counters, jobs, open_ledger
from campaign_runner.ledger.requests import record_attempt
from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import TangoStopped
from tests.pipeline.conftest import office as office

AT = "2026-04-01T00:00:00.000+00:00"
ANA, BO, BAD = (
    "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25", "2,EMAIL,Bo,Li,bo@example.com,,U561593,30.50",
    "3,EMAIL,Cy,Day,cy@@example.com,,U561593,5",
)  # fmt: skip


def figures(text: str) -> dict[str, float]:
    """Each series with its labels, by a parser that is not ours."""
    return {
        f"{sample.name.removeprefix(PREFIX)}{json.dumps(sample.labels) if sample.labels else ''}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(ledger) -> dict[str, float]:
    return figures(metrics_text(ledger_metrics(ledger)))


def test_rows_money_and_orders_are_those_of_the_summary(office):
    office.run(office.file(ANA, BO, BAD))
    with open_ledger(office.folder / "state") as ledger:
        now = scraped(ledger)
    assert (
        now['rows{"environment": "simulator", "status": "completed"}'] == office.summary()["rows"]["completed"] == 2
    )
    assert now['rows{"environment": "simulator", "status": "rejected"}'] == 1
    assert now['amount{"environment": "simulator", "status": "completed", "currency": "USD"}'] == 55.5
    assert now['orders{"environment": "simulator", "state": "final"}'] == 1
    assert now['requests_total{"method": "POST", "outcome": "accepted", "http_status": "201"}'] == 1


def test_an_order_without_an_answer_has_an_age_and_calls_without_answers_are_counted(office):
    away = {"kind": "503", "call": "look_up", "nth": 2, "times": 99}
    office.tango.set_faults([{"kind": "lost-answer", "call": "place", "times": 99}, away])
    office.run(office.file(ANA), patience=1)
    with open_ledger(office.folder / "state") as ledger:
        now = scraped(ledger)
    assert now['orders{"environment": "simulator", "state": "unknown"}'] == 1
    assert now['orders_oldest_unknown_seconds{"environment": "simulator"}'] > 0
    assert any(name.startswith("unanswered_calls") and value > 0 for name, value in now.items())


def test_a_job_that_nobody_takes_and_one_that_fails_are_seen(tmp_path):
    with open_ledger(tmp_path) as ledger:
        with ledger.write("a test") as connection:
            jobs.want(connection, jobs.DRIVE, 7, AT, in_seconds=-90)
        assert scraped(ledger)["job_longest_due_seconds"] == pytest.approx(90, abs=30)
        with ledger.write("a test") as connection:
            job = jobs.take(connection, frozenset({jobs.DRIVE}))
            assert job
            jobs.failed(connection, job, "ValueError")
        assert scraped(ledger)['job_failures{"kind": "drive"}'] == 1
        assert scraped(ledger)["job_longest_due_seconds"] == 0


def test_figures_of_an_empty_ledger_are_noughts_and_name_nobody(tmp_path):
    with open_ledger(tmp_path) as ledger:
        now = scraped(ledger)
    assert {
        now[name] for name in ("campaigns_halted", "campaigns_recovering", "users", "job_longest_due_seconds")
    } == {0}


def test_labels_with_quotes_and_line_breaks_are_written_as_prometheus_reads_them():
    metric, labels = counters.Metric("jobs", "gauge", "Jobs."), {"kind": 'a "b"\\\n'}
    text = metrics_text([(metric, [counters.Sample(labels, 1)])])
    assert next(iter(text_string_to_metric_families(text))).samples[0].labels == labels


def test_promtool_has_nothing_to_say_about_the_metrics(office):
    if not shutil.which("promtool"):
        pytest.skip("no promtool on this machine")
    office.run(office.file(ANA))
    path = office.folder / "runner.prom"
    with metrics_written(path, "run", lambda: (office.folder / "state", "")):
        pass
    done = subprocess.run(["promtool", "check", "metrics"], input=path.read_bytes(), capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_file_says_how_the_last_run_ended_and_when_one_last_went_well(tmp_path):
    path, place = tmp_path / "q4.prom", lambda: (tmp_path, "")
    with metrics_written(path, "run", place):
        pass
    well = figures(path.read_text("utf-8"))['last_success_timestamp_seconds{"source": "q4", "command": "run"}']
    with pytest.raises(TangoStopped), metrics_written(path, "run", place):
        raise TangoStopped("frozen")
    now = figures(path.read_text("utf-8"))
    assert now['last_run_exit_code{"source": "q4", "command": "run"}'] == 6
    assert now['last_success_timestamp_seconds{"source": "q4", "command": "run"}'] == well
    assert well <= now['last_run_timestamp_seconds{"source": "q4", "command": "run"}'] <= time.time()
    assert [each.name for each in tmp_path.iterdir()] == ["q4.prom"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path, capsys):
    with metrics_written(tmp_path / "none" / "q4.prom", "run", lambda: (tmp_path, "")):
        pass
    assert "--metrics-file" in capsys.readouterr().err


def test_run_track_and_a_refused_run_write_the_file(office, monkeypatch):
    monkeypatch.chdir(office.folder)
    office.file(ANA)
    (office.folder / "campaign.toml").write_text(
        f'[campaign]\nid = "q4"\n[tango]\nbase_url = "{office.base_url}"\nrequests_per_second = 0\n', "utf-8"
    )
    codes = []
    for words in (["run", "q4.csv", "--wait", "0"], ["track"], ["run", "none.csv"]):
        subprocess.run(
            [sys.executable, "-m", "campaign_runner", *words, "--metrics-file", "q4.prom"], capture_output=True
        )
        now = figures((office.folder / "q4.prom").read_text("utf-8"))
        codes.append(now[f'last_run_exit_code{{"source": "q4", "command": "{words[0]}"}}'])
        assert now['orders{"source": "q4", "environment": "simulator", "state": "accepted"}'] == 1
    assert codes == [5, 5, 3]


def test_a_worker_writes_while_it_works(tmp_path):
    path = tmp_path / "worker.prom"
    with metrics_written(path, "worker", lambda: (tmp_path, ""), every=0.01):
        until = time.monotonic() + 10
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert "last_run_exit_code" not in path.read_text("utf-8")


def test_each_request_is_counted_by_its_answer(tmp_path):
    with open_ledger(tmp_path) as ledger:
        for status in (200, 200, 503):
            record_attempt(
                ledger,
                0,
                "x",
                AT,
                "GET",
                Receipt(Outcome.UNKNOWN, http_status=status),
                0,
            )
        now = scraped(ledger)
    assert now['requests_total{"method": "GET", "outcome": "unknown", "http_status": "200"}'] == 2
    assert now['requests_total{"method": "GET", "outcome": "unknown", "http_status": "503"}'] == 1
