"""Is all well with the server?  What it knows by itself at once, and what `doctor` finds when it is asked."""

from __future__ import annotations

from pathlib import Path

from campaign_runner.app.doctor import diagnose
from campaign_runner.app.health.health_checks import Diagnosis
from campaign_runner.app.health.operations_checks import backups, readiness, workers
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.sent_messages import messages_health
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger.actors import this_account


def quick_health(workspace: Workspace) -> list[Diagnosis]:
    """The ledger, the workers, jobs that fail, and the backups."""
    state = readiness(workspace)
    parts = [
        _part(part, state[part], well, advice)
        for part, well, advice in (
            ("ledger", "answers", "Start the database, or check that the disk is not full."),
            ("worker", "no job waits for long", "Start one: campaign-runner worker."),
            (
                "Tango",
                "answered the last call",
                "Check its status page; calls are retried automatically.",
            ),
        )
    ]
    if state["ledger"] == "ok":
        parts += [one for one in workers(workspace.ledger()) if one.subject != "worker"]
        parts.append(backups(workspace.settings, workspace.clock.now()))
        parts += messages_health(workspace.ledger())
    return parts


def _part(part: str, state: str, well: str, advice: str) -> Diagnosis:
    return Diagnosis(part, state == "ok", well, "") if state == "ok" else Diagnosis(part, False, state, advice)


def full_health(workspace: Workspace) -> list[Diagnosis]:
    """The same, and all that `doctor` looks at: the audit log, permissions, Tango, the account, the clock."""
    runtime = Runtime(
        workspace.settings, workspace.state, Path("reports"), workspace.credentials(), workspace.schemas, workspace.clock,
        ledger_url=workspace.settings.ledger.url, actor=this_account(),
    )  # fmt: skip
    parts = {one.subject: one for one in (*quick_health(workspace), *diagnose(runtime))}
    return list(parts.values())
