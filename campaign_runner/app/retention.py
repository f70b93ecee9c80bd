"""What is erased by itself, every night?  What [retention] says; a `purge` without options does the same at once."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from campaign_runner.app.personal_data.personal_files import copies_of_ledger
from campaign_runner.app.purge import Erased, purge_data
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import Ledger, erasure, open_ledger
from campaign_runner.model.errors import UsageError
from campaign_runner.model.log import log
from campaign_runner.settings import Credentials
from campaign_runner.settings.workspace_sections import RetentionSection

NIGHT = 86_400.0
# A copy of the ledger from before a migration or a restore holds everybody, whenever it was made.
COPY_DAYS = 30
logger = logging.getLogger(__name__)


def erase_old_data(workspace: Workspace, _key: str) -> float | None:
    """The nightly work; again in a day. None where nothing is to be erased."""
    kept = workspace.settings.retention
    if not _is_set(kept):
        return None
    runtime = Runtime(
        workspace.settings, workspace.state, workspace.state / "reports", Credentials(), workspace.schemas, workspace.clock,
        ledger_url=workspace.settings.ledger.url,
    )  # fmt: skip
    erased = apply_retention(runtime)
    counts: dict[str, Any] = {name: n for name, n in vars(erased).items() if isinstance(n, int)}
    log(logger, "old personal data was erased", **counts)
    return NIGHT


def apply_retention(runtime: Runtime, *, dry_run: bool = False) -> Erased:
    """Erase what [retention] says; raises UsageError where it says nothing."""
    kept = runtime.settings.retention
    if not _is_set(kept):
        raise UsageError(
            "[retention] is empty. Set days, uploads_days or logs_days there, or give one of --older-than 400d, "
            '--recipient EMAIL, PHONE or "NAME, STREET, ZIP", --campaign ID.'
        )
    erased = purge_data(runtime, kept.days, dry_run=dry_run) if kept.days else Erased()
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger:
        files, orders, rows = _parts(runtime, ledger, kept, dry_run=dry_run)
        uncleared = bool(not dry_run and (files or orders or rows) and not ledger.compact())
    return replace(
        erased, files=erased.files + files, orders=erased.orders + orders, log_rows=rows,
        uncleared=erased.uncleared or uncleared, deleted=_old_copies(runtime, dry_run=dry_run),
    )  # fmt: skip


def _parts(runtime: Runtime, ledger: Ledger, kept: RetentionSection, *, dry_run: bool) -> tuple[int, int, int]:
    """Files, orders of which the messages, and rows of logs that had their time."""
    files = orders = rows = 0
    with ledger.write("retention", durable=True) as connection:
        if kept.uploads_days:
            files = erasure.erase_files(
                connection, _before(runtime, kept.uploads_days), runtime.at(), dry_run=dry_run
            )
        if kept.logs_days:
            before = _before(runtime, kept.logs_days)
            orders = erasure.erase_old_messages(connection, before, runtime.at(), dry_run=dry_run)
            moment = runtime.clock.now() - timedelta(days=kept.logs_days)
            rows = 0 if dry_run else erasure.forget_logs(connection, moment.timestamp(), before)
    return files, orders, rows


def _old_copies(runtime: Runtime, *, dry_run: bool) -> tuple[str, ...]:
    limit = (runtime.clock.now() - timedelta(days=COPY_DAYS)).timestamp()
    old = [path for path in copies_of_ledger(runtime) if path.stat().st_mtime < limit]
    for path in () if dry_run else old:
        path.unlink(missing_ok=True)
    return tuple(map(str, old))


def _before(runtime: Runtime, days: int) -> str:
    return (runtime.clock.now() - timedelta(days=days)).isoformat(timespec="milliseconds")


def _is_set(kept: RetentionSection) -> bool:
    return bool(kept.days or kept.uploads_days or kept.logs_days)
