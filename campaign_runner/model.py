"""What are the nouns?  Plain frozen values that the stages hand to each other.

`RawRows` (text as the file has it) and `CleanRows` (valid, normalised) are different types, so that the wrong one
cannot be passed. Whoever holds a spreadsheet row number holds the number that the user sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, overload

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd


# ---- the spreadsheet ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A spreadsheet column: `position` counts from 0, `header` is the user's own text, `field` is Tango's name."""

    position: int
    header: str
    field: str | None = None

    @property
    def letter(self) -> str:
        """`A` for 0, `AA` for 26."""
        letters, rest = "", self.position + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            letters = chr(65 + digit) + letters
        return letters

    def cell(self, row: int) -> str:
        """The address as the spreadsheet shows it: `F14`."""
        return f"{self.letter}{row}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one cell (or, without `column`, with one row).

    `what` continues the value (`is not an e-mail address.`), `remedy` is a sentence of its own. `rule` is stable
    (`recipient.email:format`). A `calendar` problem comes from the run's date alone: yesterday the row was valid.
    """

    row: int
    column: Column | None
    rule: str
    value: str
    what: str
    remedy: str
    severity: str = "error"
    calendar: bool = False

    @property
    def cell(self) -> str:
        """`F14`, or `row 14` where no single cell is at fault."""
        return self.column.cell(self.row) if self.column else f"row {self.row}"

    @property
    def complaint(self) -> str:
        """`F14 (E-mail): "ana@@example.com" is not an e-mail address.`"""
        where = f"{self.cell} ({self.column.header})" if self.column else f"Row {self.row}"
        shown = self.value if len(self.value) <= 60 else self.value[:57] + "…"
        quoted = f'"{shown}" ' if self.value else ""
        return f"{where}: {quoted}{self.what}"

    @property
    def sentence(self) -> str:
        """The complaint with its remedy: `… is not an e-mail address. Type one address, like ana@example.com.`"""
        return f"{self.complaint} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class RawRows:
    """Some rows as the file has them.

    `cells`: text only (dtype `str`, empty cell = ""), index = row numbers, column labels = `Column.position`.
    `hidden`: numbers of rows that the user does not see. `problems`: what intake found at single cells.
    """

    cells: pd.DataFrame
    hidden: frozenset[int] = frozenset()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet of one file; `chunks()` can be called again and yields the non-blank rows in order.

    `notes` are sentences for the user about how the file was read. `declared` is what the file's own totals row says:
    its row number and amount.
    """

    source: str
    sheet: str
    header_row: int
    columns: tuple[Column, ...]
    chunks: Callable[[], Iterator[RawRows]]
    notes: tuple[str, ...] = ()
    declared: tuple[int, Decimal] | None = None

    def column_of(self, name: str) -> Column | None:
        """The column of a Tango field."""
        return next((column for column in self.columns if column.field == name), None)


@dataclass(frozen=True, slots=True)
class CleanRows:
    """Valid rows. `fields`: normalised text by Tango field name, NA where empty, index = row numbers; the amount is
    plain decimal text with two places. `own`: the user's own columns by header, trimmed, same index."""

    fields: pd.DataFrame
    own: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Checked:
    """What validation says of some rows: the clean ones and all problems.

    Rows whose only problems are `calendar` ones stand in `clean` too and in `stale`: they are rejected, unless the
    ledger knows that they were sent while they were still in time. `worth` is quantity times face value, in
    ten-thousandths, of the rejected rows whose amount can be read: the books count them too.
    """

    clean: CleanRows
    problems: tuple[Problem, ...]
    stale: frozenset[int] = frozenset()
    worth: Mapping[int, int] = field(default_factory=dict)


# ---- the rule book -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `schemas/columns.yaml`; `schema` is its pandera column form, `source` the sentence it is from."""

    name: str
    title: str
    description: str
    example: str
    source: str
    spellings: tuple[str, ...]
    choices: tuple[str, ...]
    schema: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Method:
    """One delivery method of `schemas/`; fields in neither `required` nor `optional` are not allowed."""

    name: str
    title: str
    description: str
    source: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    example: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()

    def presence(self, name: str) -> str:
        """`required`, `optional` or `not allowed`."""
        return "required" if name in self.required else "optional" if name in self.optional else "not allowed"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All fields and methods, in the order of the files; `digest` names this very content."""

    fields: Mapping[str, Field]
    methods: Mapping[str, Method]
    digest: str

    @property
    def required_always(self) -> tuple[str, ...]:
        """Fields that every method requires: without their columns a file cannot be used."""
        return tuple(f for f in self.fields if all(f in method.required for method in self.methods.values()))


# ---- what is to be sent ------------------------------------------------------------------------------------------


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
    nobody).
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

    @property
    def total_units(self) -> int:
        """Quantity times face value, in ten-thousandths."""
        return self.quantity * self.face_units


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
        found: dict[str, Any] = {name: column[place] for name, column in self.columns.items()}
        return LineColumns(found) if isinstance(place, slice) else LineItem(**found)


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


@dataclass(frozen=True, slots=True)
class Hold:
    """A valid row that is kept back until a person decides; `reference` is what it would be sent under."""

    row: int
    rule: str
    reason: str
    remedy: str
    reference: str = ""
    units: int = -1
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference or oddity that a person should know, with the rows behind it."""

    kind: str
    text: str
    rows: tuple[int, ...] = ()
    explained: bool = True


# ---- what Tango says ---------------------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What one call came to; `tango/answers.py` has the table that decides."""

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
    """What Tango says of one line. `status` is Tango's own word; amounts are Decimal or None where not stated.

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
    recipient: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one request came to: no secrets, no personal data, so it may be stored and logged as it is.

    `refused` maps a line reference to Tango's sentence (references that we never sent are in it too). `total` is
    the number of line items that Tango counts, None where it says nothing. `doubtful`: an earlier try of the same call
    went without an answer, so that Tango may have carried that one out.
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
    created_at: str = ""
    completed_at: str = ""
    charged: Decimal | None = None
    charged_currency: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    duplicates: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[LineAnswer, ...] = ()
    next_cursor: str = ""
    doubtful: bool = False


# ---- the books: what reports are written from ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatedRows:
    """Some rows of the file with what became of them.

    `cells` as in `RawRows`. `states` has the same index and the columns `status` (a `RowStatus` value), `reason`,
    `remedy`, `reference`, `order_reference`, `tango_order_id`, `updated_at` (ISO 8601, UTC), all text ("" = none),
    plus `units` (quantity times face value in ten-thousandths, int64; -1 = the amount cannot be read) and `currency`.
    """

    cells: pd.DataFrame
    states: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Sums:
    """The line items of a campaign in their newest attempt, in one currency of rewards: face value as planned, as
    placed, and (of those that Tango charged in this very currency) what was charged for how many."""

    currency: str
    planned: Decimal
    placed: Decimal
    charged: Decimal
    charged_lines: int


def _none() -> Iterator[Any]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Books:
    """One upload of one campaign, reconciled; everything a report may say.

    `rows` and `amounts` hold a count, or a Decimal per currency, for each `RowStatus` value. `stated()` can be
    called again and yields every non-blank row in file order. `placed()` yields frames of this campaign's line
    items that reached Tango, one row each, without personal data (columns: `PLACED_COLUMNS`). `ledger_head` is the
    hash of the newest event of the ledger. `corrections()` yields what changed after it had been final, oldest
    first (columns: `CORRECTION_COLUMNS`), `corrected` has the first thousand in plain values. `earlier()` yields the
    rows of earlier files that brought lines which this one does not have, each with the columns of its file.
    """

    order: Order
    environment: str
    source: str
    sheet: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    rows: Mapping[str, int]
    amounts: Mapping[str, Mapping[str, Decimal]]
    batches: Mapping[str, int]
    findings: tuple[Finding, ...]
    ties_out: bool
    stopped: str
    stated: Callable[[], Iterator[StatedRows]]
    placed: Callable[[], Iterator[pd.DataFrame]]
    ledger_head: str = ""
    sums: tuple[Sums, ...] = ()
    corrections: Callable[[], Iterator[pd.DataFrame]] = _none
    corrected: tuple[Mapping[str, Any], ...] = ()
    earlier: Callable[[], Iterator[tuple[tuple[Column, ...], StatedRows]]] = _none

    @property
    def total_rows(self) -> int:
        """Rows of the file that are not blank."""
        return sum(self.rows.values())

    @property
    def finished(self) -> bool:
        """No line is unsent, unknown or pending."""
        return not (self.rows["unsent"] or self.rows["unknown"] or self.rows["pending"])


PLACED_COLUMNS = (
    "reference",
    "order_reference",
    "tango_order_id",
    "tango_reference",
    "utid",
    "method",
    "quantity",
    "face_units",
    "currency",
    "charged",
    "charged_currency",
    "fee",
    "shipping_fee",
    "exchange_rate",
    "status",
    "delivery_status",
    "attempt",
    "placed_at",
    "updated_at",
    "row_reference",
)
# A line whose booking changed after it had been final: the line as it is now, what was booked, what is booked since.
BOOKED_COLUMNS = ("status", "charged", "charged_currency", "fee", "shipping_fee")
CORRECTION_COLUMNS = (
    *PLACED_COLUMNS,
    "at",
    "row",
    *(f"{name}_before" for name in BOOKED_COLUMNS),
    *(f"{name}_after" for name in BOOKED_COLUMNS),
)


# ---- the outside world, as the middle sees it --------------------------------------------------------------------


class Clock(Protocol):
    """Time as an argument; tests pass one that they turn by hand."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Limiter(Protocol):
    """Paces all calls of all processes that share it."""

    def reserve(self) -> float:
        """Book the next place and return how many seconds to wait for it."""
        ...

    def postpone(self, seconds: float) -> None:
        """Nobody may call for so long (429)."""
        ...
