"""How did placed lines stand at the end of a period?  What changed later is taken off: a closed period stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import pandas as pd

from campaign_runner.model import BOOKED_COLUMNS, BookPages

Standing = Mapping[str, tuple[str, ...]]


def changes(pages: BookPages) -> Iterator[pd.DataFrame]:
    """Everything that changed on a later day than the one a line was placed on, oldest first for each line.

    First what became of lines that were on their way, then what was corrected after that (`CORRECTION_COLUMNS`).
    """
    return chain(pages.settlements(), pages.corrections())


def standing_at(pages: BookPages, until: str) -> Standing:
    """The lines that stood otherwise at the end of the day `until` than now: reference -> `BOOKED_COLUMNS` then."""
    if not until:
        return {}
    then: dict[str, tuple[str, ...]] = {}
    for frame in changes(pages):
        later = frame[frame["at"].astype("str").str.slice(0, 10) > until]
        before = (later[f"{name}_before"].astype("str").fillna("") for name in BOOKED_COLUMNS)
        for reference, *values in zip(later["reference"].astype("str"), *before, strict=True):
            then.setdefault(reference, tuple(values))
    return then


def as_of(placed: pd.DataFrame, then: Standing) -> pd.DataFrame:
    """Placed lines (`PLACED_COLUMNS`) with what was booked of them at that time."""
    if not then:
        return placed
    references = placed["reference"].astype("str")
    changed = references.isin(then.keys())
    if not changed.any():
        return placed
    values = pd.DataFrame([then[reference] for reference in references[changed]], columns=list(BOOKED_COLUMNS))
    placed = placed.copy()
    for name in BOOKED_COLUMNS:
        placed[name] = placed[name].astype("object")
        placed.loc[changed, name] = values[name].to_numpy()
    rate = placed["exchange_rate"].astype("object")
    placed["exchange_rate"] = rate.where(~changed | (placed["charged"].fillna("") != ""), "")
    return placed
