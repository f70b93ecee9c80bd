"""Which arguments do many commands share, and how do they become a runtime?"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.choices import EnvironmentName, HiddenRows
from campaign_runner.model.errors import CampaignRunnerError, ExitCode, Interrupted, UsageError

if TYPE_CHECKING:
    from campaign_runner.app.draft import ReadOptions
    from campaign_runner.app.overrides import Overrides
    from campaign_runner.app.runtime import Runtime
    from campaign_runner.app.workspace import Workspace as WorkspaceOfMany

File = Annotated[Path, typer.Argument(metavar="FILE", help="Spreadsheet: CSV, Excel or OpenDocument.")]
Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Campaign id; default: the one in campaign.toml.")]
Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file; default: campaign.toml beside FILE or in this folder.")
]
Workspace = Annotated[
    Path | None, typer.Option("--config", help="Settings of the server; default: workspace.toml in this folder.")
]
State = Annotated[
    Path | None,
    typer.Option("--state", help="Folder of the ledger; default: .campaign-runner beside campaign.toml."),
]
Reports = Annotated[Path, typer.Option("--reports", help="Folder for reports; each campaign gets its own subfolder.")]
Schemas = Annotated[
    Path | None, typer.Option("--schemas", help="Folder of your own rule book, instead of the built-in one.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet to read; default: the first visible sheet.")]
Hidden = Annotated[HiddenRows, typer.Option("--hidden", help="What to do with hidden rows.")]
Wait = Annotated[str, typer.Option("--wait", help="How long to follow the orders: 90, 30m, 2h; 0 = do not follow.")]
TrackWait = Annotated[
    str, typer.Option("--wait", help="How long to follow the orders: 90, 30m, 2h; default: check once.")
]
Methods = Annotated[
    list[str] | None, typer.Option("--method", help="Include only the columns of this delivery method; repeatable.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, without doing it.")]
Every = Annotated[bool, typer.Option("--all", help="Include every campaign of the ledger.")]
GroupBy = Annotated[
    list[str] | None, typer.Option("--group-by", help="Add totals by this column of your spreadsheet; repeatable.")
]
Since = Annotated[
    str, typer.Option("--from", help="First day to include, by the day the order was placed: 2026-10-01.")
]
Until = Annotated[str, typer.Option("--to", help="Last day to include, by the day the order was placed: 2026-12-31.")]
Environment = Annotated[
    EnvironmentName | None,
    typer.Option("--environment", help="Environment for --all; default: production, if the ledger has any."),
]
Parquet = Annotated[bool, typer.Option("--parquet", help="Also write finance.parquet.")]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show more details; never secrets or personal data.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]

STATE, REPORTS = None, Path("reports")


@contextmanager
def workspace_terminal(
    config: Path | None, state: Path | None, as_json: bool, quiet: bool, verbose: bool, schemas: Path | None = None
) -> Iterator[tuple[Terminal, WorkspaceOfMany]]:
    """The terminal of a command that works on many campaigns, and what it works in."""
    from campaign_runner.app.workspace import open_workspace

    with command_terminal(as_json, quiet, verbose) as terminal, open_workspace(config, state, schemas) as workspace:
        yield terminal, workspace


@contextmanager
def command_terminal(as_json: bool, quiet: bool, verbose: bool) -> Iterator[Terminal]:
    """Turn errors into one clear message and the right exit code; a traceback only for a bug."""
    terminal = Terminal(as_json=as_json, quiet=quiet)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR, format="%(asctime)s %(message)s", stream=sys.stderr
    )
    try:
        yield terminal
    except CampaignRunnerError as error:
        terminal.error(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        terminal.error(Interrupted("interrupted: run the same command again."))
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    finally:
        _show_upgrades(terminal)


def _show_upgrades(terminal: Terminal) -> None:
    """Where an older ledger was upgraded, and what it was was copied; a command that opened no ledger loads none now."""
    upgrades = sys.modules.get("campaign_runner.ledger.upgrades")
    notices: list[str] = upgrades.NOTICES if upgrades else []
    while notices:
        terminal.warn(notices.pop(0))


def runtime(
    config: Path | None, state: Path | None, reports: Path, schemas: Path | None, file: Path | None = None, *,
    campaign: str = "", secret: bool | None = True, overrides: Overrides | None = None, reads: bool = True,
) -> Runtime:  # fmt: skip
    """What the command works with; a CAMPAIGN on the command line must be the one of the settings. A command that `reads`
    no file needs no other processes, nor what they import."""
    from campaign_runner.app.runtime import build_runtime

    if reads:
        from campaign_runner.app import executor

        executor.begin(file)
    return build_runtime(
        config, state, reports, schemas, file, campaign_id=campaign, secret=secret, overrides=overrides,
        usual_reports=REPORTS,
    )  # fmt: skip


def asking(config: Path | None, state: Path | None, overrides: Overrides | None = None) -> Runtime:
    """For a question about Tango's rewards, which needs no campaign."""
    return runtime(config, state, REPORTS, None, campaign="catalogue", secret=None, overrides=overrides)


def reading(file: Path, sheet: str | None, hidden: HiddenRows) -> ReadOptions:
    """How the file is to be read."""
    from campaign_runner.app.draft import ReadOptions

    return ReadOptions(file, sheet, hidden)


def seconds(text: str, option: str = "--wait", unit: str = "s") -> float:
    """`90`, `90s`, `30m`, `2h`, `1d` -> seconds, a number alone in `unit`; raises UsageError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    number, named = (text[:-1], text[-1]) if text[-1:] in units else (text, unit)
    try:
        value = float(number) * units[named]
    except ValueError:
        value = -1.0
    if not 0 <= value <= 36_500 * 86_400:
        if unit == "d":
            raise UsageError(f"{option} {text}: give a number of days, such as 400 or 400d.")
        raise UsageError(f"{option} {text}: give seconds or a number with s, m, h or d, such as 90, 30m or 2h.")
    return value


@contextmanager
def interruptible(stopping: threading.Event, terminal: Terminal) -> Iterator[None]:
    """The first SIGINT or SIGTERM lets the request under way end, the second one ends at once: both are safe."""

    def stop(_number: int, _frame: object) -> None:
        if stopping.is_set():
            os._exit(ExitCode.INTERRUPTED)
        stopping.set()
        terminal.warn("Stopping after the current request. Press Ctrl-C again to stop immediately; nothing is lost.")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
