"""What is measured of the web application?  Each job asks a server of its own; its figures are the facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.job import Contender, Facts, Job, placed
from bench.stage import Stage


def serving(people: int, campaigns: int, rows: int) -> list[Job]:
    """Many people at once, many campaigns, and the results of a long one."""

    def long(place: Stage) -> list[str]:
        return place.module("serving", "million", place.folder / "state", rows)

    return [
        Job("serve-crowd", f"serve: {people} people upload 200 rows each at the same moment",
            (Contender("serve and its worker", lambda place: place.module("serving", "crowd", people)),),
            goal="no error, median check 2 s, 95 % in 6 s, 400 MB", facts=_facts("crowd"), times=1),
        Job("serve-campaigns", f"serve: the list of {campaigns:,} campaigns",
            (Contender("serve", lambda place: place.module("serving", "campaigns", campaigns)),),
            goal="200 ms a page", facts=_facts("campaigns"), times=1),
        Job("serve-rows", f"serve: results of {rows:,} rows",
            (Contender("serve", long, tango=True, before=placed(rows)),),
            goal="200 ms a page", facts=_facts("million"), times=1),
    ]  # fmt: skip


def _facts(what: str) -> Facts:
    def facts(_: Mapping[str, Any]) -> dict[str, float]:
        from bench.serving import figures

        known: dict[str, float] = json.loads(figures(what).read_text("utf-8"))
        return known

    return facts
