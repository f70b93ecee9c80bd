"""How does a ledger learn what it lacks?  By asking Tango for every order of this campaign that it did not send itself.

The ledger may be new, or know the campaign and be older than what was sent. The file is planned as if for the first
time, under both formats of order references. What Tango lists, or has under a planned reference, is written down as
placed; what was planned and never sent is taken back; then the file is planned as by any run, knowing what is there. A
line that Tango has and this file lacks is kept by its reference, which names it, and by its recipient. Nothing is placed
here: `run` does that, and only after a recovery ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaign_runner import planning
from campaign_runner.app.catalogue import catalogue_snapshot
from campaign_runner.app.process.progress import Progress, no_progress
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, open_campaign
from campaign_runner.app.steps import newest
from campaign_runner.app.steps.connect_tango import connect_tango
from campaign_runner.app.steps.draft import ReadOptions, checked_draft
from campaign_runner.app.steps.file_copy import copied
from campaign_runner.app.steps.finish import finish
from campaign_runner.app.steps.read_history import decisions
from campaign_runner.app.steps.result import Result
from campaign_runner.app.steps.write_plan import write_down_plan
from campaign_runner.ledger import adoption, events, integrity, plans
from campaign_runner.model import Finding, Outcome, Receipt
from campaign_runner.model.errors import TangoStopped
from campaign_runner.model.observed import observed
from campaign_runner.model.wording import count
from campaign_runner.planning import FORMATS
from campaign_runner.planning.ledger_history import LedgerHistory
from campaign_runner.planning.plan_draft import PlanDraft

if TYPE_CHECKING:
    from campaign_runner.tango.client import Client

NAMED = 5  # references in a sentence


@dataclass(frozen=True)
class Recovered:
    """The result of a recovery: orders and lines that the ledger did not know, planned lines that it took back, and lines
    that Tango has in a second order (line: the order in which the ledger had it)."""

    orders: int
    lines: int
    withdrawn: int
    twice: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """For people."""
        if not self.orders:
            return "Nothing was lost: this ledger knows every order of this campaign that Tango has."
        return (
            f"Recovered from Tango: {count(self.orders, 'order')} with {count(self.lines, 'line')} that this ledger did "
            "not know. Nothing was sent; run the file again to send what is left."
        )

    @property
    def findings(self) -> list[Finding]:
        """What nobody can take back."""
        if not self.twice:
            return []
        first = ", ".join(sorted(self.twice)[:NAMED])
        return [Finding("placed-twice", f"Tango has {count(len(self.twice), 'line')} in two orders, so the recipients may "
                        f"have two rewards: {first}. Ask Tango to cancel the second ones.", explained=False)]  # fmt: skip


@observed("stage", stage="recover")
def recover_ledger(reading: ReadOptions, runtime: Runtime, progress: Progress = no_progress) -> Result:
    """Bring the campaign's ledger up to date from Tango. Nothing is sent until it ended.

    Raises TangoStopped where Tango does not say for certain what it has.
    """
    with copied(reading) as reading, open_campaign(runtime, register=True, recovering=True) as campaign:
        integrity.require_whole(campaign.ledger)
        with campaign.ledger.read() as connection:
            past = LedgerHistory(secret=plans.secret(connection), decisions=decisions(connection, campaign.key))
        catalogue = catalogue_snapshot(runtime, campaign.ledger, campaign.key)
        draft = checked_draft(reading, runtime, catalogue, past, progress)
        with connect_tango(runtime, campaign.ledger, campaign.key) as client:
            orders = dict(_orders(client, draft, campaign, progress))
        came_to = _adopt(campaign, draft, orders, past.secret)
        runtime.notices.append(came_to.sentence)
        read = write_down_plan(reading, campaign, progress, may_send=False, anew=True)
        return finish(campaign, read, "", progress, findings=came_to.findings)


def _orders(
    client: Client, draft: PlanDraft, campaign: CampaignSession, progress: Progress
) -> Iterator[tuple[str, Receipt]]:
    """Every order of this campaign that Tango has and the ledger did not send, or has no answer for: those that Tango
    lists first, then what is planned (a list leaves out failed orders)."""
    with campaign.ledger.read() as connection:
        ours = adoption.sent_orders(connection, campaign.key)
        open_ones = adoption.orders_in_question(connection, campaign.key)
    planned = [batch.reference for format in FORMATS for batch in draft.plan.batches(format)]
    listed = newest.listed(client, draft.plan.order)
    wanted = dict.fromkeys(name for name in (*open_ones, *listed, *planned) if name in open_ones or name not in ours)
    for number, reference in enumerate(wanted, 1):
        yield from _ask(client, reference, listed=reference in listed)
        progress("recover", number, len(wanted))


def _ask(client: Client, reference: str, *, listed: bool) -> Iterator[tuple[str, Receipt]]:
    receipt = client.look_up(reference)
    whole = receipt.order_reference == reference and receipt.total in (None, len(receipt.lines))
    if receipt.outcome in newest.FOUND and whole:
        yield reference, receipt
    elif receipt.outcome is not Outcome.NOT_FOUND or listed:
        answer = (
            f"{receipt.outcome}: {receipt.message or f'{receipt.total} lines, {len(receipt.lines)} of them shown'}"
        )
        raise TangoStopped(
            f"Tango did not say for certain what it has under the order {reference} ({answer}). A ledger rebuilt on that "
            "could pay people twice, so nothing was written, and nothing is sent until a recovery has finished. Run "
            "`recover` again later."
        )


def _adopt(campaign: CampaignSession, draft: PlanDraft, orders: dict[str, Receipt], secret: bytes) -> Recovered:
    """The orders with their lines, in one transaction; held rows that Tango has were released by somebody."""
    at, number = campaign.runtime.at(), campaign.key
    with campaign.ledger.write("adopt orders of Tango", durable=True) as connection:
        planned = adoption.recognise(connection, number, orders, at)
        ours = adoption.sent_orders(connection, number)
        new = {reference: receipt for reference, receipt in orders.items() if reference not in ours}
        names = {line.reference for receipt in new.values() for line in receipt.lines}
        withdrawn = adoption.take_back(connection, number, names, at)
        placed = adoption.placed_lines(connection, number)
        twice: dict[str, str] = {}
        known = planning.known_lines(draft.plan, adoption.lines_of(connection, number), names)
        for reference, receipt in new.items():
            lines = planning.adopted_lines(receipt, known, draft.plan, secret)
            twice |= {line.reference: placed[line.reference] for line, _ in lines if line.reference in placed}
            mine = [(line, attempt) for line, attempt in lines if line.reference not in placed]
            adoption.adopt(connection, number, reference, receipt, mine, at)
            placed |= {line.reference: reference for line, _ in mine}
        adoption.supersede(connection, number, at)
        freed = sorted({hold.reference for hold in draft.plan.holds} & names)
        plans.record_release(connection, number, freed, "recovered: Tango has it", at)
        adoption.set_recovering(connection, number, "")
        events.append(
            connection, number, at, "ledger recovered", orders=len(new) + planned, lines=len(names), released=freed,
            withdrawn=withdrawn,
        )  # fmt: skip
    return Recovered(len(new) + planned, len(names), withdrawn, twice)
