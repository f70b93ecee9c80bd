"""Which arguments do many commands share, and how do they become a world to work in?"""

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
from campaign_runner.model.errors import CampaignRunnerError, ExitCode, Interrupted, UsageError

if TYPE_CHECKING:
    from campaign_runner.app.draft import ReadOptions
    from campaign_runner.app.overrides import Overrides
    from campaign_runner.app.runtime import Runtime

File = Annotated[Path, typer.Argument(metavar="FILE", help="The spreadsheet: CSV, Excel or OpenDocument.")]
Campaign = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id; default: the one in campaign.toml.")
]
Config = Annotated[
    Path | None, typer.Option("--config", help="The settings; default: campaign.toml beside FILE or here.")
]
State = Annotated[
    Path | None,
    typer.Option("--state", help="Where the ledger is kept; default: .campaign-runner beside campaign.toml."),
]
Reports = Annotated[Path, typer.Option("--reports", help="Where reports go, in a folder per campaign.")]
Schemas = Annotated[
    Path | None, typer.Option("--schemas", help="A rule book of your own instead of the built-in one.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet to read; default: the first visible one.")]
Hidden = Annotated[str, typer.Option("--hidden", help="Hidden rows: hold, include or skip.")]
Wait = Annotated[str, typer.Option("--wait", help="How long to follow the orders: 90, 30m, 2h; 0 = not at all.")]
TrackWait = Annotated[str, typer.Option("--wait", help="Follow the orders for so long; default: look once.")]
Methods = Annotated[list[str] | None, typer.Option("--method", help="Only the columns of this method; repeatable.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")]
Every = Annotated[bool, typer.Option("--all", help="Finance reports over every campaign of the ledger.")]
GroupBy = Annotated[list[str] | None, typer.Option("--group-by", help="A column of your own for totals; repeatable.")]
Since = Annotated[str, typer.Option("--from", help="Only what was placed from this day on: 2026-10-01.")]
Until = Annotated[str, typer.Option("--to", help="Only what was placed up to and with this day.")]
Environment = Annotated[
    str,
    typer.Option("--environment", help="With --all: production (default, if there is any), sandbox or simulator."),
]
Parquet = Annotated[bool, typer.Option("--parquet", help="Finance lines as Parquet too.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Only errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="More about what happens; never secrets or personal data.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]

STATE, REPORTS = None, Path("reports")


@contextmanager
def at_work(as_json: bool, quiet: bool, verbose: bool) -> Iterator[Terminal]:
    """Turns errors into one clear message and the right exit code; a traceback only for a bug."""
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
    campaign: str = "", secret: bool | None = True, overrides: Overrides | None = None,
) -> Runtime:  # fmt: skip
    """What the command works with; a CAMPAIGN on the command line must be the one of the settings."""
    from campaign_runner.app.runtime import build_runtime

    return build_runtime(
        config, state, reports, schemas, file, campaign_id=campaign, secret=secret, overrides=overrides,
        usual_reports=REPORTS,
    )  # fmt: skip


def asking(config: Path | None, state: Path | None, overrides: Overrides | None = None) -> Runtime:
    """For a question about Tango's rewards, which needs no campaign."""
    return runtime(config, state, REPORTS, None, campaign="catalogue", secret=None, overrides=overrides)


def reading(file: Path, sheet: str | None, hidden: str) -> ReadOptions:
    """How the file is to be read."""
    from campaign_runner.app.draft import ReadOptions

    if hidden not in ("hold", "include", "skip"):
        raise UsageError(f'--hidden {hidden}: say "hold" (default), "include" or "skip".')
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
        terminal.warn("Stopping after the request under way. Once more to stop at once; nothing is lost either way.")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
