"""The options that keep a run back: canary, failure rate, who submits."""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.model.errors import UsageError

Submitter = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who hands the file in; default: the user of this machine.")
]


Canary = Annotated[
    int,
    typer.Option(
        "--canary", min=0, help="So many lines go first, one per method, reward and currency; all must end well."
    ),
]


NoCanary = Annotated[
    bool, typer.Option("--no-canary", help="Send the rest although a canary is pending, or has failed.")
]


MaxFailureRate = Annotated[
    str, typer.Option("--max-failure-rate", metavar="5%", help="Halt when a larger share of the final lines failed.")
]


def share(text: str) -> float | None:
    """`5%`, `0.05` -> 0.05; nothing -> None; raises UsageError."""
    if not text:
        return None
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"--max-failure-rate {text}: give a share, such as 5% or 0.05.")
    return value
