"""campaign-runner token: create, list, revoke"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import ServerCall
from campaign_runner.entrypoints.cli.command import command
from campaign_runner.model.wording import day

token = typer.Typer(name="token", no_args_is_help=True, help="Create, list and revoke API tokens.")
User = Annotated[
    str, typer.Option("--user", metavar="EMAIL", help="E-mail address of the user for whom the program acts.")
]
Name = Annotated[str, typer.Option("--name", help="Name of the program that uses the token.")]
Expires = Annotated[str, typer.Option("--expires", help="How long it is valid: 90d, 12h; at most 366d.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="Limit the token to this role of the user; repeatable. Default: all."),
]
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the token, as `token list` shows it.")]


@token.command("create")
@command
def create_command(call: ServerCall, user: User, name: Name, expires: Expires = "90d", role: Roles = None) -> None:
    """Create an API token and print it. It is shown only once; the ledger keeps a hash.

    Example: campaign-runner token create --user ana@example.com --name nightly --expires 90d
    """
    from campaign_runner.app.accounts.tokens import create_token

    with call.workspace() as workspace:
        made, secret = create_token(workspace, None, user, name, role or (), expires)
        if call.as_json:
            call.terminal.object({"id": made.id, "token": secret, "expires_at": made.expires_at})
            return
        print(secret, flush=True)
        if not call.quiet:
            call.terminal.warn(
                f"Token {made.id} of {made.email}, valid until {day(made.expires_at)}. It is not shown again."
            )


@token.command("list")
@command
def list_command(call: ServerCall) -> None:
    """List the API tokens: number, user, program, last day.

    Example: campaign-runner token list
    """
    from campaign_runner.app.accounts.tokens import list_tokens

    with call.workspace() as workspace:
        tokens = list_tokens(workspace)
        if call.as_json:
            call.terminal.object({"tokens": [
                {"id": each.id, "user": each.email, "name": each.name, "roles": sorted(each.roles),
                 "expires_at": each.expires_at, "used_at": each.used_at, "revoked_at": each.revoked_at}
                for each in tokens
            ]})  # fmt: skip
        elif not tokens:
            call.terminal.say("There are no tokens yet.")
        else:
            rows = [
                (str(each.id), each.email, each.name, ", ".join(sorted(each.roles)) or "all of the user's",
                 f"revoked {day(each.revoked_at)}" if each.revoked_at else day(each.expires_at), each.used_at[:16])
                for each in tokens
            ]  # fmt: skip
            call.terminal.table(("ID", "User", "Name", "Roles", "Valid until", "Last used"), rows)


@token.command("revoke")
@command
def revoke_command(call: ServerCall, number: Number) -> None:
    """Revoke an API token: it stops working at once.

    Example: campaign-runner token revoke 3
    """
    from campaign_runner.app.accounts.tokens import revoke_token

    with call.workspace() as workspace:
        revoke_token(workspace, None, number)
        call.answer({"revoked": number}, f"Token {number} is revoked.")
