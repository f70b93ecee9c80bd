"""campaign-runner user: add, list, disable, link"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from campaign_runner.entrypoints.cli import options
from campaign_runner.entrypoints.cli.common import with_every_option
from campaign_runner.entrypoints.cli.options import STATE, Json, Quiet, State, Verbose, Workspace
from campaign_runner.entrypoints.cli.terminal import Terminal

user = typer.Typer(name="user", no_args_is_help=True, help="Accounts of the web application.")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's e-mail address.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="submitter, approver, finance, auditor or administrator; repeatable."),
]
Name = Annotated[str, typer.Option("--name", help="The person's name.")]
_VALID = "Valid once, for a day. Send it to {email}."


@user.command("add")
@with_every_option
def add_command(
    email: Email, role: Roles, name: Name = "", config: Workspace = None, state: State = STATE, as_json: Json = False,
    quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Add an account and print the link that sets its password.

    Example: campaign-runner user add ana@example.com --role submitter --name "Ana Silva"
    """
    from campaign_runner.app.server_address import password_link
    from campaign_runner.app.users import add_user

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        account, secret = add_user(workspace, None, email, role, name)
        link = password_link(workspace, secret)
        _show(terminal, account.email, link, as_json=as_json)


@user.command("list")
@with_every_option
def list_command(
    config: Workspace = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:  # fmt: skip
    """List the accounts and their roles.

    Example: campaign-runner user list
    """
    from campaign_runner.app.users import list_users

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        rows: list[dict[str, Any]] = [
            {"email": each.email, "name": each.name, "roles": sorted(each.roles), "signs_in_at": each.issuer,
             "disabled": bool(each.disabled_at)}
            for each in list_users(workspace)
        ]  # fmt: skip
        if as_json:
            terminal.object({"users": rows})
        elif not rows:
            terminal.say("There are no accounts yet. Add one with: campaign-runner user add EMAIL --role ROLE")
        else:
            shown = [
                (row["email"], row["name"], ", ".join(row["roles"]), "disabled" if row["disabled"] else "active")
                for row in rows
            ]
            terminal.table(("Email", "Name", "Roles", "State"), shown)


@user.command("disable")
@with_every_option
def disable_command(
    email: Email, config: Workspace = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Disable an account: its sessions end, and its tokens open nothing any more.

    Example: campaign-runner user disable ana@example.com
    """
    from campaign_runner.app.users import disable_user

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        disable_user(workspace, None, email)
        terminal.object({"disabled": email}) if as_json else terminal.say(f"{email} is disabled.")


@user.command("link")
@with_every_option
def link_command(
    email: Email, config: Workspace = None, state: State = STATE, as_json: Json = False, quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Print a new link that sets the password; older links of the account are void.

    Example: campaign-runner user link ana@example.com
    """
    from campaign_runner.app.server_address import password_link
    from campaign_runner.app.users import new_link

    with options.workspace_terminal(config, state, as_json, quiet, verbose) as (terminal, workspace):
        link = password_link(workspace, new_link(workspace, None, email))
        _show(terminal, email, link, as_json=as_json)


def _show(terminal: Terminal, email: str, link: str, *, as_json: bool) -> None:
    """The link alone on standard output, so that a script can take it."""
    if as_json:
        terminal.object({"email": email, "link": link})
        return
    print(link, flush=True)
    if not terminal.quiet:
        terminal.warn(_VALID.format(email=email))
