"""simulator: the Tango stand-in as a server of its own, on this machine only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from campaign_runner.app.steps.connect_tango import SIMULATOR_STATE
from campaign_runner.model.errors import UsageError


def serve_simulator(
    state: Path, port: int, per_second: float, faults: Path | None, announce: Callable[[str], None]
) -> None:
    """Serve the Tango stand-in on this machine until interrupted; `announce` hears its address."""
    from campaign_runner import simulator

    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        stand_in = simulator.Simulator(
            state / SIMULATOR_STATE, requests_per_second=per_second, faults=simulator.read_faults(faults)
        )
        with closing(stand_in), simulator.serve(stand_in, port) as base_url:
            announce(base_url)
            threading.Event().wait()
    except simulator.FaultsUnreadable as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"Port {port} cannot be used ({error.strerror}). Choose another with --port.") from None
