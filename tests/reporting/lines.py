"""Placed lines that many tests use."""


def line(row, **more):
    return {
        "reference": f"2026-q4-line{row}", "order_reference": "2026-q4-order", "tango_order_id": "RA-1",
        "tango_reference": f"RL-{row}", "utid": "U561593", "method": "EMAIL", "quantity": 1, "face_units": 250_000,
        "currency": "USD", "charged": "25.00", "charged_currency": "USD", "fee": "0.50", "shipping_fee": "",
        "exchange_rate": "", "status": "completed", "delivery_status": "DELIVERED", "attempt": 1,
        "placed_at": "2026-10-01T09:00:00Z", "updated_at": "2026-10-02T18:30:00Z",
    } | more  # fmt: skip


LINES = (
    line(2),
    line(5, quantity=3, face_units=100_000, method="BULKDIGITAL", charged="", charged_currency="", fee="",
         status="pending"),
    line(6, face_units=125_000, utid="U154092", status="failed", charged="0.00", placed_at="2026-10-03T09:00:00Z"),
    line(7, face_units=200_000, currency="EUR", charged="21.7350", exchange_rate="1.08675", method="PHONE"),
)  # fmt: skip
