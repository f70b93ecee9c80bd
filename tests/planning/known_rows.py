"""Plans of rows that the ledger knows in part."""

from __future__ import annotations

from collections.abc import Set

import pandas as pd

from campaign_runner.model import Checked, CleanRows
from campaign_runner.planning import KNOWN_COLUMNS, Decisions, LineBuilder, Plan, make_plan
from tests.planning.rows import ORDER

NOTHING = pd.DataFrame(columns=list(KNOWN_COLUMNS))


def planned(
    rows: dict[int, dict[str, str]], *, known: pd.DataFrame = NOTHING, released: Set[str] = frozenset(),
    hidden: Set[int] = frozenset(), stale: Set[int] = frozenset(), keyed: bool = False, batch_size: int = 500,
) -> Plan:  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index").astype("str")
    own = frame[["ID"]] if keyed else pd.DataFrame(index=frame.index)
    collector = LineBuilder(ORDER, ("ID",) if keyed else ())
    fields = frame.drop(columns="ID", errors="ignore")
    collector.keep(collector.collected(Checked(CleanRows(fields, own), (), frozenset(stale)), frozenset(hidden)))
    return make_plan(collector, known, Decisions(frozenset(released)), batch_size)


def as_known(before: Plan) -> pd.DataFrame:
    """What the ledger would say after `before` was placed."""
    return before.new[["hi", "lo", "content_hi", "content_lo"]].assign(line_id=range(100, 100 + len(before.new)))
