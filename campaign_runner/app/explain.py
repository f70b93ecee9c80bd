"""How did a row become what was sent?  Its cells as submitted, what was changed in them, the rules, the references.

Everything is worked out again from the ledger's own copy of the file, with the rule book and the settings of today; the
day is the one on which the file was submitted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner import validation
from campaign_runner.app.catalogue import catalogue_snapshot
from campaign_runner.app.find_rows import rows_of
from campaign_runner.app.row_numbers import is_row
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, open_campaign
from campaign_runner.app.steps.draft import ReadOptions, read
from campaign_runner.ledger import campaigns, row_history, sent_lines
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.errors import FileUnusable, UsageError
from campaign_runner.model.wording import day
from campaign_runner.planning import references
from campaign_runner.reporting.rules_table import rules_of

if TYPE_CHECKING:
    from campaign_runner.model import RawRows, RawTable, RuleBook
    from campaign_runner.settings import Settings


def _of_row(campaign: CampaignSession, upload: Upload, row: int) -> dict[str, Any]:
    """What `RowLife` has of the file."""
    settings = campaign.runtime.settings
    details: dict[str, Any] = {"cells": {}, "changes": [], "rules": {}, "references": _references(settings)}
    if upload.purged_at:
        return {
            **details,
            "note": f"The file was erased on {day(upload.purged_at)} at your request; its cells can no longer be shown.",
        }
    book = campaign.runtime.rule_book
    with campaign.ledger.read() as connection, tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(upload.name).name
        campaigns.restore_upload(connection, upload, copy)
        table = read(ReadOptions(copy, upload.reading["sheet"], HiddenRows(upload.reading["hidden"])), settings, book)
        original = _found(table, row)
    if original is None:
        return details
    cells = original.cells.loc[row]
    details["cells"] = {column.header: str(cells[column.position]) for column in table.columns}
    clean = _clean(table, original, campaign.runtime, date.fromisoformat(upload.created_at[:10]))
    details["changes"] = _changes(table, details["cells"], clean)
    details["rules"] = _rules(book, clean.get("deliveryMethod", ""))
    return details


def _found(table: RawTable, row: int) -> RawRows | None:
    """The row alone."""
    from campaign_runner.model import RawRows

    for rows in table.chunks():
        if row in rows.cells.index:
            return RawRows(
                rows.cells.loc[[row]],
                rows.hidden & {row},
                tuple(p for p in rows.problems if p.row == row),
                struck=rows.struck & {row},
            )
    return None


def _clean(table: RawTable, cells: RawRows, runtime: Runtime, today: date) -> dict[str, str]:
    """Field: text, as the row is judged and sent, by the catalogue that is kept here; nothing where it breaks a rule."""
    settings, rules, catalogue = runtime.settings, runtime.settings.rules, catalogue_snapshot(runtime).context
    try:
        validator = validation.compile_rules(
            runtime.rule_book, columns=table.columns, today=today, defaults=settings.defaults, key=settings.identity.key,
            phone_countries=rules.phone_countries, postal_codes=rules.postal_codes, currency=settings.tango.currency,
            address_utids=rules.address_utids, currencies=catalogue.currencies,
        )  # fmt: skip
        fields = validator(catalogue.with_utids(cells, table)).clean.fields
    except FileUnusable:  # columns that this row lacks: that is its problem, and told as such
        return {}
    return {} if fields.empty else {str(name): str(cell) for name, cell in fields.iloc[0].dropna().items()}


def _changes(table: RawTable, cells: dict[str, str], clean: dict[str, str]) -> list[dict[str, str]]:
    headers = {column.field: column.header for column in table.columns if column.field}
    changes = []
    for name, after in clean.items():
        before = cells.get(headers.get(name, ""), "")
        if before != after:
            why = "tidied" if before.strip() else "the default of [defaults]"
            changes.append({"header": headers.get(name, ""), "field": name, "before": before, "after": after,
                            "why": why})  # fmt: skip
    return changes


def _rules(book: RuleBook, method: str) -> dict[str, Any]:
    """The rules of the row's method; nothing where the method itself is not known."""
    chosen = book.methods.get(method)
    if chosen is None:
        return {}
    return {
        "method": method, "book": book.digest, "required": list(chosen.required),
        "optional": {name: rules_of(book.fields[name], chosen) for name in chosen.optional},
        "checks": {name: rules_of(book.fields[name], chosen) for name in chosen.required},
    }  # fmt: skip


def _references(settings: Settings) -> dict[str, Any]:
    """What both references are a hash of."""
    order, key = settings.order, settings.identity.key
    bound = {"format": references.FORMAT, "endpoint": order.endpoint, "customer": order.customer,
             "account": order.account, "campaign": order.campaign_id}  # fmt: skip
    identity = f"the columns {', '.join(key)}" if key else "the whole normalised row, and which of its equals it is"
    return {"bound_to": bound, "identity": identity, "hash": f"SHA-256, first {references.DIGEST_BYTES * 8} bits"}


@dataclass(frozen=True)
class RowLife:
    """The whole life of one row: as it was submitted, how it was judged, and what became of it.

    `cells` (header: text), `changes` (what was made of a cell: header, field, before, after, why), `rules`, and
    `references` (what they are a hash of); of an erased file the references alone are left, and a `note` says so.
    `attempts` and `decisions` as in `ledger.row_history`.
    """

    campaign: str
    file: str
    sheet: str
    row: int
    handed_in: str
    sha256: str
    cells: Mapping[str, str]
    changes: Sequence[Mapping[str, str]]
    rules: Mapping[str, Any]
    references: Mapping[str, Any]
    status: str
    reason: str
    what_to_do: str
    reference: str
    attempts: Sequence[Mapping[str, Any]]
    decisions: Sequence[Mapping[str, Any]]
    worth: str = ""
    note: str = ""


def explain_row(runtime: Runtime, what: str) -> RowLife:
    """The whole life of one row: by its number in the newest file, by an e-mail address, name or key that stands there
    once, or by a line or order reference."""
    with open_campaign(runtime, looking=True) as campaign:
        upload, row = _latest(campaign), int(what) if is_row(what) else None
        with campaign.ledger.read() as connection:
            files = dict.fromkeys((upload.id, sent_lines.file_of(connection, upload.id)))
            named = [
                (number, row_history.row_of(connection, campaign.key, number, what))
                for number in files
                if row is None
            ]
        place = next((one for one in named if one[1] is not None), None)
        if row is None and place is None:
            row = _only(rows_of(campaign, what), what)
        with campaign.ledger.read() as connection:
            if row is not None:
                place = sent_lines.place_of(connection, upload.id, row)
            number, row = place or (upload.id, None)
            upload = campaigns.upload(connection, number)
            life = row_history.life(connection, campaign.key, upload, row) if row is not None else None
        if row is None or life is None:
            raise UsageError(
                f"{what} is neither a row with contents in {upload.name} nor a reference of this campaign."
            )
        return RowLife(
            runtime.settings.campaign.id, upload.name, upload.sheet, row, upload.created_at, upload.sha256,
            **_of_row(campaign, upload, row), **life,
        )  # fmt: skip


def _only(rows: Sequence[int], what: str) -> int | None:
    """The one row that was named; raises UsageError where there are several."""
    if len(rows) > 1:
        numbers = ", ".join(map(str, rows[:20]))
        raise UsageError(f'"{what}" is in {len(rows):,} rows: {numbers}. Give one row number.')
    return rows[0] if rows else None


def _latest(campaign: CampaignSession) -> Upload:
    with campaign.ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.key)
    if upload is None:
        raise UsageError("No file of this campaign was ever planned. Run it first: campaign-runner run FILE")
    return upload
