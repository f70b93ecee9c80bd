"""What may be demanded on the command line of what is about to be sent?  Control totals, accepted warnings, freshness."""

from __future__ import annotations

from typing import Annotated

import typer

Refresh = Annotated[bool, typer.Option("--refresh", help="Ask Tango for its catalogue of today.")]
Accept = Annotated[list[str] | None, typer.Option("--accept", help="A warning that is fine; repeatable.")]
ExpectRows = Annotated[int | None, typer.Option("--expect-rows", help="Refuse a file of another number of rows.")]
ExpectTotal = Annotated[
    list[str] | None, typer.Option("--expect-total", help="Refuse another total: USD=6000; repeatable.")
]
PartialByFunds = Annotated[
    bool,
    typer.Option("--partial-by-funds", help="Send what the balance allows, in file order; the rest stays unsent."),
]
