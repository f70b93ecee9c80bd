"""How is a lost ledger rebuilt?  By asking Tango for every order that this file plans, and for all of the campaign.

The file is planned as if for the first time. What Tango has under the planned references, or under others that begin
with the campaign's id, is written down as placed; then the file is planned as by any run, knowing what is there. A line
that Tango has and this file lacks is kept by its reference, which names it: should its row come back, it is known.
Nothing is placed here: `run` does that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from campaign_runner import gate, planning
from campaign_runner.closing import Result, close
from campaign_runner.errors import TangoStopped, UsageError
from campaign_runner.ledger import adoption, campaigns, events, integrity, plans
from campaign_runner.model import LineAnswer, LineItem, Outcome, Receipt
from campaign_runner.money import to_units
from campaign_runner.opening import Opened, opened
from campaign_runner.outside import World, connect
from campaign_runner.pipeline import plan_into_ledger, prepared, quiet
from campaign_runner.planning import Plan
from campaign_runner.preparation import Draft, Past, Progress, Reading
from campaign_runner.preparation.copying import copied
from campaign_runner.tango import Client

FOUND = frozenset({Outcome.ACCEPTED, Outcome.REPLAYED})
# The contents of a line, where Tango knows more of them than the file: nothing at all, or that they differ.
UNKNOWN, CHANGED = bytes(16), b"\xff" * 16


def recover(reading: Reading, world: World, progress: Progress = quiet) -> Result:
    """Rebuild the campaign's books from Tango; raises UsageError where the ledger has them already."""
    with copied(reading) as reading, opened(world, register=True, anew=True) as campaign:
        integrity.require_whole(campaign.ledger)
        with campaign.ledger.read() as connection:
            if campaigns.latest_upload(connection, campaign.number):
                raise UsageError(
                    f"The ledger knows the campaign {world.settings.campaign.id}: nothing is to be recovered. "
                    "Run the file; nothing is sent twice."
                )
            past = Past(secret=plans.secret(connection))
        shop = gate.stocked(world, campaign.ledger, campaign.number)
        draft = prepared(reading, world, shop, past, progress)
        with connect(world, campaign.ledger, campaign.number) as client:
            orders = dict(_orders(client, draft, world, progress))
        _adopt(campaign, draft, orders, past.secret)
        return close(campaign, plan_into_ledger(reading, campaign, progress, may_send=False), "", progress)


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
    whole = receipt.order_reference == reference and receipt.total in (None, len(receipt.lines))
    if receipt.outcome in FOUND and whole:
        yield reference, receipt
    elif receipt.outcome is not Outcome.NOT_FOUND:
        said = f"{receipt.outcome}: {receipt.message or f'{receipt.total} lines, {len(receipt.lines)} of them shown'}"
        raise TangoStopped(
            f"Tango did not say for certain what it has under the order {reference} ({said}). A ledger rebuilt on that "
            "could pay people twice, so nothing was written. Run `recover` again later."
        )


def _adopt(campaign: Opened, draft: Draft, orders: dict[str, Receipt], secret: bytes) -> None:
    """The orders with their lines, in one transaction; held rows that Tango has were let go by somebody."""
    at, number = campaign.world.at(), campaign.number
    names = {line.reference for receipt in orders.values() for line in receipt.lines}
    planned = planning.find_lines(draft.plan, names)
    freed = sorted({hold.reference for hold in draft.plan.holds} & names)
    with campaign.ledger.write(durable=True) as connection:
        for reference, receipt in orders.items():
            adoption.adopt(connection, number, reference, receipt, _lines(receipt, planned, draft.plan, secret), at)
        adoption.supersede(connection, number, at)
        plans.let_go(connection, number, freed, "recovered: Tango has it", at)
        events.append(
            connection, number, at, "ledger recovered", orders=len(orders), lines=len(names), released=freed
        )


def _lines(
    receipt: Receipt, planned: dict[str, tuple[LineItem, int]], plan: Plan, secret: bytes
) -> list[tuple[LineItem, int]]:
    """Our lines of an order, with the money that Tango states, each with its attempt."""
    start = f"{plan.order.campaign_id}-"
    ours = [(planned.get(said.reference) or _stray(said.reference, start), said) for said in receipt.lines]
    found = [(_stated(one[0], said), one[1], said) for one, said in ours if one]
    strays = [(line, said) for line, _, said in found if line.contact is None]
    whose = planning.contacts(plan, [s.recipient for _, s in strays], [line.face_units for line, _ in strays], secret)
    known = {line.reference: contact for (line, _), contact in zip(strays, whose, strict=True)}
    return [(replace(line, contact=known.get(line.reference, line.contact)), attempt) for line, attempt, _ in found]


def _stray(reference: str, start: str) -> tuple[LineItem, int] | None:
    """A line that this file does not plan: its identity stands in its reference, its contents nobody knows any more."""
    digest = reference.removeprefix(start)
    if not reference.startswith(start) or len(digest) != 32 or not set(digest) <= set("0123456789abcdef"):
        return None
    return LineItem(reference, 0, b"", "", "", 1, 0, "", bytes.fromhex(digest), UNKNOWN), 1


def _stated(line: LineItem, said: LineAnswer) -> LineItem:
    """The line as Tango has it; with another amount than the file's, the row was changed after it had been sent."""
    if said.face_value is None or to_units(said.face_value) == line.face_units:
        return line
    stated = replace(
        line, face_units=to_units(said.face_value), currency=said.currency or line.currency, contact=None
    )
    return stated if line.content == UNKNOWN else replace(stated, content=CHANGED)
