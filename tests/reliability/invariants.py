"""Was anybody rewarded twice, was anybody forgotten, do the books tell the truth?  Seen from Tango's side.

Every check yields a sentence for what it finds wrong; no sentence means that the promise was kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson
from sqlalchemy import select

from campaign_runner.ledger import events, open_ledger, order_sums, schema
from campaign_runner.model.lifecycle import BATCH_MOVES, BatchState, RowStatus
from campaign_runner.tango.status_words import line_status
from tests.reliability.company import Company

REFUSED = frozenset({"sim-refused", "sim-422", "sim-422-unnamed"})
NOT_REWARDED = frozenset({"FAILED"})
NEVER_SAID = ("please report this fault", "with other contents than ours", "Tango states another", "Tango charged ")
GIVEN_BACK = frozenset({"FAILED", "CANCELLED", "RETURNED"})


class Truth:
    """What Tango has: `lines` are (order reference, line reference, person, last name, amount, word)."""

    def __init__(self, company: Company) -> None:
        self.orders = list(company.tango.orders())
        self.lines: list[tuple[str, str, int, str, int, str]] = []
        self.refused: set[str] = set()
        for order in self.orders:
            words = company.tango.statuses(order.reference)
            content = order.order
            items = content.get("lineItems") or [{**content, "externalRefLineItemID": content["externalRefID"]}]
            self.refused |= set(order.refused)
            for item in items:
                reference, who = item["externalRefLineItemID"], item["recipient"]
                if reference in words:
                    person = int(who["firstName"][1:])
                    self.lines.append((order.reference, reference, person, who["lastName"], int(item["amount"]),
                                       words[reference]))  # fmt: skip
        self.words = {line[1]: line[5] for line in self.lines}
        self.open = {line[0] for line in self.lines if line[5] == "PENDING"}


def violations(company: Company) -> Iterator[str]:
    """Everything that is wrong after the end."""
    truth = Truth(company)
    yield from company.broken
    yield from _placed_once(company, truth)
    yield from _rewarded_once(company, truth)
    yield from _same_bytes(company, truth)
    yield from _paced(company)
    yield from _statuses_true(company, truth)
    yield from _books_close(company, truth)
    yield from _ledger_whole(company, truth)


def _placed_once(company: Company, truth: Truth) -> Iterator[str]:
    """A line reference is in one order. After a lost ledger an order that failed may be one that nobody lists."""
    placed = Counter(line[1] for line in truth.lines if not (company.lost and line[5] in NOT_REWARDED))
    yield from (f"the line {reference} was placed {n} times" for reference, n in placed.items() if n > 1)


def _rewarded_once(company: Company, truth: Truth) -> Iterator[str]:
    same = Counter((who, last, amount) for _, _, who, last, amount, word in truth.lines if word not in NOT_REWARDED)
    for (who, last, amount), n in same.items():
        if n > 1 + company.freed[who, amount]:
            yield f"P{who} {last} was rewarded with {amount} {n} times"
    persons = Counter((who, amount) for _, _, who, _, amount, word in truth.lines if word not in GIVEN_BACK)
    for (who, amount), n in persons.items():
        if n > 1 + company.freed[who, amount]:
            yield f"the person P{who} was rewarded with {amount} {n} times"
    if company.plan.keyed and not company.freed and not any(row.last == "Poe" for row in company.plan.rows):
        keys = Counter(who for _, _, who, _, _, word in truth.lines if word not in NOT_REWARDED)
        yield from (f"the row of P{who} was rewarded {n} times" for who, n in keys.items() if n > 1)


def _same_bytes(company: Company, truth: Truth) -> Iterator[str]:
    bodies: dict[str, bytes] = {order.reference: order.body for order in truth.orders}
    for reference, body in company.sent:
        if orjson.loads(body)["externalRefID"] != reference:
            yield f"{reference}: the body names another order"
        # A lost ledger forgets what was refused: Tango never had that, so only what it has may not be sent otherwise.
        before = bodies.get(reference, body) if company.lost else bodies.setdefault(reference, body)
        if before != body:
            yield f"{reference}: sent with other bytes than before"


def _paced(company: Company) -> Iterator[str]:
    times = [seen.at for seen in company.tango.requests]
    for number, (before, after) in enumerate(pairwise(times), 1):
        if (
            0 <= after - before < 1 and number not in company.set_back
        ):  # measured by a clock that was set back between
            yield f"two requests within {after - before:.3f} seconds"


def _statuses_true(company: Company, truth: Truth) -> Iterator[str]:
    """Every row of the newest file has the status that Tango gives its line; a failed one that Tango never took was
    refused; nothing is left unsent."""
    too_large = any(fault.kind == "413" for fault in company.plan.faults)
    results = company.results()
    if len(results) != len(company.sheet.rows):
        yield f"{len(company.sheet.rows)} rows were handed in, {len(results)} have a status"
    for row, ours in zip(results, company.sheet.rows, strict=False):
        status, reference = row["Status"], row["externalRefLineItemID"]
        word = truth.words.get(reference)
        said = f"row {row['Row']} ({row['E-mail'] or row['Mobile']}) is {status}"
        wrong = ours.wrong or (ours.method == "PHONE" and company.plan.endpoint == "orders")
        if wrong != (status == RowStatus.REJECTED):
            yield f"{said}, though it is {'wrong' if wrong else 'right'}"
        elif status in (RowStatus.REJECTED, RowStatus.HELD):
            continue
        elif word is not None:
            if line_status(word) != status:
                yield f"{said}, Tango says {word}"
        elif status == RowStatus.PENDING and ours.spell in REFUSED and row["externalRefID"] in truth.open:
            continue  # what is not in an order is known when the order is final
        elif status != RowStatus.FAILED or not (ours.spell in REFUSED or too_large):
            yield f"{said}, Tango has no such line: {row['Reason']}"


def _books_close(company: Company, truth: Truth) -> Iterator[str]:
    summary = company.summary()
    counts = {name: n for name, n in summary["rows"].items() if name != "total"}
    if not summary["rows"]["total"] == sum(counts.values()) == len(company.sheet.rows):
        yield f"the rows do not add up: {summary['rows']}"
    if counts != {**dict.fromkeys(counts, 0), **Counter(row["Status"] for row in company.results())}:
        yield "results.csv and summary.json count differently"
    # A word of Tango's that nobody knows is for a person: until then the books say so, and say nothing else.
    puzzling = any(line_status(word) is RowStatus.UNKNOWN for word in truth.words.values())
    strange = [text for text in summary["findings"] if any(part in text for part in NEVER_SAID)]
    if strange or summary["ties_out"] == puzzling:
        yield f"the books {'tie' if summary['ties_out'] else 'do not tie'} out: {strange or summary['findings']}"


def _ledger_whole(company: Company, truth: Truth) -> Iterator[str]:
    with open_ledger(company.folder / "state", company.url) as ledger, ledger.read() as connection:
        broken = events.first_broken(connection)
        if broken is not None:
            yield f"the chain of events breaks at {broken}"
        if differing := order_sums.differing(connection):
            yield f"the sums of the batches {differing} are not those of their lines"
        for event in connection.execute(select(schema.events)).mappings():
            yield from _illegal(event)
        left = set(connection.execute(select(schema.batches.c.state).distinct()).scalars())
        if strange := left - set(BatchState) | left & {BatchState.SENDING, BatchState.PLANNED}:
            yield f"batches are left {strange}"
        known = set(connection.execute(select(schema.line_items.c.reference)).scalars())
    yield from (f"the ledger knows nothing of {reference}" for reference, word in truth.words.items()
                if reference not in known and not (company.lost and word in NOT_REWARDED))  # fmt: skip


def _illegal(event: Any) -> Iterator[str]:
    if event["kind"] == "batch moved":
        data = orjson.loads(event["data"])
        if (data["from"], data["to"]) not in BATCH_MOVES:
            yield f"a batch went from {data['from']} to {data['to']}"
