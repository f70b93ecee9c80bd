"""What did Tango say?  One word for each kind of answer, whatever the HTTP status was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple


class Outcome(StrEnum):
    """The result of one call; `tango/answers.py` has the table that decides."""

    ACCEPTED = "accepted"  # 2xx and understood (POST: Tango has the order; GET: the order was read)
    REPLAYED = "replayed"  # 2xx with an order that existed before
    LINES_REFUSED = "lines refused"  # refused whole, naming lines
    REFUSED = "refused"  # refused whole, naming none: find the line by halving
    TOO_LARGE = "too large"  # halve
    IN_PROCESS = "in process"  # 409.002: wait, then look up
    EXISTS = "exists"  # 409.024 and kin: look up
    RETRY = "retry"  # may have been placed: same reference, same bytes, back-off
    NOT_CONNECTED = "not connected"  # never left this machine: safe to retry
    THROTTLED = "throttled"  # 429: not placed; wait
    NOT_FOUND = "not found"  # a look-up found nothing
    LATER = "another day"  # item unavailable: lines stay unsent
    STOP_CONFIGURATION = "configuration"  # stop the run: credentials, frozen account
    STOP_FUNDS = "funds"  # stop the run: 402
    STOP_FRAUD = "fraud limit"  # stop the run: a person decides
    STOP_BUG = "bug"  # stop the run: the body is wrong, a bug of ours
    UNKNOWN = "unknown"  # anything else: look up, show to a person


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What Tango says of one line. `status` is Tango's own word; amounts are Decimal or None where not stated, or where
    what is stated is `unreadable`.

    `recipient` is the person as Tango's answer has it, for a recovery to recognise; never stored, never shown.
    """

    reference: str
    status: str
    tango_reference: str = ""
    delivery_status: str = ""
    face_value: Decimal | None = None
    currency: str = ""
    charged: Decimal | None = None
    charged_currency: str = ""
    fee: Decimal | None = None
    shipping_fee: Decimal | None = None
    exchange_rate: Decimal | None = None
    reason: str = ""
    unreadable: bool = False
    delivery_method: str = ""
    quantity: int | None = None
    recipient: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of one request: no secrets, no personal data, so it may be stored and logged as it is.

    `refused` maps a line reference to Tango's sentence (references that we never sent are in it too). `server_time` is the
    header `Date`. `total` is the number of line items that Tango counts, None where it says nothing. `doubtful`: an earlier
    try of the same call went without an answer, so that Tango may have carried that one out.
    """

    outcome: Outcome
    http_status: int = 0
    request_id: str = ""
    code: str = ""
    message: str = ""
    retry_after: float | None = None
    order_reference: str = ""
    order_status: str = ""
    tango_order_id: str = ""
    total: int | None = None
    server_time: str = ""
    created_at: str = ""
    completed_at: str = ""
    charged: Decimal | None = None
    charged_currency: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    duplicates: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[LineAnswer, ...] = ()
    next_cursor: str = ""
    doubtful: bool = False


class ListedOrder(NamedTuple):
    """What a list of orders says of one: its externalRefID, and Tango's word for how it stands."""

    reference: str
    status: str
