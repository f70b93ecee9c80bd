"""Which of the user's own columns can finance group by?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from campaign_runner.model import Column

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
    found = {plain_header(c.header): c.header for c in columns if not c.field and plain_header(c.header) in plain}
    return tuple(found.values())


def plain_header(header: str) -> str:
    return re.sub(r"[\s._-]", "", header).casefold()
