"""The commands to begin with: init, template, rules, simulator."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.demands import Overrides, Refresh
from campaign_runner.entrypoints.cli.options import STATE, Config, Json, Methods, Quiet, Schemas, State, Verbose, Yes
from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.errors import UsageError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; default: here.")]
Target = Annotated[Path, typer.Argument(metavar="FILE", help="The .xlsx or .csv to write.")]
Key = Annotated[list[str] | None, typer.Option("--key", help="A column that names each person; repeatable.")]
OneMethod = Annotated[str, typer.Argument(metavar="METHOD", help="EMAIL, PHONE, …; without it, an overview.")]
Rewards = Annotated[bool, typer.Option("--rewards", help="A drop-down of the rewards in Tango's catalogue, by name.")]
Search = Annotated[str, typer.Argument(metavar="SEARCH", help="Words, such as a name, utid or currency.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port on this machine; 0 = any free one.")]
Rate = Annotated[float, typer.Option("--requests-per-second", help="What it allows; 0 = no limit.")]
Faults = Annotated[Path | None, typer.Option("--faults", help="A JSON file with the faults to make.")]


def init(
    folder: Folder = Path(), key: Key = None, schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """Write a commented campaign.toml, with an id from the folder's name and the day, and a template workbook.

    The column that names each person (--key, such as "Employee ID") is set where a spreadsheet of the folder has one;
    at a terminal you are asked.

    Example: campaign-runner init q4-rewards
    """
    from campaign_runner.app import init as onboarding

    with options.at_work(as_json, quiet, verbose) as terminal:
        for name in ("campaign.toml", onboarding.WORKBOOK):
            terminal.may_overwrite(folder / name, yes)
        chosen = key or _key(terminal, onboarding.proposed_key(folder, schemas), yes)
        written = [str(path) for path in onboarding.init(folder, schemas, chosen, now=datetime.now(UTC))]
        then = f"Fill in the workbook, look at campaign.toml, then: campaign-runner check {written[1]}"
        terminal.object({"written": written}) if as_json else terminal.say(f"Written: {', '.join(written)}", then)


def _key(terminal: Terminal, proposal: str, yes: bool) -> list[str]:
    """The column that names a row: asked for at a terminal, proposed by a file that is there."""
    if yes or not sys.stdin.isatty():
        return [proposal] if proposal else []
    question = "Which column names each person, so that a changed row is never sent twice? (- for none)"
    typed = terminal.ask_for(question, proposal)
    return [typed] if typed else []


def template(
    file: Target, method: Methods = None, rewards: Rewards = False, config: Config = None, state: State = STATE,
    schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False, yes: Yes = False,
) -> None:  # fmt: skip
    """An empty spreadsheet with headers, drop-downs, comments and one example row per method.

    Example: campaign-runner template q4.xlsx --method EMAIL --method PHONE
    """
    from campaign_runner.app import init as onboarding

    with options.at_work(as_json, quiet, verbose) as terminal:
        terminal.may_overwrite(file, yes)
        names = _names(config, state) if rewards else []
        onboarding.template(file, schemas, [name.upper() for name in method or ()], names)
        terminal.object({"written": [str(file)]}) if as_json else terminal.say(f"Written: {file}")


def _names(config: Path | None, state: Path | None) -> list[str]:
    from campaign_runner.app import clearance

    return clearance.names_of_rewards(options.asking(config, state))


def rules(
    method: OneMethod = "", schemas: Schemas = None, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """The rules of a delivery method as a table, from the rule book.

    Example: campaign-runner rules EMAIL
    """
    from campaign_runner import validation
    from campaign_runner.reporting.rules_table import rules_table

    with options.at_work(as_json, quiet, verbose) as terminal:
        book = validation.load_book(schemas)
        wanted = method.upper()
        if wanted and wanted not in book.methods:
            raise UsageError(f'There is no delivery method "{method}". Known: {", ".join(book.methods)}.')
        head, *rows = rules_table(book, wanted or None)
        if as_json:
            terminal.object({"rules": [dict(zip(head, row, strict=True)) for row in rows]})
        else:
            terminal.table(head, rows)


def catalogue(
    search: Search = "", config: Config = None, state: State = STATE, refresh: Refresh = False, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """The rewards that Tango offers, or those in which all words of SEARCH are found.

    Example: campaign-runner catalogue "gift card EUR"
    """
    from campaign_runner.app import clearance

    with options.at_work(as_json, quiet, verbose) as terminal:
        found = clearance.rewards(options.asking(config, state, Overrides(refresh)), search)
        if as_json:
            terminal.object({"rewards": found})
        elif found:
            terminal.table(list(found[0]), [list(one.values()) for one in found])
        else:
            terminal.say(f'No reward has "{search}" in its name, utid, currency, countries or methods.')


def simulator(
    port: Port = 8080, state: State = STATE, rate: Rate = 1.0, faults: Faults = None, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """The embedded Tango stand-in as a server of its own, on this machine only.

    Example: campaign-runner simulator --port 8080
    """
    from campaign_runner.app import init as onboarding

    with options.at_work(as_json, quiet, verbose) as terminal:

        def announce(url: str) -> None:
            terminal.object({"base_url": url}) if as_json else terminal.say(
                f"Tango stand-in at {url} (Ctrl-C ends it)"
            )

        onboarding.serve_simulator(options.state_path(state), port, rate, faults, announce)
