"""Which names does `summary.json` have?  A promise to scripts; docs/summary.schema.json is made of it."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from campaign_runner.model.lifecycle import RowStatus

BY_STATUS = ("total", *(status.value for status in RowStatus))
BATCHES = ("planned", "accepted", "unknown", "refused")

Amount = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2,}$", description="A decimal number as text.")]
Count = Annotated[int, Field(ge=0)]


class SentFileLines(TypedDict):
    """Lines that left from one file on one day."""

    name: Annotated[str, Field(description='The file; "" for orders that `recover` found at Tango.')]
    day: Annotated[str, Field(description="The day, UTC: 2026-11-27.")]
    lines: Count


class SentLines(TypedDict):
    """Lines that left, with their face value per currency."""

    lines: Count
    amounts: dict[str, Amount]
    files: NotRequired[list[SentFileLines]]


class MoneyOfLines(TypedDict):
    """The line items of the campaign in their newest attempt, in one currency of rewards."""

    planned: Annotated[Amount, Field(description="Face value of all planned lines.")]
    placed: Annotated[Amount, Field(description="Face value of the lines that Tango has.")]
    charged: Annotated[Amount, Field(description="What Tango charged in this currency.")]
    charged_lines: Annotated[int, Field(description="How many lines were charged.")]


CorrectedLine = TypedDict(
    "CorrectedLine",
    {
        "date": str, "row": int | None,
        "reference": Annotated[str, Field(description="externalRefLineItemID.")],
        "from": Annotated[str, Field(description="Status before.")],
        "to": Annotated[str, Field(description="Status since.")],
        "amount": Amount, "currency": str, "charged_before": str, "charged_after": str, "charged_currency": str,
    },
)  # fmt: skip


class Summary(TypedDict):
    """What a script needs to know after `check`, `plan`, `run`, `track`, `retry`, `recover` or `reports`."""

    campaign: Annotated[str, Field(description="Campaign id.")]
    finished: Annotated[bool, Field(description="No line is unsent, unknown or pending.")]
    sent_now: Annotated[SentLines, Field(description="What this call sent.")]
    sent_before: Annotated[SentLines, Field(description="What had been sent before of this file's rows.")]
    rows: Annotated[
        dict[str, Count],
        Field(
            description="Rows of the file by status; `total` is their sum.",
            json_schema_extra={"required": [*BY_STATUS]},
        ),
    ]
    amounts: Annotated[
        dict[str, Annotated[dict[str, Amount], Field(json_schema_extra={"required": [*BY_STATUS]})]],
        Field(description="Money of the rows by currency and status; `total` is the sum of the statuses."),
    ]
    batches: Annotated[
        dict[str, Count], Field(description="Orders by state.", json_schema_extra={"required": [*BATCHES]})
    ]
    ties_out: Annotated[bool, Field(description="Every row has one status, and the money adds up.")]
    money: Annotated[dict[str, MoneyOfLines], Field(description="Planned, placed and charged, by currency.")]
    corrections: Annotated[
        list[CorrectedLine], Field(description="Lines that changed after they were final (first 1,000).")
    ]
    findings: Annotated[list[str], Field(description="What differs, or needs a person.")]
    reports: Annotated[dict[str, str], Field(description="Path of each report, by its usual name.")]
    exit_code: Annotated[int, Field(description="As the command ends.")]
    environment: Annotated[str, Field(description="simulator, sandbox or production.")]
    host: Annotated[str, Field(description="Where orders go.")]
    source: Annotated[str, Field(description="The spreadsheet.")]
    sheet: Annotated[str, Field(description='Its sheet ("" = it has none).')]
    notes: Annotated[list[str], Field(description="How the file was read, and what to know about the reports.")]
    stopped: Annotated[str, Field(description='Why Tango stopped the run ("" = it did not).')]
    ledger_head: Annotated[str, Field(description="Hash of the newest event of the audit log.")]
    ledger_events: Annotated[int, Field(description="Number of that event.")]
    problems: Annotated[int | None, Field(description="Problems found; null if the file was not checked again.")]
    next_steps: Annotated[list[str], Field(description="What to do next, and with which command.")]
