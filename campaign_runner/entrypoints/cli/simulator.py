"""campaign-runner simulator"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Json, Quiet, State, Verbose

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0 = any free port.")]
Rate = Annotated[float, typer.Option("--requests-per-second", help="Requests allowed per second; 0 = no limit.")]
Faults = Annotated[Path | None, typer.Option("--faults", help="JSON file of faults to simulate.")]


def simulator_command(
    port: Port = 8080, state: State = STATE, rate: Rate = 1.0, faults: Faults = None, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Start the embedded Tango simulator as a server on this machine.

    Example: campaign-runner simulator --port 8080
    """
    from campaign_runner.app.locations import state_path
    from campaign_runner.app.simulator import serve_simulator

    with options.command_terminal(as_json, quiet, verbose) as terminal:

        def announce(url: str) -> None:
            terminal.object({"base_url": url}) if as_json else terminal.say(
                f"Tango stand-in at {url} (press Ctrl-C to stop)"
            )

        serve_simulator(state_path(state), port, rate, faults, announce)
