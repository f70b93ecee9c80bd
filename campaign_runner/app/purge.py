"""How is personal data erased?  Of old files, of one campaign, or of one recipient: in the ledger and in the stand-in.

Reports are files of the user: they are found and named, never deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import Connection

from campaign_runner import simulator
from campaign_runner.app.personal_data.personal_files import delete_ours, files_with, reports_of
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import since
from campaign_runner.app.steps.connect_tango import SIMULATOR_STATE
from campaign_runner.ledger import Ledger, campaigns, erasure, open_ledger, person_requests, plans
from campaign_runner.ledger.erasure import campaigns_before, references_of
from campaign_runner.ledger.recipient_erasure import erase_recipient
from campaign_runner.model.contact import Contact
from campaign_runner.model.errors import UsageError
from campaign_runner.planning.recipients import EMAIL, LETTER, PHONE, person_hashes

# Where deleted bytes stay in the pages of a server until its tables are written again.
PERSONAL_TABLES = (
    "attempts", "batches", "check_parts", "checks", "corrections", "deliveries", "entries", "held_shown", "idempotency",
    "jobs", "line_items", "person_requests", "problems", "recipient_texts", "releases", "report_parts", "sendings",
    "submission_parts", "submissions", "upload_parts", "uploads",
)  # fmt: skip
_EVER = "9999"


@dataclass(frozen=True)
class Erased:
    """How many files, orders, lines and hashes were erased, and orders in the simulator; what is still `open`, how many
    `events` name the recipient, whose address is that of how many `accounts`; which `reports` hold names, and which were
    `deleted`; how many `log_rows` of the server went; `uncleared`: deleted bytes may still stand in free pages of
    the ledger."""

    files: int = 0
    orders: int = 0
    lines: int = 0
    hashes: int = 0
    simulator_orders: int = 0
    open: int = 0
    events: int = 0
    accounts: int = 0
    log_rows: int = 0
    uncleared: bool = False
    reports: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


def purge_data(runtime: Runtime, days: float, *, dry_run: bool = False) -> Erased:
    """Erase personal data of files older than this many days; totals, references and the chain stay."""
    if days < 1:
        raise UsageError("--older-than must be at least one day: files uploaded today may still be in progress.")
    moment = runtime.clock.now() - timedelta(days=days)
    before = moment.isoformat(timespec="milliseconds")
    with _ledger(runtime) as ledger:
        names = campaigns_before(ledger, before)
        counts: dict[str, Any] = dict(
            erasure.erase(ledger, before, runtime.at(), window_since=since(runtime), dry_run=dry_run)
        )
        names = names if counts["files"] else []
        _clear(ledger, counts, dry_run=dry_run, tables=())
        still = references_of(ledger, still=True)

        def old(reference: str, at: float, items: list[Any]) -> Collection[int]:
            return range(len(items)) if at < moment.timestamp() and reference not in still else ()

        return _with_more(counts, _stand_in(runtime, old, dry_run), reports_of(runtime, () if dry_run else names))


def purge_campaign(runtime: Runtime, campaign_id: str, *, dry_run: bool = False) -> Erased:
    """Erase the personal data of one campaign, in every environment, whatever its age."""
    with _ledger(runtime) as ledger:
        with ledger.read() as connection:
            known = sorted({str(row["campaign_id"]) for row in campaigns.listing(connection)})
        if campaign_id not in known:
            raise UsageError(f"There is no campaign {campaign_id} here. Known: {', '.join(known) or 'none yet'}.")
        counts: dict[str, Any] = dict(
            erasure.erase(
                ledger, _EVER, runtime.at(), campaign_id=campaign_id, window_since=since(runtime), dry_run=dry_run
            )
        )
        _clear(ledger, counts, dry_run=dry_run)
        closed = references_of(ledger, still=False, campaign_id=campaign_id)

        def theirs(reference: str, at: float, items: list[Any]) -> Collection[int]:
            return range(len(items)) if reference in closed else ()

        return _with_more(counts, _stand_in(runtime, theirs, dry_run), reports_of(runtime, [campaign_id]))


def purge_recipient(runtime: Runtime, who: str, *, dry_run: bool = False, delete_reports: bool = False) -> Erased:
    """Erase one recipient, named by e-mail address, phone number, or name with street and postal code, from every
    campaign. `delete_reports`: those that hold the recipient too, as long as nobody has touched them."""
    contact = person(who)
    with _ledger(runtime) as ledger:
        with ledger.read() as connection:
            persons = hashes_of(connection, contact)
        if not dry_run:  # exports of anybody hold whoever shared a file with them
            with ledger.write("forget exports", durable=True) as connection:
                person_requests.forget_files(connection)
        counts: dict[str, Any] = dict(
            erase_recipient(ledger, contact, persons, runtime.at(), window_since=since(runtime), dry_run=dry_run)
        )
        if not dry_run:  # also what an earlier erasure could not clear
            counts["uncleared"] = not ledger.compact(PERSONAL_TABLES)
        still = references_of(ledger, still=True)

        def theirs(reference: str, at: float, items: list[Any]) -> Collection[int]:
            here = [number for number, item in enumerate(items) if contact.is_in_bytes(orjson.dumps(item))]
            return here if reference not in still else ()

        holding = files_with(runtime, contact)
        gone = delete_ours(runtime, holding) if delete_reports and not dry_run else []
        erased = _with_more(counts, _stand_in(runtime, theirs, dry_run), set(holding) - set(gone))
        return replace(erased, deleted=tuple(sorted(map(str, gone))))


def person(who: str) -> Contact:
    """Who is meant; raises UsageError."""
    try:
        return Contact(who)
    except ValueError:
        raise UsageError(
            f"{who}: give the recipient's e-mail address or phone number, such as ana@example.com or +14155550100, or "
            'name, street and postal code, such as "Ana Silva, 1 Main Street, 94105".'
        ) from None


def _clear(
    ledger: Ledger, counts: dict[str, Any], *, dry_run: bool, tables: Collection[str] = PERSONAL_TABLES
) -> None:
    """What was deleted goes from the free pages, too."""
    if not dry_run and any(counts.get(name) for name in ("files", "orders", "lines", "hashes")):
        counts["uncleared"] = not ledger.compact(tables)


def _ledger(runtime: Runtime) -> Ledger:
    return open_ledger(runtime.state, runtime.ledger_url, runtime.actor)


def _with_more(counts: Mapping[str, Any], in_stand_in: int, reports: Iterable[Path]) -> Erased:
    return Erased(**counts, simulator_orders=in_stand_in, reports=tuple(sorted(map(str, reports))))


def _stand_in(runtime: Runtime, chosen: Any, dry_run: bool) -> int:
    return simulator.erase(runtime.state / SIMULATOR_STATE, chosen, dry_run=dry_run)


def hashes_of(connection: Connection, contact: Contact) -> list[bytes]:
    """A name may be divided into first and last name at any of its words."""
    rows: list[tuple[str, ...]] = [(contact.text,)] if contact.is_email else [(f"+{contact.digits}",)]
    columns: tuple[str, ...] = (EMAIL,) if contact.is_email else (PHONE,)
    if contact.letter:
        (name, *place), columns = contact.letter, LETTER
        words = name.split()
        cuts = range(1, len(words)) if len(words) > 1 else (1,)
        rows = [(" ".join(words[:cut]), " ".join(words[cut:]), *place) for cut in cuts]
    return person_hashes(pd.DataFrame(rows, columns=[*columns], dtype="string[pyarrow]"), plans.secret(connection))
