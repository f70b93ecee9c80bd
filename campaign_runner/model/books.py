"""What are reports written from?  The reconciled books of one upload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaign_runner.model.orders import Finding, Order
from campaign_runner.model.spreadsheet import Column

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class StatedRows:
    """Some rows of the file with what became of them.

    `cells` as in `RawRows`. `states` has the same index and the columns `status` (a `RowStatus` value), `reason`,
    `remedy`, `reference`, `order_reference`, `tango_order_id`, `updated_at` (ISO 8601, UTC), all text ("" = none),
    plus `units` (quantity times face value in ten-thousandths, int64; -1 = the amount cannot be read) and `currency`.
    `sheet`: where the rows stand, if not in the sheet of the books. `original_rows` as in `RawRows`: of rows of a report
    of failures, where they stood in the file that it is about.
    """

    cells: pd.DataFrame
    states: pd.DataFrame
    sheet: str = ""
    original_rows: Mapping[int, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sums:
    """The line items of a campaign in their newest attempt, in one currency of rewards: face value as planned, as
    placed, and (of those that Tango charged in this very currency) what was charged for how many."""

    currency: str
    planned: Decimal
    placed: Decimal
    charged: Decimal
    charged_lines: int


@dataclass(frozen=True, slots=True)
class ChargedElsewhere:
    """Rewards of one currency that Tango charged in another: face value and charge, fees and shipping included."""

    currency: str
    charged_currency: str
    lines: int
    face_value: Decimal
    charged: Decimal

    @property
    def rate(self) -> Decimal:
        """What one unit of the reward's currency was charged at, to six places."""
        return (self.charged / self.face_value).quantize(Decimal("0.000001")) if self.face_value else Decimal(0)


@dataclass(frozen=True, slots=True)
class SentFile:
    """This many lines that left from one file on one day (`2026-11-27`, UTC); `name` is "" for orders found at Tango."""

    name: str
    day: str
    lines: int


@dataclass(frozen=True, slots=True)
class Sent:
    """Lines that left, with their face value per currency."""

    lines: int = 0
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    files: tuple[SentFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Books:
    """One upload of one campaign, reconciled: all that can be said without its rows, in plain values.

    `rows` and `amounts` hold a count, or a Decimal per currency, for each `RowStatus` value. `ledger_head` is the hash
    of the newest event of the ledger, `ledger_events` its number; `host` is where orders go. `corrected` are the first
    thousand changes of what had been final, oldest first. `dropped`: this many of the cancelled rows are those that
    somebody dropped, which need nobody. `asked` are the options that the run had, by name ("" = a switch): the next one
    is to have them, too. `foreign` is what was charged in another currency than the reward's. `sent_now` is what this
    very call sent (of the campaign), `sent_before` what had left before of this file's rows; `placing` tells that the
    call was asked to send, `halted` that nothing new leaves until somebody resumes the campaign. `unread`: other sheets
    of the file with rows below the same header, which nobody chose or refused.
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
    ledger_head: str = ""
    ledger_events: int = 0
    host: str = ""
    sums: tuple[Sums, ...] = ()
    corrected: tuple[Mapping[str, Any], ...] = ()
    unread: tuple[str, ...] = ()
    dropped: int = 0
    asked: Mapping[str, str] = field(default_factory=dict)
    foreign: tuple[ChargedElsewhere, ...] = ()
    sent_now: Sent = Sent()
    sent_before: Sent = Sent()
    placing: bool = False
    halted: bool = False

    @property
    def total_rows(self) -> int:
        """Rows of the file that are not blank."""
        return sum(self.rows.values())

    @property
    def finished(self) -> bool:
        """No line is unsent, unknown or pending."""
        return not (self.rows["unsent"] or self.rows["unknown"] or self.rows["pending"])


class BookPages:
    """Reads the rows behind some books, page by page, from the first each time it is asked. This one has none."""

    def lines_alone(self) -> BookPages:
        """The same for another process, without the rows of files."""
        return self

    def stated(self) -> Iterator[StatedRows]:
        """Every row of the file that is not blank, in its order, with what became of it."""
        return iter(())

    def earlier(self) -> Iterator[tuple[tuple[Column, ...], StatedRows]]:
        """The rows of earlier files that brought lines which this one does not have, each with the columns of its file."""
        return iter(())

    def placed(self) -> Iterator[pd.DataFrame]:
        """This campaign's line items that reached Tango, one row each, without personal data (`PLACED_COLUMNS`)."""
        return iter(())

    def corrections(self) -> Iterator[pd.DataFrame]:
        """What changed after it had been final, oldest first (`CORRECTION_COLUMNS`)."""
        return iter(())

    def settlements(self, zone: str = "") -> Iterator[pd.DataFrame]:
        """Lines that were final on a later day than the one they were placed on, as changes of that day
        (`CORRECTION_COLUMNS`), days being those of a time zone ("" = UTC)."""
        return iter(())

    def findings(self, first: str, after: str) -> tuple[Finding, ...]:
        """Those about lines placed, and changes found, between two instants (ISO 8601)."""
        return ()


@dataclass(frozen=True, slots=True)
class OpenBooks:
    """Books and the reader of their rows, which reads as long as the ledger and the file are open."""

    books: Books
    pages: BookPages


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
