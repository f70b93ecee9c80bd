"""Which rows have which status, and what is the life of one?  A page at a time, from the ledger alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from campaign_runner.app.views.campaigns import newest
from campaign_runner.app.views.checked_rows import CheckedFile
from campaign_runner.app.views.upload_view import MASK
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, plans, recipient_search, row_history, rows_page, sent_lines
from campaign_runner.ledger.rows_page import RowQuery
from campaign_runner.ledger.submission_checks import Check
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.contact import name_and_ways
from campaign_runner.model.errors import NotFound, UsageError
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text

MOST = 500
_NO_ROW = "There is no row {row} with contents in the newest file of this campaign."


def rows_of(
    workspace: Workspace, campaign_key: int, *, status: str = "", q: str = "", after: int = 0, limit: int = 100,
    contacts: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows behind row `after`; without `contacts`, names and contact data are masked and nobody is found by them.

    Of a file that was only checked, its rows as the check left them.
    """
    if status and status not in set(RowStatus):
        raise UsageError(f'There is no status "{status}". Known: {", ".join(RowStatus)}.')
    with workspace.ledger().read() as connection:
        submission, check, _ = newest(connection, campaign_key)
        upload = campaigns.latest_upload(connection, campaign_key)
        if submission and check and not submission.upload:
            file = CheckedFile(connection, campaign_key, submission.id, check.result)
            return list(file.rows(status, q.strip(), after, min(limit, MOST), contacts=contacts))
        if upload is None:
            return []
        wanted = _wanted(q, status, plans.secret(connection), contacts=contacts)
        rows = rows_page.page(connection, upload.id, wanted, after, min(limit, MOST))
        if wanted.hashes and len(wanted.text) > 1 and (not rows or _is_name(wanted.text)):
            where = (campaign_key, upload.id, status, wanted.text, after, min(limit, MOST))
            both = {row["row"]: row for row in (*rows, *recipient_search.page_with(connection, *where))}
            rows = [both[row] for row in sorted(both)][: min(limit, MOST)]
        people = rows_page.recipients(connection, rows) if contacts else {}
        return [_row(row, people.get(row["row"]), contacts=contacts) for row in rows]


def row_life(workspace: Workspace, campaign_key: int, row: int, *, contacts: bool = False) -> dict[str, Any]:
    """The whole life of one row; raises NotFound."""
    with workspace.ledger().read() as connection:
        upload = campaigns.latest_upload(connection, campaign_key)
        submission, check, _ = newest(connection, campaign_key)
        if submission and check and not submission.upload:
            return _checked_life(connection, campaign_key, submission, check, row, contacts=contacts)
        number, place = sent_lines.place_of(connection, upload.id, row) if upload else (0, row)
        file = campaigns.upload(connection, number) if number else None
        life = row_history.life(connection, campaign_key, file, place) if file else None
        if file is None or life is None:
            raise NotFound(_NO_ROW.format(row=row))
        page = rows_page.page(connection, number, RowQuery(row=place), place - 1, 1)
        people = rows_page.recipients(connection, page) if contacts else {}
    who = _recipient(people.get(place)) if contacts else {"name": MASK, "contact": MASK}
    return {
        "row": row,
        "file": file.name,
        "sheet": file.sheet,
        "submitted_at": file.created_at,
        "recipient": who,
        **life,
    }


def _checked_life(
    connection: Connection, campaign_key: int, submission: Submission, check: Check, row: int, *, contacts: bool
) -> dict[str, Any]:
    """Of a row of a file that was only checked: what an earlier file sent of it, if that was sent already."""
    shown = CheckedFile(connection, campaign_key, submission.id, check.result).row(row, contacts=contacts)
    if shown is None:
        raise NotFound(_NO_ROW.format(row=row))
    about = {"file": submission.name, "sheet": check.result.get("sheet", ""), "submitted_at": submission.at}
    upload = campaigns.latest_upload(connection, campaign_key)
    before = row_history.row_of(connection, campaign_key, upload.id, shown["reference"]) if upload else None
    life = row_history.life(connection, campaign_key, upload, before) if upload and before else None
    return {**shown, **about, **({"attempts": life["attempts"], "decisions": life["decisions"]} if life else
                                 {"attempts": [], "decisions": []})}  # fmt: skip


def _wanted(q: str, status: str, secret: bytes, *, contacts: bool) -> RowQuery:
    word = " ".join(q.split())
    row = int(word) if re.fullmatch(r"[1-9][0-9]{0,6}", word) else 0
    forms = _forms(word) if contacts and word else []
    hashes = [blake2b(form.encode(), key=secret, digest_size=16).digest() for form in forms]
    return RowQuery(status, row, word, hashes)


def _is_name(word: str) -> bool:
    """A whole name may be a part of others, and beside an address and a number its hash is not kept."""
    return not re.search(r"[@\d]", word)


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
    units, may, remedy = row["units"], contacts or row.get("batch"), row.get("remedy", "")
    return {
        "row": row["row"], "status": row["status"], "reason": row["reason"] if may else MASK,
        "what_to_do": remedy if may or not remedy else MASK, "reference": row["reference"], "order": row.get("order") or "",
        "tango_order_id": row.get("tango_order_id") or "", "amount": text(from_units(units)) if units >= 0 else "",
        "currency": row["currency"], "utid": row.get("utid") or "", "method": row.get("method") or "",
        "updated_at": row.get("updated_at") or "",
        "recipient": _recipient(payload) if contacts else {"name": MASK, "contact": MASK},
    }  # fmt: skip


def _recipient(payload: Mapping[str, Any] | None) -> dict[str, str]:
    name, ways = name_and_ways(payload or {})
    return {"name": name, "contact": ways[0] if ways else ""}
