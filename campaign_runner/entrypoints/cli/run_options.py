"""The options that limit a run: canary, failure rate, submitter."""

from __future__ import annotations

from typing import Annotated

import typer

from campaign_runner.model.errors import UsageError

Submitter = Annotated[
    str,
    typer.Option(
        "--as", metavar="NAME", help="Your name, as the submitter of the file; default: the user of this machine."
    ),
]

Canary = Annotated[
    int,
    typer.Option(
        "--canary",
        min=0,
        help="Send this many lines first, one per method, reward and currency; the rest follows once they are completed.",
    ),
]

NoCanary = Annotated[
    bool, typer.Option("--no-canary", help="Send the rest even if a canary is pending or has failed.")
]

Detach = Annotated[
    bool,
    typer.Option(
        "--detach", help="Plan and record the orders, and leave the sending to workers; ends with exit code 5."
    ),
]

MaxFailureRate = Annotated[
    str, typer.Option("--max-failure-rate", metavar="5%", help="Stop if a larger share of the final lines failed.")
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
