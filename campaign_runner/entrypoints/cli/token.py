"""campaign-runner token: create, list, revoke"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.common import with_every_option
from campaign_runner.entrypoints.cli.options import STATE, Json, Quiet, State, Verbose, Workspace
from campaign_runner.model.wording import day

token = typer.Typer(name="token", no_args_is_help=True, help="API tokens of the web application.")
User = Annotated[str, typer.Option("--user", metavar="EMAIL", help="In whose name the program acts.")]
Name = Annotated[str, typer.Option("--name", help="Which program carries the token.")]
Expires = Annotated[str, typer.Option("--expires", help="How long it is valid: 90d, 12h; at most 366d.")]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="Confine it to this role of the user; repeatable. Default: all.")
]
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the token, as `token list` shows it.")]


@token.command("create")
@with_every_option
def create_command(
    user: User, name: Name, expires: Expires = "90d", role: Roles = None, config: Workspace = None,
    state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Create an API token and print it. It is shown this once; the ledger keeps a hash.

    Example: campaign-runner token create --user ana@example.com --name nightly --expires 90d
    """
    from campaign_runner.app.tokens import create_token

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        made, secret = create_token(workspace, None, user, name, role or (), expires)
        if as_json:
            terminal.object({"id": made.id, "token": secret, "expires_at": made.expires_at})
            return
        print(secret, flush=True)
        if not quiet:
            terminal.warn(
                f"Token {made.id} of {made.email}, valid until {day(made.expires_at)}. It is not shown again."
            )


@token.command("list")
@with_every_option
def list_command(
    config: Workspace = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:  # fmt: skip
    """List the API tokens: whose, for what, until when.

    Example: campaign-runner token list
    """
    from campaign_runner.app.tokens import list_tokens

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        tokens = list_tokens(workspace)
        if as_json:
            terminal.object({"tokens": [
                {"id": each.id, "user": each.email, "name": each.name, "roles": sorted(each.roles),
                 "expires_at": each.expires_at, "used_at": each.used_at, "revoked_at": each.revoked_at}
                for each in tokens
            ]})  # fmt: skip
        elif not tokens:
            terminal.say("There are no tokens yet.")
        else:
            rows = [
                (str(each.id), each.email, each.name, ", ".join(sorted(each.roles)) or "all of the user's",
                 f"revoked {day(each.revoked_at)}" if each.revoked_at else day(each.expires_at), each.used_at[:16])
                for each in tokens
            ]  # fmt: skip
            terminal.table(("ID", "User", "Name", "Roles", "Valid until", "Last used"), rows)


@token.command("revoke")
@with_every_option
def revoke_command(
    number: Number, config: Workspace = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Revoke an API token: it opens nothing from now on.

    Example: campaign-runner token revoke 3
    """
    from campaign_runner.app.tokens import revoke_token

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        revoke_token(workspace, None, number)
        terminal.object({"revoked": number}) if as_json else terminal.say(f"Token {number} is revoked.")
