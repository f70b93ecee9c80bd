"""campaign-runner user: add, list, disable, link"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from campaign_runner.entrypoints.cli.call import ServerCall
from campaign_runner.entrypoints.cli.command import command

user = typer.Typer(name="user", no_args_is_help=True, help="Add, list and disable accounts of the web application.")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The account's e-mail address.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="submitter, approver, finance, auditor or administrator; repeatable."),
]
Name = Annotated[str, typer.Option("--name", help="The person's name.")]
_VALID = "Valid once, for a day. Send it to {email}."


@user.command("add")
@command
def add_command(call: ServerCall, email: Email, role: Roles, name: Name = "") -> None:
    """Add an account and print the link that sets its password.

    Example: campaign-runner user add ana@example.com --role submitter --name "Ana Silva"
    """
    from campaign_runner.app.accounts.users import add_user
    from campaign_runner.app.process.server_address import password_link

    with call.workspace() as workspace:
        account, secret = add_user(workspace, None, email, role, name)
        link = password_link(workspace, secret)
        _show(call, account.email, link)


@user.command("list")
@command
def list_command(call: ServerCall) -> None:
    """List the accounts and their roles.

    Example: campaign-runner user list
    """
    from campaign_runner.app.accounts.users import list_users

    with call.workspace() as workspace:
        rows: list[dict[str, Any]] = [
            {"email": each.email, "name": each.name, "roles": sorted(each.roles), "signs_in_at": each.issuer,
             "disabled": bool(each.disabled_at)}
            for each in list_users(workspace)
        ]  # fmt: skip
        if call.as_json:
            call.terminal.object({"users": rows})
        elif not rows:
            call.terminal.say("There are no accounts yet. Add one with: campaign-runner user add EMAIL --role ROLE")
        else:
            shown = [
                (row["email"], row["name"], ", ".join(row["roles"]), "disabled" if row["disabled"] else "active")
                for row in rows
            ]
            call.terminal.table(("Email", "Name", "Roles", "State"), shown)


@user.command("disable")
@command
def disable_command(call: ServerCall, email: Email) -> None:
    """Disable an account: its sessions end, and its tokens stop working.

    Example: campaign-runner user disable ana@example.com
    """
    from campaign_runner.app.accounts.users import disable_user

    with call.workspace() as workspace:
        disable_user(workspace, None, email)
        call.answer({"disabled": email}, f"{email} is disabled.")


@user.command("link")
@command
def link_command(call: ServerCall, email: Email) -> None:
    """Print a new link that sets the password; older links of the account stop working.

    Example: campaign-runner user link ana@example.com
    """
    from campaign_runner.app.accounts.users import new_link
    from campaign_runner.app.process.server_address import password_link

    with call.workspace() as workspace:
        link = password_link(workspace, new_link(workspace, None, email))
        _show(call, email, link)


def _show(call: ServerCall, email: str, link: str) -> None:
    """The link alone on standard output, so that a script can take it."""
    if call.as_json:
        call.terminal.object({"email": email, "link": link})
        return
    print(link, flush=True)
    if not call.quiet:
        call.terminal.warn(_VALID.format(email=email))
