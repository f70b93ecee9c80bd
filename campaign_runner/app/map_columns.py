"""Which column is which field?  A person says so for an upload; it is read again, and the next one remembers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import jobs, submissions
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import Conflict
from campaign_runner.validation import load_book

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})

# What every row needs: where a file has no column for it, a person says what all of them have.
OF_EVERY_ROW = ("deliveryMethod", "utid", "amount")


def map_columns(
    workspace: Workspace, campaign_key: int, number: int, columns: Mapping[str, str], actor: Actor, channel: str,
    defaults: Mapping[str, str] = NOTHING_SAID,
) -> Submission:  # fmt: skip
    """Read the newest upload again with these columns (header: field, "" = the user's own) and with what every row has
    (`defaults`, field: value); returns the new submission."""
    with workspace.ledger(actor).write("map columns", durable=True) as connection:
        older = submissions.numbered(connection, campaign_key, number)
        newest = submissions.latest(connection, campaign_key)
        if newest and newest.id != older.id:
            raise Conflict(f"Upload {number} is not the newest: upload {newest.number} came after it.")
        every = {field: value for field, value in defaults.items() if field in OF_EVERY_ROW and value}
        options: dict[str, Any] = {**older.options, "columns": dict(columns), "defaults": every}
        made = submissions.copy(connection, older, actor, channel, workspace.at(), corrects=older.id, options=options)
        jobs.want(connection, jobs.CHECK, made.id, workspace.at())
    return made


def method_names(workspace: Workspace) -> list[str]:
    """The delivery methods of the rule book."""
    return list(load_book(workspace.schemas).methods)


def field_titles(workspace: Workspace) -> dict[str, str]:
    """Every field that a column can be, with its title."""
    return _titles(workspace.schemas)


@cache
def _titles(schemas: Path | None) -> dict[str, str]:
    return {name: field.title for name, field in load_book(schemas).fields.items()}
