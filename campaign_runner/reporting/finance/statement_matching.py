"""Do our lines and Tango's statement say the same?  Pure: two frames of sums by key in, one frame of verdicts out."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pandas as pd

SIDE_COLUMNS = ("key", "units", "currency", "status", "lines", "day")


class Match(StrEnum):
    """The result of comparing one reference, in the order in which the lists show them."""

    DIFFERENT = "different"
    MISSING = "missing"  # we placed it, the statement does not have it
    EXTRA = "extra"  # the statement has it, we know nothing of it
    OUTSIDE = "outside"  # ours, and placed outside the days that the statement covers
    OTHER = "other campaign"  # on the statement, and placed by another campaign of this ledger
    MATCHED = "matched"


def add_up(side: pd.DataFrame) -> pd.DataFrame:
    """One row per key: money added, a differing currency or status joined by `/`. Columns: `SIDE_COLUMNS`."""
    if side["key"].is_unique:
        return side[list(SIDE_COLUMNS)]
    ways: dict[str, Any] = {"units": "sum", "currency": _both, "status": _both, "lines": "sum", "day": "min"}
    return side.groupby("key", sort=False, as_index=False).agg(ways)[list(SIDE_COLUMNS)]


def match(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    others: frozenset[str] = frozenset(),
    days: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Compare by key, `others` being those of other campaigns; what one side does not state is not a difference.

    That holds for currency, day and status. `days` are the first and last that the statement covers (None: those it
    names). `units` is what should be, or was, charged, in ten-thousandths. Of ours, a
    line with nothing to charge need not be in the statement. Returns `key, verdict, difference`, and both sides' columns
    ending in `_ours` and `_theirs`.
    """
    both = add_up(ours).merge(add_up(theirs), on="key", how="outer", suffixes=("_ours", "_theirs"), indicator="side")
    words = [f"{name}_{side}" for name in ("currency", "status", "day") for side in ("ours", "theirs")]
    both[words] = both[words].fillna("")
    both["difference"] = _differences(both)
    both["verdict"] = _verdicts(both, *(days or _period(theirs)))
    both.loc[(both["verdict"] == Match.EXTRA.value) & both["key"].isin(others), "verdict"] = Match.OTHER.value
    nothing_due = (both["side"] == "left_only") & (both["units_ours"] == 0)
    both["rank"] = both["verdict"].map({verdict.value: rank for rank, verdict in enumerate(Match)})
    ranked = both[~nothing_due].sort_values(["rank", "key"], ignore_index=True)
    return ranked.drop(columns=["side", "rank"])


def _verdicts(both: pd.DataFrame, first: str, last: str) -> pd.Series:
    verdicts = pd.Series(Match.MATCHED.value, index=both.index, dtype="str")
    verdicts[both["difference"] != ""] = Match.DIFFERENT.value
    verdicts[both["side"] == "right_only"] = Match.EXTRA.value
    ours_alone = both["side"] == "left_only"
    verdicts[ours_alone] = Match.MISSING.value
    days = both["day_ours"]
    if first:
        verdicts[ours_alone & (days != "") & ((days < first) | (days > last))] = Match.OUTSIDE.value
    return verdicts


def _differences(both: pd.DataFrame) -> pd.Series:
    """`amount`, `currency`, `status`, or several of them, for the rows that both sides have."""
    paired = both["side"] == "both"
    sentences = pd.Series("", index=both.index, dtype="str")
    unequal = {"amount": both["units_ours"] != both["units_theirs"]}
    for name in ("currency", "status"):
        one, two = both[f"{name}_ours"], both[f"{name}_theirs"]
        unequal[name] = (one != two) & (one != "") & (two != "")
    for name, rows in unequal.items():
        sentences[paired & rows] = (
            sentences[paired & rows].where(sentences[paired & rows] == "", sentences[paired & rows] + ", ") + name
        )
    return sentences


def _period(theirs: pd.DataFrame) -> tuple[str, str]:
    """First and last day of the statement, "" where it states none."""
    days = theirs["day"][theirs["day"] != ""]
    return (str(days.min()), str(days.max())) if len(days) else ("", "")


def _both(words: pd.Series) -> str:
    return "/".join(sorted({str(word) for word in words if word}))
