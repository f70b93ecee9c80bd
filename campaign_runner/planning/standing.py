"""What was decided about rows before, and what is still to be decided?  A hold stays until somebody decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from campaign_runner.model import Order
from campaign_runner.planning import references
from campaign_runner.planning.line_builder import halves, whole
from campaign_runner.planning.matching import RULE as CHANGED
from campaign_runner.planning.pairing import is_in
from campaign_runner.planning.persons import ALREADY, ELSEWHERE

DROPPED = "dropped"
# Holds whose cause is not in the file but in the ledger: it may be out of sight next time.
LASTING = frozenset({CHANGED, ALREADY, ELSEWHERE})
_REMEDY = "If it should be sent, release it with `campaign-runner release`; otherwise drop it or delete the row."
_REASON = "It was held when this campaign was planned before, and no decision has been made yet."


class RowStanding(NamedTuple):
    """What a row was held for, under its reference; `line` as in `Hold`."""

    rule: str
    reason: str = ""
    remedy: str = ""
    line: int = 0


@dataclass(frozen=True)
class Decisions:
    """References that somebody released or dropped, and those of rows that still wait; `twins`: those of rows that the
    newest file held as equal to another row."""

    released: frozenset[str] = frozenset()
    dropped: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, RowStanding] = field(default_factory=dict)
    twins: frozenset[str] = frozenset()

    def of(self, reference: str) -> RowStanding | None:
        """What still holds this reference."""
        if reference in self.dropped:
            return RowStanding(
                DROPPED, f"Dropped: {self.dropped[reference]}", "Delete the row, or release it to send it."
            )
        return None if reference in self.released else self.waiting.get(reference)


def allowing_several(decisions: Decisions) -> Decisions:
    """The same decisions, where the settings say that a recipient may have several rewards: nobody waits for that."""
    waiting = {name: standing for name, standing in decisions.waiting.items() if standing.rule != ALREADY}
    return replace(decisions, waiting=waiting)


def still_held(
    lines: pd.DataFrame, go: pd.Series[bool], decisions: Decisions, seen: frozenset[str], order: Order, *, keyed: bool
) -> pd.DataFrame:
    """Rows that would go, and were held before or dropped; `seen`: references that are held anyway."""
    names = {name: standing for name in ({*decisions.waiting, *decisions.dropped} - seen)
             if (standing := decisions.of(name))}  # fmt: skip
    frames = [_named(lines, go, names, order, derive) for derive in (("", "changed") if keyed else ("",)) if names]
    frames = [frame for frame in frames if len(frame)]
    return pd.concat(frames) if frames else lines.iloc[:0].assign(rule="", reason="", remedy="", derive="", line=0)


def _named(
    lines: pd.DataFrame, go: pd.Series[bool], names: Mapping[str, RowStanding], order: Order, derive: str
) -> pd.DataFrame:
    """Of the lines that would go, those under one of these references of their own (or, changed, derived)."""
    own = lines[["hi", "lo"]][go]
    if derive:
        parts = (lines[name][go].tolist() for name in ("hi", "lo", "content_hi", "content_lo"))
        made = [references.derived(whole(hi, lo), "changed", whole(chi, clo).hex())
                for hi, lo, chi, clo in zip(*parts, strict=True)]  # fmt: skip
        own = pd.DataFrame(dict(zip(("hi", "lo"), halves(made), strict=True)), index=own.index)
    start = f"{order.campaign_id}-"
    wanted = {_digest(name, start): standing for name, standing in names.items()}
    wanted.pop(b"", None)
    if not wanted or own.empty:
        return lines.iloc[:0].assign(rule="", reason="", remedy="", derive="", line=0)
    theirs = pd.DataFrame(dict(zip(("hi", "lo"), halves(list(wanted)), strict=True)))
    hit = own[is_in(own, theirs, ["hi", "lo"])]
    standings = [wanted[whole(hi, lo)] for hi, lo in zip(hit["hi"].tolist(), hit["lo"].tolist(), strict=True)]
    held = lines.loc[hit.index].assign(derive=derive, line=[one.line for one in standings])
    for name, default in (("rule", ""), ("reason", _REASON), ("remedy", _REMEDY)):
        held[name] = np.array([getattr(one, name) or default for one in standings], object)
    return held


def _digest(reference: str, start: str) -> bytes:
    digest = reference.removeprefix(start)
    whole_one = reference.startswith(start) and len(digest) == 32
    try:
        return bytes.fromhex(digest) if whole_one else b""
    except ValueError:
        return b""
