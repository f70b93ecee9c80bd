"""Rows released and dropped as tests like to say it."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_runner.app.release import RowsAsked, decide
from campaign_runner.app.runtime import Runtime
from campaign_runner.ledger.sent_lines import DROPPED, RELEASED, UNDONE
from campaign_runner.model.choices import HoldKind


def release_rows(
    runtime: Runtime, rows: Sequence[int | str], reason: str, *, held_as: HoldKind | None = None, every: bool = False,
    undo: bool = False, dry_run: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Release held rows of the newest file (or take that back), with a reason; the next `run` places them. Returns what
    was decided, with what it comes to.

    Raises UsageError for a row that is not held: then nothing is released.
    """
    return decide(
        runtime, RowsAsked(rows, held_as, every), UNDONE if undo else RELEASED, reason, dry_run=dry_run
    ).sentences


def drop_rows(
    runtime: Runtime, rows: Sequence[int | str], reason: str, *, held_as: HoldKind | None = None, every: bool = False,
    dry_run: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Say that held rows are not to be sent, with a reason; otherwise as `release`."""
    return decide(runtime, RowsAsked(rows, held_as, every), DROPPED, reason, dry_run=dry_run).sentences
