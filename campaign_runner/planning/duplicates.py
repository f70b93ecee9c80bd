"""Which rows of one file are the same, or have the same key?  The first one goes, the others are held."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from campaign_runner.planning import references
from campaign_runner.planning.line_builder import halves, whole
from campaign_runner.planning.pairing import is_hash

RULE = "duplicate"
REMEDY = "If both are intended, release it with `campaign-runner release`; otherwise delete the row."
_NAME, _FOLDED, _PERSON = ["hi", "lo"], ["folded_hi", "folded_lo"], ["person_hi", "person_lo"]


def repeats(
    lines: pd.DataFrame, go: pd.Series[bool], known: pd.DataFrame, sent: pd.DataFrame, *, keyed: bool
) -> pd.DataFrame:
    """Rows of one identity: the first goes, the others are held; under one key with other contents all are held, but
    those that were sent (`known`) stay. `sent`: the lines of the ledger, whose names are taken."""
    columns = ["row", *_NAME, "content_hi"]
    both = lines[columns][go].assign(new=True)
    if len(known):
        both = pd.concat([known[columns].assign(new=False), both])
    alike = repeated(both, *_NAME)
    if alike.empty or not alike["new"].any():
        return _held(lines.iloc[:0], {})
    alike = alike.sort_values([*_NAME, "row"])
    taken = set(zip(sent["hi"].tolist(), sent["lo"].tolist(), strict=True)) if len(known) else set()
    reasons: dict[int, tuple[str, str]] = {}
    for name, group in groupby(_cells(alike), key=itemgetter(0, 1)):
        reasons.update(_told(name, [cells[2:] for cells in group], taken, keyed=keyed))
    return _held(lines[go & lines["row"].isin(reasons)], reasons)


def alike_keys(lines: pd.DataFrame, go: pd.Series[bool], known: pd.DataFrame) -> pd.DataFrame:
    """Rows whose key is another row's key written otherwise, for the same recipient: held."""
    columns = ["row", *_FOLDED, *_PERSON]
    if not all(name in lines for name in columns):
        return _held(lines.iloc[:0], {})
    both = lines[columns][go].assign(new=True)
    both = both[is_hash(both, "folded") & is_hash(both, "person")]
    if both.empty:
        return _held(lines.iloc[:0], {})
    if len(known):
        both = pd.concat([known[columns].assign(new=False), both])
    alike = repeated(both, *_FOLDED)
    if alike.empty:
        return _held(lines.iloc[:0], {})
    alike = alike[alike.duplicated([*_FOLDED, *_PERSON], keep=False)].sort_values(["new", "row"], kind="stable")
    first = alike.groupby([*_FOLDED, *_PERSON], sort=False)["row"].transform("first")
    again = (alike["row"] != first) & alike["new"].astype(bool)
    reason = "It has the key of row {} in another spelling, and the same recipient."
    reasons = {row: (reason.format(other), "") for row, other in zip(alike["row"][again], first[again], strict=True)}
    return _held(lines[go & lines["row"].isin(reasons)], reasons)


def repeated(lines: pd.DataFrame, high: str, low: str) -> pd.DataFrame:
    """The lines whose digest, in two halves, is there more than once; the second half is seldom needed."""
    alike = lines[lines[high].duplicated(keep=False)]
    return alike[alike.duplicated([high, low], keep=False)]


def _cells(lines: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return zip(*(lines[name].tolist() for name in (*_NAME, "row", "content_hi", "new")), strict=True)


def _told(
    name: tuple[int, int], rows: list[tuple[Any, ...]], taken: set[tuple[int, int]], *, keyed: bool
) -> Iterator[tuple[int, tuple[str, str]]]:
    """The held rows of one identity, each with the reason and how its own name is derived."""
    sent = [(row, content) for row, content, new in rows if not new]
    if not sent and keyed and len({content for _, content, _ in rows}) > 1:
        first = rows[0][0]
        for row, _, _ in rows:
            other = "a later row" if row == first else f"row {first}"
            yield row, (f"It has the same key as {other}, but other contents.", "changed")
        return
    first = sent[0][0] if sent else rows[0][0]
    numbers = (number for number in count(2) if not _is_taken(*name, number, taken))
    for row, content, new in rows:
        if not new or (not sent and row == first):
            continue
        if keyed and sent and content not in {other for _, other in sent}:
            yield row, (f"It has the same key as row {first}, but other contents.", "changed")
        else:
            yield row, (f"It is the same as row {first}.", f"occurrence {next(numbers)}")


def _is_taken(hi: int, lo: int, number: int, taken: set[tuple[int, int]]) -> bool:
    """Whether a line was sent under this name already."""
    if not taken:
        return False
    high, low = halves([references.derived(whole(hi, lo), "occurrence", str(number))])
    return (int(high[0]), int(low[0])) in taken


def _held(rows: pd.DataFrame, reasons: dict[int, tuple[str, str]]) -> pd.DataFrame:
    held = rows.assign(rule=RULE, remedy=REMEDY)
    for place, name in enumerate(("reason", "derive")):
        held[name] = np.array([reasons[row][place] for row in held["row"].tolist()], object)
    return held
