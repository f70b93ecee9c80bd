"""The alert rules of deploy/: each fires where it should, by figures of a real fault where the simulator can make it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from campaign_runner.app.halt import halt_campaign
from campaign_runner.app.metrics import PREFIX, ledger_metrics, metrics_text
from campaign_runner.ledger import counters, jobs, open_ledger
from campaign_runner.ledger.outbox_tables import deliveries
from campaign_runner.model.errors import CampaignRunnerError
from tests.clock import HandClock
from tests.pipeline.conftest import Office
from tests.pipeline.conftest import office as office

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "campaign-runner.json"
ALERTS = {rule["alert"]: rule for rule in yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]}
AT, ANA, FAILS = (
    "2026-04-01T00:00:00.000+00:00", "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25",
    "2,EMAIL,Bo,Li,sim-fails@example.com,,U561593,30",
)  # fmt: skip
pytestmark = pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool on this machine (apt: prometheus)")


def _faults(*faults: dict[str, object], patience: float = 1) -> Callable[[Office], None]:
    def run(office: Office) -> None:
        office.tango.set_faults(faults)
        with suppress(CampaignRunnerError):
            office.run(office.file(ANA, FAILS), patience=patience)

    return run


def _too_many(office: Office) -> None:
    """At a pace, and now: how long Tango is left alone is a time to come."""
    office.clock = HandClock(datetime.now(UTC).replace(tzinfo=None).isoformat())
    office.values["tango"] = {"requests_per_second": 1}
    _faults({"kind": "429-wait", "call": "place", "times": 9, "seconds": 900})(office)


def _wanted(office: Office, *, fails: int = 0) -> None:
    with open_ledger(office.folder / "state") as ledger, ledger.write("a test") as connection:
        jobs.want(connection, jobs.DRIVE, 7, AT, in_seconds=-90)
        for _ in range(fails):
            job = jobs.take(connection, frozenset({jobs.DRIVE}))
            assert job
            jobs.failed(connection, job, "ValueError")
            jobs.hasten(connection, jobs.DRIVE, 7)


def _halted(office: Office) -> None:
    office.run(office.file(ANA))
    halt_campaign(office.runtime(), "wrong amounts")


def _undelivered(office: Office) -> None:
    with open_ledger(office.folder / "state") as ledger, ledger.write("a test") as connection:
        row = {"notice": "n", "kind": "finished", "channel": "notify", "target": "mail", "facts": "{}", "at": AT}
        connection.execute(deliveries.insert().values(**row, state="waiting", due_at=1.0))


_LOST = {"kind": "lost-answer", "call": "place", "times": 99}
_AWAY = {"kind": "503", "call": "look_up", "nth": 2, "times": 99}
# What goes wrong, and the alerts that it must raise (others may fire, too).
FAULTS: dict[str, tuple[Callable[[Office], None], set[str]]] = {
    "answers are lost, and look-ups fail": (
        _faults(_LOST, _AWAY, patience=600),
        {"CampaignRunnerOrderUnknown", "CampaignRunnerOrdersOverdue", "CampaignRunnerTangoSilent"},
    ),
    "the credentials are refused": (_faults({"kind": "401", "call": "place", "times": 9}), {"CampaignRunnerRefused"}),
    "the answer is about another order": (
        _faults({"kind": "other-order", "call": "place"}, {"kind": "other-order", "call": "look_up", "nth": 2, "times": 9}),
        {"CampaignRunnerOrderConflict"},
    ),
    "too many requests": (_too_many, {"CampaignRunnerSlowedDown"}),
    "a line fails": (_faults(patience=600), {"CampaignRunnerRowsFail"}),
    "nobody takes the jobs": (_wanted, {"CampaignRunnerNoWorker"}),
    "a job fails again and again": (lambda office: _wanted(office, fails=3), {"CampaignRunnerJobFails"}),
    "somebody halted a campaign": (_halted, {"CampaignRunnerHalted"}),
    "messages cannot be sent": (_undelivered, {"CampaignRunnerMessagesWait"}),
}  # fmt: skip
# What the ledger cannot say, as series over four hours, and what must not raise an alert.
_CODE = 'campaign_runner_last_run_exit_code{command="run"}'
SERIES: dict[str, tuple[dict[str, str], set[str]]] = {
    "the server does not answer": ({'up{job="campaign-runner"}': "0x240"}, {"CampaignRunnerDown"}),
    "a nightly run was refused": ({_CODE: "4x240"}, {"CampaignRunnerRunFailed"}),
    "a nightly run goes on tomorrow": ({_CODE: "5x240"}, set()),
    "the last good run was yesterday": (
        {'campaign_runner_last_success_timestamp_seconds{command="run"}': "-90000x240"}, {"CampaignRunnerRunMissing"},
    ),
    "a recovery did not finish": ({"campaign_runner_campaigns_recovering": "1x240"}, {"CampaignRunnerRecovering"}),
    "rows failed long ago": ({'campaign_runner_rows{status="failed"}': "3x240"}, set()),
}  # fmt: skip


def _fired(folder: Path, series: dict[str, str], alerts: set[str]) -> str:
    """What promtool has to say if exactly these alerts are expected of all at minute 180; "" = they fire."""
    tests = [{"interval": "1m", "input_series": [{"series": name, "values": values} for name, values in series.items()],
              "promql_expr_test": [
                  {"expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) > bool 0', "eval_time": "180m",
                   "exp_samples": [{"labels": "{}", "value": 1}]} for alert in sorted(alerts)
              ] or [{"expr": 'ALERTS{alertstate="firing"}', "eval_time": "180m", "exp_samples": []}]}]  # fmt: skip
    path = folder / "alerts_test.yml"
    path.write_text(
        yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}), "utf-8"
    )
    done = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def scraped(office: Office) -> dict[str, str]:
    """The figures as series: a counter rises in the last minutes, so that its increase is seen."""
    with open_ledger(office.folder / "state") as ledger:
        text = metrics_text(ledger_metrics(ledger))
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: f"{'_x175 ' + value + 'x65' if _is_new(name) else value + 'x240'}" for name, value in found.items()}


def _is_new(name: str) -> bool:
    return "requests_total" in name or 'status="failed"' in name


@pytest.mark.parametrize("what", FAULTS)
def test_an_alert_fires_by_the_figures_of_a_real_fault(what, office):
    happens, alerts = FAULTS[what]
    happens(office)
    assert _fired(office.folder, scraped(office), alerts) == ""


@pytest.mark.parametrize("what", SERIES)
def test_an_alert_of_what_no_ledger_knows(what, tmp_path):
    assert _fired(tmp_path, *SERIES[what]) == ""


def test_nothing_fires_where_all_is_well(office):
    office.run(office.file(ANA))
    assert _fired(office.folder, scraped(office), set()) == ""


def test_every_alert_is_tested_and_has_a_paragraph_in_the_manual():
    tested = {name for cases in (FAULTS, SERIES) for _, names in cases.values() for name in names}
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert tested == set(ALERTS)
    assert re.findall(r"^### (CampaignRunner\w+)$", manual, re.M) == list(ALERTS)
    assert all(rule["annotations"]["runbook_url"].endswith(f"#{name.lower()}") for name, rule in ALERTS.items())


def test_rules_and_dashboard_ask_for_metrics_that_there_are():
    from campaign_runner.app.process.metrics_file import RUN_METRICS

    known = {PREFIX + each.name for each in (*counters.METRICS, *RUN_METRICS)}
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    asked = [rule["expr"] for rule in ALERTS.values()] + [
        target["expr"] for panel in panels for target in panel.get("targets", ())
    ]
    assert {name for expr in asked for name in re.findall(r"campaign_runner_\w+", expr)} <= known


def test_the_example_of_a_configuration_is_one():
    done = subprocess.run(
        ["promtool", "check", "config", str(RULES.with_name("prometheus.yml"))], capture_output=True
    )
    assert done.returncode == 0, done.stdout
