"""Which rows have which status, and what is the life of one?  A page at a time, from the ledger alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.views.campaigns import newest
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, plans, row_history, rows_page, sent_lines
from campaign_runner.ledger.checks import problems_of
from campaign_runner.ledger.recipient_search import lines_with
from campaign_runner.ledger.rows_page import Wanted
from campaign_runner.model.errors import NotFound, UsageError
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text
from campaign_runner.model.recipient_text import name_and_ways

MOST = 500
MASK = "•••"


def rows_of(
    workspace: Workspace, campaign_key: int, *, status: str = "", q: str = "", after: int = 0, limit: int = 100,
    contacts: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows behind row `after`; without `contacts`, names and contact data are masked and nobody is found by them.

    Before anything is planned for good, the rows that need attention.
    """
    if status and status not in set(RowStatus):
        raise UsageError(f'There is no status "{status}". Known: {", ".join(RowStatus)}.')
    with workspace.ledger().read() as connection:
        submission, check, _ = newest(connection, campaign_key)
        upload = campaigns.latest_upload(connection, campaign_key)
        if submission and check and not submission.upload:
            return _checked(connection, submission.id, check.result, status, q, after)[:limit]
        if upload is None:
            return []
        wanted = _wanted(q, status, plans.secret(connection), contacts=contacts)
        rows = rows_page.page(connection, upload.id, wanted, after, min(limit, MOST))
        if not rows and wanted.hashes and len(wanted.text) > 1:
            parts = lines_with(connection, campaign_key, wanted.text)
            rows = (
                rows_page.page(connection, upload.id, Wanted(status, lines=parts), after, min(limit, MOST))
                if parts
                else []
            )
        people = rows_page.recipients(connection, rows) if contacts else {}
        return [_row(row, people.get(row["row"]), contacts=contacts) for row in rows]


def row_life(workspace: Workspace, campaign_key: int, row: int, *, contacts: bool = False) -> dict[str, Any]:
    """The whole life of one row; raises NotFound."""
    with workspace.ledger().read() as connection:
        upload = campaigns.latest_upload(connection, campaign_key)
        number, place = sent_lines.place_of(connection, upload.id, row) if upload else (0, row)
        file = campaigns.upload(connection, number) if number else None
        life = row_history.life(connection, campaign_key, file, place) if file else None
        if file is None or life is None:
            waiting = rows_of(workspace, campaign_key, q=str(row), contacts=contacts)
            if not waiting:
                raise NotFound(f"There is no row {row} with contents in the newest file of this campaign.")
            return {**waiting[0], "attempts": [], "decisions": []}
        found = rows_page.page(connection, number, Wanted(row=place), place - 1, 1)
        people = rows_page.recipients(connection, found) if contacts else {}
    who = _recipient(people.get(place)) if contacts else {"name": MASK, "contact": MASK}
    return {
        "row": row,
        "file": file.name,
        "sheet": file.sheet,
        "submitted_at": file.created_at,
        "recipient": who,
        **life,
    }


def _wanted(q: str, status: str, secret: bytes, *, contacts: bool) -> Wanted:
    word = " ".join(q.split())
    row = int(word) if re.fullmatch(r"[1-9][0-9]{0,6}", word) else 0
    forms = _forms(word) if contacts and word else []
    hashes = [blake2b(form.encode(), key=secret, digest_size=16).digest() for form in forms]
    return Wanted(status, row, word, hashes)


def _forms(word: str) -> list[str]:
    """As the ledger hashes an e-mail address, a phone number or a name: see `planning.recipients`."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    if "@" in word:
        return [plain]
    digits = re.sub(r"[^0-9]", "", word)
    if len(digits) >= 7 and not re.search(r"[^\W\d]", word):
        return [f"+1{digits}" if len(digits) == 10 else f"+{digits}"]
    return [f"name\n{plain}"]


def _row(row: Mapping[str, Any], payload: Mapping[str, Any] | None, *, contacts: bool) -> dict[str, Any]:
    units = row["units"]
    return {
        "row": row["row"], "status": row["status"], "reason": row["reason"] if contacts or row.get("batch") else MASK,
        "what_to_do": row.get("remedy", ""), "reference": row["reference"], "order": row.get("order") or "",
        "tango_order_id": row.get("tango_order_id") or "", "amount": text(from_units(units)) if units >= 0 else "",
        "currency": row["currency"], "utid": row.get("utid") or "", "method": row.get("method") or "",
        "updated_at": row.get("updated_at") or "",
        "recipient": _recipient(payload) if contacts else {"name": MASK, "contact": MASK},
    }  # fmt: skip


def _recipient(payload: Mapping[str, Any] | None) -> dict[str, str]:
    name, ways = name_and_ways(payload or {})
    return {"name": name, "contact": ways[0] if ways else ""}


def _checked(
    connection: Connection, submission: int, result: Mapping[str, Any], status: str, q: str, after: int
) -> list[dict[str, Any]]:
    """The rows of a file that was only checked: those that need attention."""
    rows: dict[int, dict[str, Any]] = {}
    blank = {"order": "", "tango_order_id": "", "amount": "", "currency": "", "utid": "", "method": "", "updated_at": "",
             "recipient": {"name": "", "contact": ""}}  # fmt: skip
    for one in problems_of(connection, submission, severity="error", limit=10_000):
        rows.setdefault(one["row"], {"row": one["row"], "status": "rejected", "reason": f"{one['cell']}: {one['problem']}",
                                     "what_to_do": one["what_to_do"], "reference": "", **blank})  # fmt: skip
    for one in result.get("held", ()):
        rows[one["row"]] = {"row": one["row"], "status": "held", "reason": one["reason"], "what_to_do": one["what_to_do"],
                            "reference": one["reference"], **blank}  # fmt: skip
    found = [rows[row] for row in sorted(rows) if row > after and status in ("", rows[row]["status"])]
    return [one for one in found if not q or q.strip() in (str(one["row"]), one["reference"])]
