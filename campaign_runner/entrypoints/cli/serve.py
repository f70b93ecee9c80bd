"""campaign-runner serve"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.app.process.gc_pause import collect_as_usual
from campaign_runner.entrypoints.cli.call import ServerCall
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from campaign_runner.app.process.server_address import SetUp

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 = any free port.")]
NoWorker = Annotated[
    bool,
    typer.Option("--no-worker", help="Start no worker; separate workers send and follow the orders."),
]
BehindProxy = Annotated[
    bool,
    typer.Option("--behind-proxy", help="Allow a --host that others can reach; only behind a proxy with TLS."),
]


def serve_command(
    call: ServerCall,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    no_worker: NoWorker = False,
    behind_proxy: BehindProxy = False,
) -> None:
    """Start the web application and a worker. Without users, it prints a link that creates the first administrator.

    Example: campaign-runner serve --port 8080
    """

    def announce(ready: SetUp) -> None:
        if call.as_json:
            call.terminal.object({"address": ready.address, "set_up": ready.link})
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
    collect_as_usual()
    web.serve(call.config, call.state, host, port, announce, worker=not no_worker, behind_proxy=behind_proxy)
