"""campaign-runner worker"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.options import MetricsFile

Concurrency = Annotated[
    int, typer.Option("--concurrency", min=1, max=64, help="Number of worker processes on this machine.")
]


def worker_command(call: Call, concurrency: Concurrency = 1, metrics_file: MetricsFile = None) -> None:
    """Check, send and follow the campaigns that were submitted to the ledger, until you stop it.

    Example: campaign-runner worker --config workspace.toml
    """
    from campaign_runner.app.incoming.private_temp import private_temp
    from campaign_runner.app.jobs import KINDS, work_until_stopped
    from campaign_runner.app.process import executor
    from campaign_runner.app.process.gc_pause import collect_as_usual
    from campaign_runner.app.process.metrics_file import EVERY, metrics_written
    from campaign_runner.app.process.trim_memory import share_one_heap
    from campaign_runner.app.process.worker_processes import end_with_parent, supervise

    collect_as_usual()
    share_one_heap()
    with call.workspace() as workspace:
        # It may have another process check files, too, which opens the ledger: this one has not opened it yet.
        together = concurrency == 1 and not workspace.settings.ledger.url
        executor.begin(imports=[KINDS["check"].module] if together else [])
        with (
            call.interruptible(workspace.stopping),
            private_temp(workspace.state),
            metrics_written(
                metrics_file, "worker", lambda: (workspace.state, workspace.settings.ledger.url), every=EVERY
            ),
        ):
            end_with_parent()
            call.terminal.say(f"Working on the ledger {workspace.place()}. Stop with Ctrl-C.")
            if concurrency == 1:
                work_until_stopped(workspace)
            else:
                supervise(workspace, concurrency)
