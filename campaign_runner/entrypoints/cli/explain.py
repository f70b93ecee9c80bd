"""campaign-runner explain"""

from __future__ import annotations

from dataclasses import asdict

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import REPORTS, STATE, Config, Json, Quiet, Schemas, State, Verbose
from campaign_runner.entrypoints.cli.release import CampaignNeeded, What


def explain_command(
    campaign: CampaignNeeded, what: What, config: Config = None, state: State = STATE, schemas: Schemas = None,
    as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show the history of one row: its cells, references, every request and every change of status.

    Example: campaign-runner explain 2026-q4-recognition 14
    """
    from campaign_runner.app.explain import explain_row

    with options.command_terminal(as_json, quiet, verbose) as terminal:
        runtime = options.runtime(config, state, REPORTS, schemas, campaign=campaign, secret=False)
        life = explain_row(runtime, what)
        terminal.object(asdict(life)) if as_json else terminal.life(life)
