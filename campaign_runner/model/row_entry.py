"""What is kept of a row that brings no new line?  Rejected, held, or known already."""

from __future__ import annotations

from typing import NamedTuple

# Rules that hold a row for how it looks in the spreadsheet.
STRUCK = "struck-through"
HIDDEN = "hidden-row"


class RowEntry(NamedTuple):
    """A row of an upload that brings no new line. `units` -1 = the amount cannot be read."""

    row: int
    status: str
    line: int | None = None
    reference: str = ""
    reason: str = ""
    remedy: str = ""
    units: int = -1
    currency: str = ""
    rule: str = ""
    changed_line: int = 0


STATED = ("row", "status", "reason", "remedy", "reference", "order_reference", "tango_order_id", "updated_at", "units",
          "currency")  # fmt: skip
