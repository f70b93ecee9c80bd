"""Is this the newest ledger?  It has to hold the newest event that was noted beside it, and to know every order that
Tango has of this campaign.

What protects a run without its ledger is that the same order is sent under the same reference. Who cuts the orders
otherwise sends their lines again: so a ledger that lacks anything sends nothing, until `recover` has told it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from campaign_runner.app.steps import order_list
from campaign_runner.ledger import Ledger, adoption
from campaign_runner.ledger.newest_heads import NewestHead, has, newest
from campaign_runner.model import Order, Outcome, Receipt
from campaign_runner.model.errors import NotNewest, TangoStopped
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.tango.status_words import line_status

RECOVER = "campaign-runner recover FILE"
FOUND = frozenset({Outcome.ACCEPTED, Outcome.REPLAYED})
# Planned orders that are looked up where nothing was ever sent: each takes a place in everybody's pace. Content decides
# how orders are cut, so of a campaign that was sent elsewhere nearly all are known: a few show it as well as all.
MOST_LOOKED_UP = 5


class Tango(order_list.OrderList, Protocol):
    """The two questions."""

    def look_up(self, reference: str) -> Receipt:
        """Ask for an order."""
        ...


def refuse_older(ledger: Ledger, name: str, number: int, since: str) -> None:
    """Raise NotNewest where a recovery did not finish, or the ledger lacks what was noted of this campaign, or of
    another one of its environment since then: its people would not be known."""
    with ledger.read() as connection:
        begun = adoption.recovering(connection, number)
    if begun:
        raise NotNewest(
            f"A recovery of this campaign began on {_day(begun)} and did not finish, so nothing was sent. Finish it: "
            f"{RECOVER}"
        )
    if lacking := older(ledger, name):
        raise NotNewest(lacking)
    for other in _of_same_environment(ledger, name):
        noted = ledger.notes.read(other)
        if noted and noted.at >= since and _is_older(ledger, noted):
            raise NotNewest(
                f"{_short(ledger, noted)} It lacks what the campaign {other.partition('-')[2]} sent since, so nothing was "
                f"sent. Restore the newest ledger, or recover that campaign with its own settings: {RECOVER}"
            )


def older(ledger: Ledger, name: str) -> str:
    """Why this is not the newest ledger of a campaign (`environment-id`), as a sentence; "" where nothing says so."""
    noted = ledger.notes.read(name)
    with ledger.read() as connection:
        this = newest(connection)
        if noted and has(connection, noted):
            return ""
    if noted and noted.ledger == this.ledger:
        return (
            f"{_short(ledger, noted)} It is older than what was sent, so nothing was sent. Restore the newest ledger, or "
            f"ask Tango for what it lacks: {RECOVER}"
        )
    before = noted.ledger if noted else ledger.noted_before(name)
    if before in ("", this.ledger):
        return ""
    return (
        f"{ledger.folder}: this campaign was run from here before, with another ledger: it was lost, emptied or replaced. "
        "A run without it could reward people twice, so nothing was sent. Restore the newest ledger, or rebuild it: "
        f"{RECOVER}"
    )


def confirm(ledger: Ledger, number: int, order: Order, tango: Tango, *, anyway: bool = False) -> None:
    """Before the first order of a run: raises NotNewest where Tango has orders of this campaign that the ledger neither
    sent nor adopted, TangoStopped where Tango cannot be asked. Without anything to send nobody is asked, unless
    `anyway`."""
    with ledger.read() as connection:
        to_send = adoption.orders_to_send(connection, number)
        ours = adoption.sent_orders(connection, number)
    if not (to_send or anyway):
        return
    unknown = set(listed(tango, order)) - ours
    if not ours:
        unknown |= {reference for reference in to_send[:MOST_LOOKED_UP] if _is_there(tango, reference)}
    if unknown:
        those = "1 order" if len(unknown) == 1 else f"{len(unknown):,} orders"
        raise NotNewest(
            f"Tango has {those} of this campaign that this ledger does not know: {RECOVER}\nThe ledger is older than what "
            "was sent, or another machine or folder sent it. Nothing was sent now; after the recovery, run the file again."
        )


def listed(tango: Tango, order: Order) -> dict[str, set[str]]:
    """The orders of this campaign that Tango lists, as `order_list` has them; raises TangoStopped."""
    try:
        return order_list.listed(tango, order)
    except TangoStopped as stop:
        raise TangoStopped(
            f"{stop} Without it, it is not certain that this ledger is the newest, so nothing was sent."
        ) from None


def _is_there(tango: Tango, reference: str) -> bool:
    receipt = tango.look_up(reference)
    if receipt.outcome not in (*FOUND, Outcome.NOT_FOUND):
        raise TangoStopped(
            f"Tango did not say whether it has the order {reference} ({receipt.message or receipt.outcome}). It is "
            "therefore not certain that this ledger is the newest, so nothing was sent. Run again later."
        )
    return receipt.outcome in FOUND and not _is_failed(receipt)


def _is_failed(receipt: Receipt) -> bool:
    """An order that failed whole rewards nobody, is left out of the list, and is answered as it was when sent again."""
    return line_status(receipt.order_status) is RowStatus.FAILED


def _is_older(ledger: Ledger, noted: NewestHead) -> bool:
    with ledger.read() as connection:
        return noted.ledger == newest(connection).ledger and not has(connection, noted)


def _of_same_environment(ledger: Ledger, name: str) -> list[str]:
    environment = f"{name.partition('-')[0]}-"
    return [other for other in ledger.notes.names() if other.startswith(environment) and other != name]


def _short(ledger: Ledger, noted: NewestHead) -> str:
    with ledger.read() as connection:
        this = newest(connection)
    if this.event >= noted.event:  # it went on after it had been put back
        return f"This ledger does not hold event {noted.event:,} of {_day(noted.at)}, which was noted beside it."
    return (
        f"This ledger ends at event {this.event:,} of {_day(this.at)}; the newest one used here had event "
        f"{noted.event:,} of {_day(noted.at)}."
    )


def _day(at: str) -> str:
    return f"{datetime.fromisoformat(at):%-d %b %Y, %H:%M} UTC" if at else "no day"
