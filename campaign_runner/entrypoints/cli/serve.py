"""campaign-runner serve"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.options import STATE, Json, Quiet, State, Verbose, Workspace
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from campaign_runner.app.server_address import SetUp

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 = any free port.")]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Start no worker; others send and follow the orders.")]
BehindProxy = Annotated[
    bool, typer.Option("--behind-proxy", help="A proxy with TLS is in front: allow an address others can reach.")
]


def serve_command(
    config: Workspace = None, state: State = STATE, host: Host = "127.0.0.1", port: Port = 8080,
    no_worker: NoWorker = False, behind_proxy: BehindProxy = False, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Start the web application, and a worker beside it. Without users it prints a link for the first administrator.

    Example: campaign-runner serve --port 8080
    """
    with options.command_terminal(as_json, quiet, verbose) as terminal:

        def announce(ready: SetUp) -> None:
            if as_json:
                terminal.object({"address": ready.address, "set_up": ready.link})
                return
            print(ready.address, flush=True)
            if ready.link:
                print(f"Create the first administrator (valid once, for an hour): {ready.link}", flush=True)

        try:
            web = import_module("campaign_runner.entrypoints.web.server")
        except ModuleNotFoundError as error:
            raise UsageError(
                f"The web application is not installed ({error.name} is missing). Install it with: "
                "pip install 'campaign-runner[web]'"
            ) from None
        web.serve(config, state, host, port, announce, worker=not no_worker, behind_proxy=behind_proxy)
