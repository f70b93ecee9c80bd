"""campaign-runner simulator"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0 = any free port.")]
Rate = Annotated[float, typer.Option("--requests-per-second", help="Requests allowed per second; 0 = no limit.")]
Faults = Annotated[Path | None, typer.Option("--faults", help="JSON file of faults to simulate.")]


def simulator_command(call: Call, port: Port = 8080, rate: Rate = 1.0, faults: Faults = None) -> None:
    """Start the embedded Tango simulator as a server on this machine.

    Example: campaign-runner simulator --port 8080
    """
    from campaign_runner.app.process.locations import state_path
    from campaign_runner.app.simulator import serve_simulator

    def announce(url: str) -> None:
        call.answer({"base_url": url}, f"Tango stand-in at {url} (press Ctrl-C to stop)")

    serve_simulator(state_path(call.state), port, rate, faults, announce)
