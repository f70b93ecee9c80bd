"""Which rows of the first file are the rows of a corrected report?  And which rows were corrected and placed elsewhere?

A report of failures names in each row the sheet and row that it came from. That is believed where the row is still the
same person: the same key, e-mail address, phone number or name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from campaign_runner.app.session import CampaignSession
from campaign_runner.app.views.uploads import restored_upload
from campaign_runner.ledger import campaigns, row_status
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.model import RawTable
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.planning.folding import folded
from campaign_runner.planning.plan_draft import CorrectedRow, PlanDraft

_NAMES = ("recipient.firstName", "recipient.lastName")
_CONTACTS = ("recipient.email", "recipient.mobileNumber")


class Person(NamedTuple):
    """Whom a row is for, as far as it says: its folded key ("" = none), and ways to name the person."""

    key: str
    ways: frozenset[str]
    names: frozenset[str]

    def may_be(self, other: Person) -> bool:
        """The same, where the row number says so as well."""
        if self.key and other.key:
            return self.key == other.key
        mine, theirs = self.ways | self.names, other.ways | other.names
        return not mine or not theirs or bool(mine & theirs)

    def is_surely(self, other: Person) -> bool:
        """The same, wherever the rows stand."""
        return bool(self.key and self.key == other.key) or (
            not (self.key and other.key) and bool(self.ways & other.ways)
        )


def repaired(draft: PlanDraft, campaign: CampaignSession) -> Mapping[int, int]:
    """The rows of a report of failures -> rows of the file that it is about (0: a row that somebody added)."""
    if not draft.about:
        return {}
    key = campaign.runtime.settings.identity.key
    here, originals = _people(draft.table, key), _originals(draft.table)
    with campaign.ledger.read() as connection:
        upload = campaigns.upload(connection, draft.about)
    with restored_upload(campaign, upload) as file:
        people = _people(file.table, key, {row for _, row in originals.values()})
    erased = bool(upload.purged_at)
    return {row: _place(person, originals.get(row), people, erased=erased) for row, person in here.items()}


def _place(person: Person, original: tuple[str, int] | None, people: Mapping[int, Person], *, erased: bool) -> int:
    row = original[1] if original else 0
    return row if row in people and (erased or person.may_be(people[row])) else 0


@dataclass(frozen=True)
class _Placed:
    """A row of a report that was corrected and placed: where it stood, whom it is for, and its line."""

    person: Person
    original: int
    line: CorrectedRow


def with_corrected(draft: PlanDraft, campaign: CampaignSession) -> PlanDraft:
    """The draft in which rows that were corrected and placed from a report are no longer rejected."""
    wanted = {entry.row for entry in draft.rejected}
    if not wanted:
        return draft
    placed = list(_placed(campaign))
    if not placed:
        return draft
    people, originals = _people(draft.table, campaign.runtime.settings.identity.key, wanted), _originals(draft.table)
    lines = {row: one.line for row, person in people.items()
             if (one := _corrected(person, originals.get(row, ("", row))[1], placed))}  # fmt: skip
    return draft.with_corrected(lines) if lines else draft


def _corrected(person: Person, row: int, placed: Collection[_Placed]) -> _Placed | None:
    """The newest correction of this row."""
    here = next((one for one in placed if one.original == row and person.may_be(one.person)), None)
    return here or next((one for one in placed if person.is_surely(one.person)), None)


def _placed(campaign: CampaignSession) -> Iterator[_Placed]:
    """Rows of reports that have a line, the newest first."""
    key = campaign.runtime.settings.identity.key
    with campaign.ledger.read() as connection:
        reports = campaigns.reports_run(connection, campaign.key)
    for upload in (upload for upload in reports if not upload.purged_at):
        with restored_upload(campaign, upload) as file:
            people, originals = _people(file.table, key), _originals(file.table)
        with campaign.ledger.read() as connection:
            lines = row_status.lines_of_rows(connection, upload.id)
        for row, line in lines.items():
            if row in originals and row in people:
                yield _Placed(people[row], originals[row][1], _line(upload, row, line))


def _line(upload: Upload, row: int, line: row_status.RowLine) -> CorrectedRow:
    sent = line.status != RowStatus.UNSENT
    what = "Corrected and placed" if sent else "Corrected, not sent yet,"
    return CorrectedRow(
        line.line_id, line.reference, line.status, line.units, line.currency, f"{what} from {upload.name}, row {row}."
    )


def _originals(table: RawTable) -> dict[int, tuple[str, int]]:
    return {row: place for raw in table.chunks() for row, place in raw.original_rows.items()}


def _people(table: RawTable, key: Collection[str], wanted: Collection[int] | None = None) -> dict[int, Person]:
    """Whom the rows of a table are for."""
    people = {}
    keys = [column.position for name in key for column in table.columns if _bare(column.header) == _bare(name)]
    places = {column.field: column.position for column in table.columns if column.field}
    for raw in table.chunks():
        cells = raw.cells if wanted is None else raw.cells[raw.cells.index.isin(list(wanted))]
        for row, texts in zip(cells.index.tolist(), cells.to_dict("records"), strict=True):
            parts = [str(texts.get(position, "")) for position in keys]
            folded_key = "\x1f".join(_folded(part) for part in parts) if keys and all(parts) else ""
            ways = frozenset(filter(None, (_folded(str(texts.get(places.get(name), ""))) for name in _CONTACTS)))
            name = " ".join(filter(None, (_folded(str(texts.get(places.get(field), ""))) for field in _NAMES)))
            people[int(row)] = Person(folded_key, ways, frozenset([name] if name else []))
    return people


def _folded(text: str) -> str:
    return str(folded(pa.array([text], pa.large_string()))[0].as_py()) if text.strip() else ""


def _bare(header: str) -> str:
    return "".join(header.split()).casefold()


def reading(draft: PlanDraft, campaign: CampaignSession, how: Mapping[str, object]) -> dict[str, object]:
    """What the ledger keeps of how a file was read: also which report it is, and of which rows."""
    return {
        **how,
        "report": draft.table.report,
        "rows": {str(row): to for row, to in repaired(draft, campaign).items()},
    }
