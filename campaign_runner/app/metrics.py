"""What do the numbers say?  Asked of the ledger when they are scraped, in Prometheus' text."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import counters


def metrics(workspace: Workspace) -> str:
    """Rows by status and environment, jobs, sessions, accounts."""
    with workspace.ledger().read() as connection:
        return "\n".join(_lines(counters.count_all(connection))) + "\n"


def _lines(found: list[counters.Counter]) -> Iterator[str]:
    for name, what, values in found:
        yield f"# HELP campaign_runner_{name} {what}"
        yield f"# TYPE campaign_runner_{name} gauge"
        for labels, value in values:
            named = ",".join(f'{key}="{text}"' for key, text in labels.items())
            yield f"campaign_runner_{name}{f'{{{named}}}' if named else ''} {value}"
