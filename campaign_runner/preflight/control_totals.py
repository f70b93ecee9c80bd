"""Does the file come to what its own totals row says?  Both figures are told where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from campaign_runner.model.money import from_units, text

_CENT = Decimal("0.01")


def mismatch(declared: tuple[int, Decimal] | None, file: pd.DataFrame, rejected: Iterable[int]) -> str:
    """The sentence for a total that the rows do not come to, "" where they do or it cannot be told.

    `file`: the valid rows (`Plan.file`); `rejected`: what the other rows are worth (-1: it cannot be read). A totals
    row may add up the amounts or their totals with their quantities, and may leave out hidden and struck rows.
    """
    others = list(rejected)
    if declared is None or -1 in others or (len(file) and file["currency"].nunique() > 1):
        return ""
    row, due = declared[0], declared[1].quantize(_CENT, ROUND_HALF_UP)
    sums = [_sum(file, others), *_other_ways(file, others)]
    if due in sums:
        return ""
    return (
        f"Row {row} of the file states a total of {text(due)}, but its rows add up to {text(sums[0])}. Correct the row "
        "that is wrong, or the total."
    )


def _other_ways(file: pd.DataFrame, others: list[int]) -> list[Decimal]:
    if file.empty:
        return []
    seen = file[~(file["hidden"] | file["struck"]).to_numpy(bool)]
    return [_sum(file, others, single=True), _sum(seen, others), _sum(seen, others, single=True)]


def _sum(file: pd.DataFrame, others: list[int], *, single: bool = False) -> Decimal:
    if file.empty:
        return from_units(sum(others))
    units = file["face_units"].to_numpy(np.int64)
    return from_units(int((units if single else units * file["quantity"].to_numpy(np.int64)).sum()) + sum(others))
