"""Which ledgers are made without a run?  A long one for `status`, and one in which a part was never sent.

`python -m bench.ledgers make STATE LINES` and `python -m bench.ledgers unsend LEDGER PERCENT`.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from campaign_runner.ledger import campaigns, open_ledger, order_sums, plans
from campaign_runner.model import Batch, LineItem, Order

BATCH = 500
AT = "2026-04-01T00:00:00.000+00:00"


def make(state: Path, lines: int) -> None:
    """Five campaigns, all placed; every tenth batch is final, with a status for each line."""
    with open_ledger(state) as ledger:
        for number in range(1, 6):
            order = Order(f"campaign-{number}", "acme-customer", "acme-account")
            with ledger.write("make a ledger to measure") as connection:
                campaign = campaigns.register(connection, "simulator", order, AT)
                upload = campaigns.add_upload(
                    connection,
                    campaigns.Upload(0, campaign, "", "", "made.csv", "", {}, lines // 5, AT), Path(__file__),
                )  # fmt: skip
                plans.record(
                    connection,
                    campaign,
                    upload.id,
                    map(plans.packed_batch, batches(order, lines // 5)),
                    lines // 5,
                    AT,
                )
    with sqlite3.connect(state / "ledger.sqlite") as direct:
        direct.execute("update batches set state = 'accepted', sent_at = ?", (AT,))
        direct.execute("update batches set state = 'final' where id % 10 = 0")
        direct.execute("update line_items set status = 'completed' where batch % 10 = 0")
    with open_ledger(state) as ledger, ledger.write("add up the lines") as connection:
        order_sums.renew_all(connection)


def batches(order: Order, lines: int) -> Iterator[Batch]:
    """Lines as small as can be."""
    for start in range(0, lines, BATCH):
        some = tuple(line(order, row) for row in range(start, min(start + BATCH, lines)))
        yield Batch(f"{order.campaign_id}-{start}", some, b"{}")


def line(order: Order, row: int) -> LineItem:
    """One reward."""
    digest = sha256(f"{order.campaign_id} {row}".encode()).digest()[:16]
    name = f"{order.campaign_id}-{digest.hex()}"
    return LineItem(name, row + 2, b"{}", "EMAIL", "U561593", 1, 250_000, "USD", digest, digest)


def unsend(path: Path, percent: int) -> None:
    """As if the run had ended before the last batches: they are planned."""
    with sqlite3.connect(path) as direct:
        count = direct.execute("select count(*) from batches").fetchone()[0]
        direct.execute(
            "update batches set state = 'planned', sent_at = '', tries = 0, due_at = 0 "
            "where id in (select id from batches order by id desc limit ?)", (count * percent // 100,),
        )  # fmt: skip


if __name__ == "__main__":
    command, where, number = sys.argv[1:]
    {"make": make, "unsend": unsend}[command](Path(where), int(number))
