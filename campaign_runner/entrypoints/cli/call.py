"""Which options does every command take, and what does one call of a command work with?

A script may give the same options to each command; what a command has no use for changes nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from campaign_runner.entrypoints.cli.log_output import LogFormatOption
from campaign_runner.entrypoints.cli.options import (
    Config,
    Json,
    Quiet,
    Reports,
    Schemas,
    State,
    Verbose,
    WorkspaceConfig,
    Yes,
)  # fmt: skip
from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.errors import CampaignRunnerError, ExitCode, Interrupted

if TYPE_CHECKING:
    from campaign_runner.app.overrides import Overrides
    from campaign_runner.app.runtime import Runtime
    from campaign_runner.app.workspace import Workspace

REPORTS = Path("reports")


@dataclass(frozen=True)
class Call:
    """The options that every command takes, in the order of `--help`; one that is added here is in all of them."""

    config: Config = None
    state: State = None
    reports: Reports = REPORTS
    schemas: Schemas = None
    yes: Yes = False
    as_json: Json = False
    quiet: Quiet = False
    verbose: Verbose = False
    log_format: LogFormatOption = None

    @cached_property
    def terminal(self) -> Terminal:
        """What the command prints to."""
        return Terminal(as_json=self.as_json, quiet=self.quiet)

    def answer(self, value: Mapping[str, Any], *lines: str) -> None:
        """The result: an object with --json, else lines for people."""
        self.terminal.object(value) if self.as_json else self.terminal.say(*lines)

    def runtime(
        self, file: Path | None = None, *, campaign: str = "", secret: bool | None = True,
        overrides: Overrides | None = None, reads: bool = True,
    ) -> Runtime:  # fmt: skip
        """What the command works with; a CAMPAIGN on the command line must be the one of the settings. A command that
        `reads` no file needs no other processes, nor what they import."""
        from campaign_runner.app.runtime import build_runtime

        if reads:
            from campaign_runner.app.process import executor

            executor.begin(file)
        return build_runtime(
            self.config, self.state, self.reports, self.schemas, file, campaign_id=campaign, secret=secret,
            overrides=overrides, usual_reports=REPORTS,
        )  # fmt: skip

    def asking(self, overrides: Overrides | None = None) -> Runtime:
        """For a question about Tango's rewards, which needs no campaign."""
        runtime = self.runtime(campaign="catalogue", secret=None, overrides=overrides)
        runtime.settings.require_host()
        return runtime

    def workspace(self) -> AbstractContextManager[Workspace]:
        """What a command for many campaigns works in."""
        from campaign_runner.app.workspace import open_workspace

        return open_workspace(self.config, self.state, self.schemas)

    def measured(self, path: Path | None, command: str, file: Path | None = None) -> AbstractContextManager[None]:
        """Figures of the ledger and of this run in a file, where one is named."""
        from campaign_runner.app.process.locations import config_path, ledger_place
        from campaign_runner.app.process.metrics_file import metrics_written

        return metrics_written(path, command, lambda: ledger_place(self.state, config_path(self.config, file)))

    @contextmanager
    def errors_shown(self) -> Iterator[None]:
        """Turn errors into one clear message and the right exit code; a traceback only for a bug."""
        try:
            yield
        except CampaignRunnerError as error:
            self.terminal.error(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            self.terminal.error(Interrupted("interrupted: run the same command again."))
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        finally:
            _show_upgrades(self.terminal)

    @contextmanager
    def interruptible(self, stopping: threading.Event) -> Iterator[None]:
        """The first SIGINT or SIGTERM lets the request under way end, the second one ends at once: both are safe."""

        def stop(_number: int, _frame: object) -> None:
            if stopping.is_set():
                os._exit(ExitCode.INTERRUPTED)
            stopping.set()
            self.terminal.warn(
                "Stopping after the current request. Press Ctrl-C again to stop immediately; nothing is lost."
            )

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@dataclass(frozen=True)
class ServerCall(Call):
    """The same for a command of the server, whose settings are those of the workspace."""

    config: WorkspaceConfig = None


def _show_upgrades(terminal: Terminal) -> None:
    """Where an older ledger was upgraded, and its copy; a command that opened no ledger loads none for this."""
    upgrades = sys.modules.get("campaign_runner.ledger.migrations")
    notices: list[str] = upgrades.NOTICES if upgrades else []
    while notices:
        terminal.warn(notices.pop(0))
