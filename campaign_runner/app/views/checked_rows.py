"""Which rows has a file that was only checked, and which status has each?  Nothing of it is planned for good yet."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection

from campaign_runner.app.views.upload_view import MASK
from campaign_runner.ledger import row_status, submission_checks
from campaign_runner.ledger.submission_checks import LINES, SENT, rejected_rows
from campaign_runner.model.contact import name_and_ways
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.money import from_units, text

_BLANK = {"reason": "", "what_to_do": "", "reference": "", "order": "", "tango_order_id": "", "amount": "", "currency": "",
          "utid": "", "method": "", "updated_at": "", "recipient": {"name": "", "contact": ""}}  # fmt: skip


@dataclass(frozen=True)
class CheckedFile:
    """The rows that a check rejected and held, and the lines of its plan: what would be sent, and what was sent before."""

    connection: Connection
    campaign: int
    submission: int
    result: Mapping[str, Any]

    def rows(
        self, status: str = "", q: str = "", after: int = 0, limit: int = 100, *, contacts: bool
    ) -> Iterator[dict[str, Any]]:
        """The next rows behind row `after`, in the order of the file."""
        sources = (self._rejected(after), self._held(after), self._lines(LINES, after), self._lines(SENT, after))
        merged = (one for one in heapq.merge(*sources, key=lambda one: int(one["row"]))
                 if status in ("", one["status"]) and (not q or _is_like(one, q, contacts=contacts)))  # fmt: skip
        for one in islice(merged, limit):
            yield one if contacts else _masked(one)

    def row(self, row: int, *, contacts: bool) -> dict[str, Any] | None:
        """One row."""
        return next((one for one in self.rows(after=row - 1, limit=1, contacts=contacts) if one["row"] == row), None)

    def _rejected(self, after: int) -> Iterator[dict[str, Any]]:
        for one in rejected_rows(self.connection, self.submission, after):
            yield {**_BLANK, "row": one["row"], "status": "rejected", "reason": f"{one['cell']}: {one['problem']}",
                   "what_to_do": one["what_to_do"]}  # fmt: skip

    def _held(self, after: int) -> Iterator[dict[str, Any]]:
        held = sorted(self.result.get("held", ()), key=lambda one: int(one["row"]))
        names = ("row", "reason", "what_to_do", "reference")
        yield from ({**_BLANK, "status": "held", **{name: one[name] for name in names}}
                    for one in held if one["row"] > after)  # fmt: skip

    def _lines(self, kind: str, after: int) -> Iterator[dict[str, Any]]:
        for part in submission_checks.parts(self.connection, self.submission, kind):
            read = orjson.loads(part)
            columns = read["columns"]
            if columns["row"][-1] <= after:
                continue
            now = row_status.statuses_of(self.connection, self.campaign, columns["reference"]) if kind == SENT else {}
            for values in zip(*columns.values(), read["payloads"], strict=True):
                line = dict(zip((*columns, "payload"), values, strict=True))
                if line["row"] > after:
                    yield _line(line, now.get(line["reference"], RowStatus.UNSENT))


def _line(line: Mapping[str, Any], status: str) -> dict[str, Any]:
    name, ways = name_and_ways(line["payload"])
    return {
        **_BLANK, "row": line["row"], "status": str(status), "reference": line["reference"], "utid": line["utid"],
        "amount": text(from_units(line["face_units"] * line["quantity"])), "currency": line["currency"],
        "method": line["payload"].get("deliveryMethod", ""),
        "recipient": {"name": name, "contact": ways[0] if ways else ""},
    }  # fmt: skip


def _is_like(one: Mapping[str, Any], q: str, *, contacts: bool) -> bool:
    """A row number or a reference; for whoever may see recipients, also a part of a name or an address."""
    person = " ".join(one["recipient"].values()).casefold() if contacts else ""
    return q in (str(one["row"]), one["reference"]) or (len(q) > 1 and not q.isdigit() and q.casefold() in person)


def _masked(one: dict[str, Any]) -> dict[str, Any]:
    texts = {name: MASK if one[name] else "" for name in ("reason", "what_to_do")}
    return {**one, **texts, "recipient": {"name": MASK, "contact": MASK}}
