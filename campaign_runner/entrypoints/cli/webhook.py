"""campaign-runner webhook: subscribe, list, remove"""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.entrypoints.cli.call import ServerCall
from campaign_runner.entrypoints.cli.command import command
from campaign_runner.model.wording import day

webhook = typer.Typer(
    name="webhook",
    no_args_is_help=True,
    help="Subscribe this server to events of Tango, list and remove subscriptions.",
)
Address = Annotated[str, typer.Argument(metavar="URL", help="The address at which Tango reaches this server.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="ID of the subscription, as `webhook list` shows it.")]


@webhook.command("subscribe")
@command
def subscribe_command(call: ServerCall, address: Address) -> None:
    """Ask Tango to send order events to this address, or renew the subscription of this address.

    Example: campaign-runner webhook subscribe https://rewards.example.com/webhooks/tango
    """
    from campaign_runner.app.webhooks import subscribe

    made = subscribe(call.asking(), address)
    shown = {**made.subscription._asdict(), "renewed": made.renewed}
    done = "renewed" if made.renewed else "created"
    lines = [f"Subscription {made.subscription.id} {done}, valid until {day(made.subscription.expires_at)}."]
    if made.secret:
        shown["secret"] = made.secret
        lines.append(f"Set TANGO_WEBHOOK_SECRET={made.secret} where `serve` runs. It is not shown again.")
    call.answer(shown, *lines)


@webhook.command("list")
@command
def list_command(call: ServerCall) -> None:
    """List the subscriptions of this account: events, address, last day.

    Example: campaign-runner webhook list
    """
    from campaign_runner.app.webhooks import list_subscriptions

    there = list_subscriptions(call.asking())
    lines = [f"{one.id}  {one.url}  {', '.join(one.events)}  until {day(one.expires_at)}" for one in there]
    call.answer({"subscriptions": [one._asdict() for one in there]}, *(lines or ["Tango sends no events."]))


@webhook.command("remove")
@command
def remove_command(call: ServerCall, number: Id) -> None:
    """Remove a subscription: Tango sends no more events to its address.

    Example: campaign-runner webhook remove 3fa85f64-5717-4562-b3fc-2c963f66afa6
    """
    from campaign_runner.app.webhooks import remove

    remove(call.asking(), number)
    call.answer({"removed": number}, f"Subscription {number} removed.")
