"""How is a lost ledger rebuilt?  By asking Tango for every order that this file plans, and for all of the campaign.

The file is planned as if for the first time. What Tango has under the planned references, or under others that begin
with the campaign's id, is written down as placed; only what is left is planned as unsent. Nothing is placed here:
`run` does that, knowing what is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from campaign_runner import planning
from campaign_runner.closing import Read, Result, close
from campaign_runner.errors import TangoStopped, UsageError
from campaign_runner.ledger import adoption, campaigns, events, plans
from campaign_runner.model import Outcome, Receipt
from campaign_runner.opening import Opened, opened, rule_book
from campaign_runner.outside import World, connect
from campaign_runner.pipeline import quiet, today
from campaign_runner.preparation import Draft, Past, Progress, Reading, known_frame, prepare
from campaign_runner.tango import Client

FOUND = frozenset({Outcome.ACCEPTED, Outcome.REPLAYED})


def recover(reading: Reading, world: World, progress: Progress = quiet) -> Result:
    """Rebuild the campaign's books from Tango; raises UsageError where the ledger has them already."""
    with opened(world, register=True) as campaign:
        with campaign.ledger.read() as connection:
            if campaigns.latest_upload(connection, campaign.number):
                raise UsageError(
                    f"The ledger knows the campaign {world.settings.campaign.id}: nothing is to be recovered. "
                    "Run the file; nothing is sent twice."
                )
            past = Past(secret=plans.secret(connection))
        draft = prepare(reading, world.settings, rule_book(world), today=today(world), past=past, progress=progress)
        with connect(world, campaign.ledger, campaign.number) as client:
            orders = dict(_orders(client, draft, world, progress))
        file = _write_down(campaign, draft, reading, orders)
        return close(campaign, file, "", progress)


def _orders(client: Client, draft: Draft, world: World, progress: Progress) -> Iterator[tuple[str, Receipt]]:
    """Every order of this campaign that Tango has: the planned references first, then those that it lists."""
    asked: set[str] = set()
    references = [batch.reference for batch in draft.plan.batches()]
    for reference in references:
        yield from _ask(client, reference)
        asked.add(reference)
        progress("recover", len(asked), len(references))
    for reference in client.list_orders(world.settings.campaign.name):
        if reference not in asked and reference.startswith(f"{world.settings.campaign.id}-"):
            yield from _ask(client, reference)


def _ask(client: Client, reference: str) -> Iterator[tuple[str, Receipt]]:
    receipt = client.look_up(reference)
    if receipt.outcome in FOUND:
        yield reference, receipt
    elif receipt.outcome is not Outcome.NOT_FOUND:
        raise TangoStopped(
            f"Tango did not say whether it has the order {reference} ({receipt.outcome}: {receipt.message}). A ledger "
            "rebuilt on that could pay people twice, so nothing was written. Run `recover` again later."
        )


def _write_down(campaign: Opened, draft: Draft, reading: Reading, orders: dict[str, Receipt]) -> Read:
    """Adopted orders with their lines, and a plan of the rest, in one transaction."""
    at, number = campaign.world.at(), campaign.number
    mine = planning.find_lines(draft.plan, [line.reference for answer in orders.values() for line in answer.lines])
    how = {"sheet": reading.sheet, "hidden": reading.hidden}
    with campaign.ledger.write(durable=True) as connection:
        new = campaigns.Upload(
            0, number, draft.sha256, draft.fingerprint, reading.path.name, draft.table.sheet, how, draft.rows, at
        )  # fmt: skip
        upload = campaigns.add_upload(connection, new, reading.path)
        for reference, receipt in orders.items():
            ours = [mine[line.reference] for line in receipt.lines if line.reference in mine]
            adoption.adopt(connection, number, upload.id, reference, receipt, ours, at)
        adoption.supersede(connection, number)
        known = known_frame(plans.known_lines(connection, number))
        rest = planning.without(draft.plan, known)
        plans.record(connection, number, upload.id, rest.batches(), len(rest.new), at)
        plans.record_entries(connection, upload.id, draft.entries())
        events.append(
            connection, number, at, "ledger recovered", sha256=draft.sha256, rows=draft.rows, orders=len(orders),
            lines=len(known), unsent=len(rest.new),
        )  # fmt: skip
    return Read(reading, upload, draft.table, draft)
