"""May a run trust this ledger?  Its chain of events is followed before anything is sent.

A short chain is followed from its first event. Of a long one, what was followed before is not followed again: how far
that was stands in the state folder.
"""

from __future__ import annotations

from contextlib import suppress

import orjson

from campaign_runner.ledger import events
from campaign_runner.ledger.store import Ledger
from campaign_runner.model.errors import StateError

FILE = "audit.verified"
SHORT = 20_000  # events that are followed in a fifth of a second


def require_whole(ledger: Ledger) -> None:
    """Raises StateError where the chain of events is broken: a run would build on what somebody changed."""
    with ledger.read() as connection:
        last = events.newest(connection)
        number, head = _verified(ledger) if last > SHORT else (0, "")
        if (
            events.hash_of(connection, number) != head
        ):  # another ledger, an older one or a changed one: from the start
            number = 0
        if broken := events.first_broken(connection, number):
            raise _broken(broken)
        if last > SHORT:
            _note(ledger, last, events.hash_of(connection, last))


def _verified(ledger: Ledger) -> tuple[int, str]:
    try:
        known = orjson.loads((ledger.folder / FILE).read_bytes())
        return int(known["events"]), str(known["head"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _note(ledger: Ledger, number: int, head: str) -> None:
    with suppress(OSError):  # then the next run follows the whole chain again
        (ledger.folder / FILE).write_bytes(orjson.dumps({"events": number, "head": head}))


def _broken(broken: events.Broken) -> StateError:
    return StateError(
        f"The audit log of this ledger is broken at event {broken.number}: {broken.why}. The ledger was changed "
        "outside campaign-runner, so nothing was sent. Run `campaign-runner audit verify` to see what differs, then "
        "restore the ledger from a backup."
    )
