"""What may the caller choose about the finance reports? And which own columns can be grouped by?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from campaign_runner.model import Column
from campaign_runner.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class FinanceOptions:
    """`group_by`: headers of the user's own columns (None: the usual cost objects, where there are any).

    `since` and `until` are days (`2026-10-01`), both included, of the time when a line was placed; "" leaves the end
    open. `accounts` overrides account names of the journal. `time_zone` is where the books are kept ("" = UTC).
    """

    group_by: tuple[str, ...] | None = None
    since: str = ""
    until: str = ""
    parquet: bool = False
    accounts: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""

    @property
    def has_period(self) -> bool:
        """Whether only lines placed between two days are wanted."""
        return bool(self.since or self.until)

    def __post_init__(self) -> None:
        for option, day in (("--from", self.since), ("--to", self.until)):
            if day and not _is_day(day):
                raise UsageError(f"{option} {day}: give a day as year-month-day, such as 2026-10-01.")
        if self.since and self.until and self.since > self.until:
            raise UsageError(f"--from {self.since} is after --to {self.until}: turn them round.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


USUAL = frozenset({
    "costcentre", "costcenter", "costobject", "department", "dept", "division", "businessunit", "entity", "legalentity",
    "glaccount", "glcode", "budget", "budgetcode", "project", "projectcode", "program", "programme", "team", "region",
    "office", "location", "site",
    "kostenstelle", "kostenträger", "kostenart", "abteilung", "bereich", "fachbereich", "geschäftsbereich", "sachkonto",
    "projekt", "projektnummer", "standort", "niederlassung", "gesellschaft", "mandant", "werk",
    "centrodecoste", "centrodecostes", "centrodecostos", "departamento", "área", "división", "proyecto", "oficina", "sede",
    "empresa", "presupuesto", "centredecoût", "centredecoûts", "département", "service", "projet", "agence", "filiale",
    "société", "direction",
})  # fmt: skip


def own_headers(columns: Sequence[Column], wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The user's own headers to group by: those of `wanted` that are there, or (without any) the usual ones."""
    plain = {plain_header(header) for header in wanted} or USUAL
    headers = {plain_header(c.header): c.header for c in columns if not c.field and plain_header(c.header) in plain}
    return tuple(headers.values())


def plain_header(header: str) -> str:
    return re.sub(r"[\s._-]", "", header).casefold()
