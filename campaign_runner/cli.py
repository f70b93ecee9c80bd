"""Which commands are there?  Arguments in, exit code out; everything that matters happens in `pipeline`.

Heavy imports wait inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from campaign_runner import __version__
from campaign_runner.errors import CampaignRunnerError, ExitCode, UsageError
from campaign_runner.terminal import Terminal

if TYPE_CHECKING:
    from campaign_runner.outside import World
    from campaign_runner.pipeline import Result
    from campaign_runner.preparation import Reading

app = typer.Typer(
    name="campaign-runner", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="From a spreadsheet of reward recipients to rewards that arrived, and books that close.",
)  # fmt: skip

# ---- what many commands take -------------------------------------------------------------------------------------

File = Annotated[Path, typer.Argument(metavar="FILE", help="The spreadsheet: CSV, Excel or OpenDocument.")]
Campaign = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="The campaign's id; without it, the one in campaign.toml.")
]
Config = Annotated[
    Path | None, typer.Option("--config", help="The settings; default: campaign.toml beside FILE or here.")
]
State = Annotated[Path, typer.Option("--state", help="Where the ledger is kept.")]
Reports = Annotated[Path, typer.Option("--reports", help="Where reports go, in a folder per campaign.")]
Schemas = Annotated[
    Path | None, typer.Option("--schemas", help="A rule book of your own instead of the built-in one.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet to read; default: the first visible one.")]
Hidden = Annotated[str, typer.Option("--hidden", help="Hidden rows: hold, include or skip.")]
Wait = Annotated[str, typer.Option("--wait", help="How long to follow the orders: 90, 30m, 2h; 0 = not at all.")]
TrackWait = Annotated[str, typer.Option("--wait", help="Follow the orders for so long; default: look once.")]
Methods = Annotated[list[str] | None, typer.Option("--method", help="Only the columns of this method; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Only errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="More about what happens; never secrets or personal data.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]

STATE, REPORTS = Path(".campaign-runner"), Path("reports")


@app.command()
def check(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Read and validate a spreadsheet; send nothing.

    Example: campaign-runner check q4.xlsx
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with _at_work(as_json, quiet, verbose) as terminal:
        world = _world(config, state, reports, schemas, file, secret=False)
        with terminal.progress() as progress:
            result = pipeline.check(_reading(file, sheet, hidden), world, progress)
        _end(terminal, result, lambda: screen.check(result.books, _tally(result), result.reports))


@app.command()
def plan(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Check, and tell what would be sent: orders, totals, duplicates. Send nothing.

    Example: campaign-runner plan q4.xlsx
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with _at_work(as_json, quiet, verbose) as terminal:
        world = _world(config, state, reports, schemas, file, secret=False)
        with terminal.progress() as progress:
            result = pipeline.plan(_reading(file, sheet, hidden), world, progress)
        _end(terminal, result, lambda: screen.plan(result.books, _tally(result), result.reports))


@app.command()
def run(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = "hold", wait: Wait = "10m", as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Check, plan, place, follow, reconcile and report. Running it again resumes: nothing is sent twice.

    Example: campaign-runner run q4.xlsx --wait 30m
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with _at_work(as_json, quiet, verbose) as terminal:
        world = _world(config, state, reports, schemas, file)
        with terminal.progress() as progress, _interruptible(world.stopping, terminal):
            result = pipeline.run(_reading(file, sheet, hidden), world, patience=seconds(wait), progress=progress)
        _end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports))


@app.command()
def track(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, wait: TrackWait = "", as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Look up what is open or unknown, once or for --wait.

    Example: campaign-runner track 2026-q4-recognition --wait 2h
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with _at_work(as_json, quiet, verbose) as terminal:
        world = _world(config, state, reports, schemas, campaign=campaign)
        with terminal.progress() as progress, _interruptible(world.stopping, terminal):
            result = pipeline.track(world, patience=seconds(wait) if wait else None, progress=progress)
        _end(terminal, result, lambda: screen.run(result.books, None, result.reports))


@app.command()
def reports(
    campaign: Campaign = "", config: Config = None, state: State = STATE, reports: Reports = REPORTS,
    schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Write every report again from the ledger.

    Example: campaign-runner reports 2026-q4-recognition
    """
    from campaign_runner import pipeline
    from campaign_runner.reporting import screen

    with _at_work(as_json, quiet, verbose) as terminal:
        world = _world(config, state, reports, schemas, campaign=campaign, secret=False)
        with terminal.progress() as progress:
            result = pipeline.reports(world, progress)
        _end(terminal, result, lambda: screen.run(result.books, None, result.reports))


@app.command()
def status(
    campaign: Campaign = "", config: Config = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Campaigns with their counts, or one campaign in detail.

    Example: campaign-runner status
    """
    from campaign_runner import pipeline, settings

    with _at_work(as_json, quiet, verbose) as terminal:
        found = pipeline.status(state, settings.ledger_url(_config(config, None)), campaign)
        terminal.object({"campaigns": found}) if as_json else terminal.campaigns(found, detail=bool(campaign))


@app.command()
def rules(
    method: Annotated[str, typer.Argument(metavar="METHOD", help="EMAIL, PHONE, …; without it, an overview.")] = "",
    schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """The rules of a delivery method, from the rule book.

    Example: campaign-runner rules EMAIL
    """
    from campaign_runner import validation
    from campaign_runner.reporting.rules import rules_table

    with _at_work(as_json, quiet, verbose) as terminal:
        book = validation.load_book(schemas)
        wanted = method.upper()
        if wanted and wanted not in book.methods:
            raise UsageError(f'There is no delivery method "{method}". Known: {", ".join(book.methods)}.')
        head, *rows = rules_table(book, wanted or None)
        if as_json:
            terminal.object({"rules": [dict(zip(head, row, strict=True)) for row in rows]})
        else:
            terminal.table(head, rows)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .xlsx or .csv to write.")],
    method: Methods = None, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """An empty spreadsheet with headers, drop-downs, comments and one example row per method.

    Example: campaign-runner template q4.xlsx --method EMAIL --method PHONE
    """
    from campaign_runner import onboarding

    with _at_work(as_json, quiet, verbose) as terminal:
        terminal.may_overwrite(file, yes)
        onboarding.template(file, schemas, [name.upper() for name in method or ()])
        terminal.object({"written": [str(file)]}) if as_json else terminal.say(f"Written: {file}")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; default: here.")] = Path(),
    schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Write a commented campaign.toml and a template workbook.

    Example: campaign-runner init q4-rewards
    """
    from campaign_runner import onboarding

    with _at_work(as_json, quiet, verbose) as terminal:
        for name in ("campaign.toml", "rewards.xlsx"):
            terminal.may_overwrite(folder / name, yes)
        written = [str(path) for path in onboarding.init(folder, schemas)]
        then = "Fill in the workbook, look at campaign.toml, then: campaign-runner check rewards.xlsx"
        terminal.object({"written": written}) if as_json else terminal.say(f"Written: {', '.join(written)}", then)


@app.command()
def simulator(
    port: Annotated[int, typer.Option("--port", help="The port on this machine; 0 = any free one.")] = 8080,
    state: State = STATE, rate: Annotated[float, typer.Option("--requests-per-second", help="0 = no limit.")] = 1.0,
    faults: Annotated[Path | None, typer.Option("--faults", help="A JSON file with the faults to make.")] = None,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """The embedded Tango stand-in as a server of its own, on this machine only.

    Example: campaign-runner simulator --port 8080
    """
    from campaign_runner import onboarding

    with _at_work(as_json, quiet, verbose) as terminal:

        def announce(url: str) -> None:
            terminal.object({"base_url": url}) if as_json else terminal.say(
                f"Tango stand-in at {url} (Ctrl-C ends it)"
            )

        onboarding.serve_simulator(state, port, rate, faults, announce)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"campaign-runner {__version__}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script; leaves with an exit code of the README's table."""
    try:
        app(args=list(arguments) if arguments is not None else None, standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    sys.exit(ExitCode.DONE)


# ---- the ways in and out -----------------------------------------------------------------------------------------


@contextmanager
def _at_work(as_json: bool, quiet: bool, verbose: bool) -> Iterator[Terminal]:
    """Turns errors into one clear message and the right exit code; a traceback only for a bug."""
    terminal = Terminal(as_json=as_json, quiet=quiet)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(message)s", stream=sys.stderr)
    try:
        yield terminal
    except CampaignRunnerError as error:
        terminal.error(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _end(terminal: Terminal, result: Result, lines: Callable[[], list[str]]) -> NoReturn:
    from campaign_runner.reporting import summary

    if terminal.as_json:
        terminal.object(summary(result.books, result.reports, result.exit_code, result.tally))
    else:
        terminal.say(*lines())
    if result.books.stopped:
        terminal.warn(result.books.stopped)
    raise typer.Exit(result.exit_code)


def _world(
    config: Path | None, state: Path, reports: Path, schemas: Path | None, file: Path | None = None, *,
    campaign: str = "", secret: bool = True,
) -> World:  # fmt: skip
    from campaign_runner import settings
    from campaign_runner.outside import World

    loaded = settings.load(_config(config, file), campaign)
    credentials = settings.credentials(loaded) if secret else settings.Credentials()
    return World(loaded, state, reports, credentials, schemas, ledger_url=loaded.ledger.url)


def _config(config: Path | None, file: Path | None) -> Path | None:
    """`--config`, else campaign.toml beside the spreadsheet, else here; None where there is none."""
    if config:
        return config
    places = [file.parent / "campaign.toml"] if file else []
    return next((path for path in (*places, Path("campaign.toml")) if path.exists()), None)


def _reading(file: Path, sheet: str | None, hidden: str) -> Reading:
    from campaign_runner.preparation import Reading

    if hidden not in ("hold", "include", "skip"):
        raise UsageError(f'--hidden {hidden}: say "hold" (default), "include" or "skip".')
    return Reading(file, sheet, hidden)


def _tally(result: Result) -> Any:
    assert result.tally is not None
    return result.tally


def seconds(text: str) -> float:
    """`90`, `90s`, `30m`, `2h`, `1d` -> seconds; raises UsageError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    try:
        value = float(number) * units[unit]
    except ValueError:
        value = -1.0
    if not 0 <= value <= 366 * 86_400:
        raise UsageError(f"--wait {text}: give seconds or a number with s, m, h or d, such as 90, 30m or 2h.")
    return value


@contextmanager
def _interruptible(stopping: threading.Event, terminal: Terminal) -> Iterator[None]:
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
