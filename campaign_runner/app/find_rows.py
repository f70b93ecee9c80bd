"""Which row does a person mean?  A row number, an e-mail address, a name, a phone number or a key of the newest file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from campaign_runner.app.row_numbers import is_row
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.views.uploads import latest_upload
from campaign_runner.model import RawTable

NAMES = ("recipient.firstName", "recipient.lastName")
_FIELDS = ("recipient.email", "recipient.mobileNumber", *NAMES)


def rows_of(campaign: CampaignSession, word: str, among: Collection[int] | None = None) -> list[int]:
    """The rows of the newest file that this word names; of a number only that row, if it is one (of `among`)."""
    with latest_upload(campaign) as file:
        if is_row(word) and (among is None or int(word) in among or not among):
            return [int(word)]
        rows = list(_named(file.table, " ".join(word.split()).casefold(), campaign.runtime.settings.identity.key))
    return [row for row in rows if among is None or row in among]


def names_of(campaign: CampaignSession, rows: Collection[int]) -> dict[int, str]:
    """What people call these rows of the newest file: the first and last name, else the e-mail address."""
    with latest_upload(campaign) as file:
        return dict(_called(file.table, rows))


def _named(table: RawTable, wanted: str, key: Sequence[str]) -> Iterator[int]:
    fields = {column.field: column.position for column in table.columns if column.field in _FIELDS}
    own = [column.position for column in table.columns if column.header.casefold() in {one.casefold() for one in key}]
    names = [fields[name] for name in NAMES if name in fields]
    for rows in table.chunks():
        cells = rows.cells
        hit = pd.Series(False, cells.index)
        for position in {*fields.values(), *own}:
            hit |= _plain(cells[position]) == wanted
        if len(names) == len(NAMES):
            hit |= _plain(cells[names[0]] + " " + cells[names[1]]) == wanted
        yield from hit[hit].index.tolist()


def _called(table: RawTable, wanted: Collection[int]) -> Iterator[tuple[int, str]]:
    fields = {column.field: column.position for column in table.columns if column.field in _FIELDS}
    for rows in table.chunks():
        for row, cells in rows.cells[rows.cells.index.isin(list(wanted))].iterrows():
            name = " ".join(str(cells[fields[part]]).strip() for part in NAMES if part in fields).strip()
            email = str(cells[fields["recipient.email"]]).strip() if "recipient.email" in fields else ""
            yield int(str(row)), name or email


def _plain(cells: pd.Series[str]) -> pd.Series[str]:
    return cells.str.split().str.join(" ").str.casefold()
