"""What is to be sent, or held back?  Orders, line items, batches, holds, and what is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload


@dataclass(frozen=True, slots=True)
class Order:
    """The order-level values, the same for every batch of a campaign, and what references are bound to.

    `single_form` says how /orders is told of the delivery: by `sendEmail` or by `deliveryMethod`.
    """

    campaign_id: str
    customer: str
    account: str
    endpoint: str = "asyncOrders"
    campaign: str = ""
    purchase_order: str = ""
    notes: str = ""
    sender: Mapping[str, str] = field(default_factory=dict)
    single_form: str = "sendEmail"

    def batch_size(self, wanted: int) -> int:
        """How many lines an order may hold: POST /orders takes one."""
        return 1 if self.endpoint == "orders" else wanted


@dataclass(frozen=True, slots=True)
class LineItem:
    """One reward of one row. `payload` is the canonical JSON of the line without its reference.

    `face_units` is the face value of ONE reward in ten-thousandths of a currency unit.
    `identity` and `content` are the 16-byte digests by which a later file finds the line again;
    `contact` is the keyed hash of person, utid and amount, `person` that of the person alone (None: the line names
    nobody), `alias` a second one. `origin` is the identity of its row, whatever it was released under; `folded_key` a
    keyed hash, `key_text` the key as typed ("" and None: the row has no key).
    """

    reference: str
    row: int
    payload: bytes
    method: str
    utid: str
    quantity: int
    face_units: int
    currency: str
    identity: bytes = b""
    content: bytes = b""
    contact: bytes | None = None
    person: bytes | None = None
    alias: bytes | None = None
    origin: bytes | None = None
    folded_key: bytes | None = None
    key_text: str | None = None


@dataclass(frozen=True, slots=True)
class LineColumns(Sequence[LineItem]):
    """Many lines, column by column, each named as a field of `LineItem`; a line is made when it is asked for.

    A million objects take longer to make than their batches to write down.
    """

    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.columns["row"])

    @overload
    def __getitem__(self, place: int) -> LineItem: ...
    @overload
    def __getitem__(self, place: slice) -> LineColumns: ...
    def __getitem__(self, place: int | slice) -> LineItem | LineColumns:
        values: dict[str, Any] = {name: column[place] for name, column in self.columns.items()}
        return LineColumns(values) if isinstance(place, slice) else LineItem(**values)


def line_columns(lines: Sequence[LineItem]) -> Mapping[str, Sequence[Any]]:
    """Lines as columns."""
    if isinstance(lines, LineColumns):
        return lines.columns
    return {name: [getattr(line, name) for line in lines] for name in LineItem.__slots__}


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that go to Tango in one order; `body` is the exact bytes to send. A `canary` goes before all others."""

    reference: str
    lines: Sequence[LineItem]
    body: bytes
    attempt: int = 1
    canary: bool = False


# How the rule of a problem begins that stands for a held row.
HELD = "held:"


@dataclass(frozen=True, slots=True)
class Hold:
    """A valid row that is held back until a person decides; `reference` is what it would be sent under, `line` the
    number of the line that it seems to be, changed (0: none)."""

    row: int
    rule: str
    reason: str
    remedy: str
    reference: str = ""
    units: int = -1
    currency: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference or oddity that a person should know, with the rows behind it; `unnamed` is the text for anyone who may
    not see recipients' names, where it has any."""

    kind: str
    text: str
    rows: tuple[int, ...] = ()
    explained: bool = True
    unnamed: str = ""
