"""Which options does every command take?  Those of the interface, whether or not a command has a use for them.

A script may then give the same options to each; what a command has no use for changes nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from campaign_runner.entrypoints.cli.options import (
    REPORTS,
    STATE,
    Config,
    Json,
    Quiet,
    Reports,
    Schemas,
    State,
    Verbose,
    Yes,
)

# name: (what it is, default), in the order of `--help`
EVERYWHERE: dict[str, tuple[Any, bool | Path | None]] = {
    "config": (Config, None),
    "state": (State, STATE),
    "reports": (Reports, REPORTS),
    "schemas": (Schemas, None),
    "yes": (Yes, False),
    "as_json": (Json, False),
    "quiet": (Quiet, False),
    "verbose": (Verbose, False),
}


def with_every_option(command: Callable[..., None]) -> Callable[..., None]:
    """The same command, which takes all of `EVERYWHERE`."""
    signature = inspect.signature(command, eval_str=True)
    own = signature.parameters
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in EVERYWHERE.items()
        if name not in own
    ]

    @wraps(command)
    def complete(*words: Any, **given: Any) -> None:
        return command(*words, **{name: value for name, value in given.items() if name in own})

    whole = signature.replace(parameters=[*own.values(), *more])
    complete.__signature__ = whole  # type: ignore[attr-defined]
    complete.__annotations__ = {name: each.annotation for name, each in whole.parameters.items()}
    return complete
