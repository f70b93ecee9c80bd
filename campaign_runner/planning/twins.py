"""Which row took the place of a line that was sent, while the line's held twin is still there?

Of two equal rows the first is sent and the other held. Where the sent one is edited, the twin looks like it; a row that
names nobody shows no recipient by which the edited one is found, and where recipients may have several rewards the edited
row could be one more. What shows it is that one of the equal rows is missing.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from campaign_runner.model import Order
from campaign_runner.planning import references
from campaign_runner.planning.line_builder import whole
from campaign_runner.planning.matching import PERHAPS, RULE
from campaign_runner.planning.pairing import Mask, is_hash

Place = tuple[int, int, str]
MOST = 9  # equal rows that are looked for


def edited(
    lines: pd.DataFrame, go: pd.Series[bool], placed: pd.DataFrame, still: Mask, twins: frozenset[str], order: Order,
    derive: str, *, several: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Of the `lines` that would `go`, those that may be a `placed` row, edited: they name nobody, or (`several`) the same
    recipient. `twins`: references of the rows that the file before held as equal to another; `still`: lines that were
    planned before, just so."""
    reason, remedy = PERHAPS
    if not twins or placed.empty or "person_hi" not in lines:
        return lines.iloc[:0].assign(rule=RULE, reason=reason, remedy=remedy, derive=derive)
    held = lines.assign(rule=RULE, reason=reason, remedy=remedy, derive=derive)
    compared = placed if several else placed[~is_hash(placed, "person")]
    places, names = _missing(lines, compared, twins, order)
    like = pd.Series([place in places for place in _places(lines)], lines.index, dtype=bool)
    own = pd.Series([name in names for name in zip(lines["hi"], lines["lo"], strict=True)], lines.index, dtype=bool)
    return held[go & like & ~still & ~own]


def _missing(
    lines: pd.DataFrame, placed: pd.DataFrame, twins: frozenset[str], order: Order
) -> tuple[set[Place], set[tuple[int, int]]]:
    """Places of placed rows that have fewer twins left than were held, and the names of all placed rows."""
    left = Counter(zip(lines["hi"].tolist(), lines["lo"].tolist(), strict=True))
    sent = dict(zip(zip(placed["hi"].tolist(), placed["lo"].tolist(), strict=True), _places(placed), strict=True))
    return {place for name, place in sent.items() if _held(name, twins, order) > left[name]}, set(sent)


def _places(rows: pd.DataFrame) -> list[Place]:
    """Whom each row is for: a person, or (for nobody) the method."""
    columns = (rows[name].tolist() for name in ("person_hi", "person_lo", "method"))
    return [(hi, lo, "" if hi or lo else str(method)) for hi, lo, method in zip(*columns, strict=True)]


def _held(name: tuple[int, int], twins: frozenset[str], order: Order) -> int:
    own = [references.derived(whole(*name), "occurrence", str(number)) for number in range(2, MOST + 1)]
    return sum(reference in twins for reference in references.references(order, own))
