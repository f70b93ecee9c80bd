"""What may a command line require of what is about to be sent?  Control totals, accepted warnings, freshness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from campaign_runner.app.overrides import Overrides

Refresh = Annotated[bool, typer.Option("--refresh", help="Fetch Tango's current catalogue.")]
Accept = Annotated[list[str] | None, typer.Option("--accept", help="Accept this warning; repeatable.")]
ExpectRows = Annotated[
    int | None, typer.Option("--expect-rows", help="Abort unless the file has exactly this many rows.")
]
ExpectTotal = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-total", help="Abort unless the file has exactly this total, such as USD=6000; repeatable."
    ),
]
PartialByFunds = Annotated[
    bool,
    typer.Option(
        "--partial-by-funds", help="Send as many rows as the balance covers, in file order; the rest stays unsent."
    ),
]


@dataclass(frozen=True)
class OverrideOptions:
    """What a command that looks at a spreadsheet may require of it."""

    refresh: Refresh = False
    accept: Accept = None
    expect_rows: ExpectRows = None
    expect_total: ExpectTotal = None

    def overrides(self) -> Overrides:
        """The same for `app`."""
        return Overrides(self.refresh, self.accept, self.expect_rows, self.expect_total)
