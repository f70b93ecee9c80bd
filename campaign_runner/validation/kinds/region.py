"""Which state or province is meant?  Abbreviation or full name, in the country of the row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow.compute as pc

from campaign_runner.model.words import did_you_mean, fold
from campaign_runner.validation.arrowtext import recode, where
from campaign_runner.validation.kinds.choice import folded, nearest
from campaign_runner.validation.rule_options import CellContext, Hint


def normalise(text: Any, case: CellContext) -> Any:
    """`california` becomes `CA` in the United States; regions of other countries stay."""
    if case.country is None:
        return text
    for country, regions in (case.field.metadata.get("regions") or {}).items():
        known = folded(regions)
        here = pc.equal(case.country, country)
        text = where(text, here, partial(recode, change=partial(_known, known)))
    return text


def _known(known: Mapping[str, str], word: str) -> str:
    return known.get(fold(word), word)


def explain(value: str, case: CellContext) -> Hint | None:
    """A state of the other country, or the nearest name."""
    regions = case.field.metadata.get("regions") or {}
    here = regions.get(case.country)
    if not here:
        return None
    for country, others in regions.items():
        if country != case.country and fold(value) in folded(others):
            return Hint("region", f"lies in {country}, but the row's country is {case.country}.",
                          "Correct the state or the country.")  # fmt: skip
    near = nearest(value, here)
    if not near:
        return None
    return Hint("region", f"is not a region of {case.country} that Tango knows.", did_you_mean(near))
