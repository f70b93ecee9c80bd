"""Write results, failures and finance as CSV with pandas: rows and ledger in one frame each, joined, `to_csv`."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pandas as pd

LINES = """
select l.row, coalesce(l.status, b.state) as status, l.reason, l.reference, b.reference as order_reference,
       b.tango_order_id, l.tango_reference, l.utid, l.method, l.quantity, l.face_units / 10000.0 as face_value,
       l.currency, l.charged, l.charged_currency, l.fee, l.shipping_fee, l.delivery_status, l.attempt, b.sent_at
from line_items l join batches b on b.id = l.batch where l.superseded = 0
"""
OTHERS = 'select "row", status, reason, remedy, reference from entries'


def main(path: str, ledger: str, folder: str) -> None:
    target = Path(folder)
    target.mkdir(exist_ok=True)
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    cells.index += 2
    with sqlite3.connect(ledger) as connection:
        lines = pd.read_sql_query(LINES, connection).set_index("row", drop=False)
        others = pd.read_sql_query(OTHERS, connection).set_index("row")
    told = ["status", "reason", "reference", "order_reference", "tango_order_id", "sent_at"]
    stated = pd.concat([lines[told], others])
    cells.join(stated).to_csv(target / "results.csv", index_label="Row")
    cells.join(others, how="inner").to_csv(target / "failures.csv", index_label="Row")
    lines.drop(columns=["row"]).to_csv(target / "finance.csv", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
