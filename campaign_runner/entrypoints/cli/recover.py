"""campaign-runner recover"""

from __future__ import annotations

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.ending import end
from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Config,
    File,
    Hidden,
    Json,
    Quiet,
    Reports,
    Schemas,
    Sheet,
    State,
    Verbose,
)
from campaign_runner.model.choices import HiddenRows


def recover_command(
    file: File, config: Config = None, state: State = STATE, reports: Reports = REPORTS, schemas: Schemas = None,
    sheet: Sheet = None, hidden: Hidden = HiddenRows.HOLD, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Rebuild a lost ledger from the orders that Tango has for this file. Places nothing.

    Example: campaign-runner recover q4.xlsx
    """
    from campaign_runner.app import screen
    from campaign_runner.app.recover import recover_ledger

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, reports, schemas, file)
        with terminal.progress() as progress, options.interruptible(runtime.stopping, terminal):
            result = recover_ledger(options.reading(file, sheet, hidden), runtime, progress)
        end(terminal, result, lambda: screen.run(result.books, result.tally, result.reports), runtime)
