"""Clean rows, and the plan that is made of them."""

from __future__ import annotations

import pandas as pd

from campaign_runner.model import Checked, CleanRows, Order
from campaign_runner.planning import KNOWN_COLUMNS, Decisions, LineBuilder, Plan, make_plan

ORDER = Order("2026-q4-recognition", "acme-customer", "acme-account", campaign="Q4", purchase_order="PO-1")


ANA = {"deliveryMethod": "EMAIL", "recipient.firstName": "Ana", "recipient.email": "ana@example.com",
       "utid": "U561593", "amount": "25.00"}  # fmt: skip


BEN = {"deliveryMethod": "PHONE", "recipient.firstName": 'Ben "Benny" Ó', "recipient.mobileNumber": "+14155550100",
       "utid": "U561593", "amount": "10.50", "message": "Well done,\nBen!"}  # fmt: skip


CRATE = {"deliveryMethod": "BULKSHIPMENT", "utid": "U154092", "amount": "10.00", "quantity": "3",
         "shipping.contactName": "Cleo Ng", "shipping.address.streetLine1": "1 Main St",
         "shipping.address.city": "Austin", "shippingMethod": "upsground"}  # fmt: skip


def planned(rows: dict[int, dict[str, str]], order: Order = ORDER, *, key: str = "", batch_size: int = 500) -> Plan:
    fields = pd.DataFrame.from_dict(rows, orient="index").astype("str")
    own = fields[[key]] if key else pd.DataFrame(index=fields.index)
    fields = fields.drop(columns=[key]) if key else fields
    collector = LineBuilder(order, (key,) if key else ())
    collector.keep(collector.collected(Checked(CleanRows(fields, own), ())))
    return make_plan(collector, pd.DataFrame(columns=list(KNOWN_COLUMNS)), Decisions(), batch_size)


def references(of: Plan) -> dict[int, str]:
    return {line.row: line.reference for batch in of.batches() for line in batch.lines}
