"""What can go wrong at Tango, and when does it?  A table of faults, and a schedule that says which call meets one.

`{"kind": "lost-answer", "call": "place", "nth": 3}` makes the third order be placed without its answer arriving.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.simulator.fault_effects import FAULTS, Effect

CALLS = ("place", "look_up", "list", "account", "catalogue", "rates", "token", "webhooks")


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` strikes the `nth` call of its sort ("" = of any sort), and the `times - 1` calls after it.

    `seconds` is how slow a slow answer is, and what Retry-After says.
    """

    kind: str
    call: str = ""
    nth: int = 1
    times: int = 1
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ValueError(f'"{self.kind}" is not a fault. Known: {", ".join(FAULTS)}')
        if self.call not in ("", *CALLS):
            raise ValueError(f'"{self.call}" is not a call. Known: {", ".join(CALLS)}, or nothing for any')

    @property
    def effect(self) -> Effect:
        """What it does."""
        return FAULTS[self.kind]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def read(entries: Sequence[Fault | Mapping[str, Any]]) -> list[Fault]:
    """Faults from JSON; raises ValueError or TypeError on what is not one."""
    if not isinstance(entries, list | tuple):
        raise TypeError("it is not a list")
    return [entry if isinstance(entry, Fault) else Fault(**entry) for entry in entries]


class FaultsUnreadable(Exception):
    """A file of faults that cannot be used; its text says why."""


def read_faults(path: Path | None) -> list[Fault]:
    """The faults of a JSON file (a list of objects); none without a file. Raises FaultsUnreadable."""
    if path is None:
        return []
    try:
        return read(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise FaultsUnreadable(f"{path}: cannot be read ({error.strerror}). Name another with --faults.") from None
    except (ValueError, TypeError) as error:
        example = '[{"kind": "lost-answer", "call": "place", "nth": 3}]'
        raise FaultsUnreadable(
            f"{path}: this is not a list of faults: {error}. Write, for example, {example}."
        ) from None


class Schedule:
    """Faults by the call that they strike; `since` holds the counts of calls when it was set up."""

    def __init__(self, faults: Iterable[Fault], since: Mapping[str, int]) -> None:
        self._due: dict[tuple[str, int], Fault] = {}
        for fault in faults:
            first = since.get(fault.call, 0) + fault.nth
            for number in range(first, first + fault.times):
                self._due.setdefault((fault.call, number), fault)
        self.cuts_reading = any(fault.kind == "cut-reading" for fault in self._due.values())

    def due(self, call: str, counts: Mapping[str, int]) -> Fault | None:
        """The fault for the next call of this sort."""
        named = self._due.get((call, counts.get(call, 0) + 1))
        return named or self._due.get(("", counts.get("", 0) + 1))
