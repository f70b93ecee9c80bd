"""How is a number of pieces written?  A whole number; spreadsheets like to add `.0`."""

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import unless_matches
from campaign_runner.validation.rule_options import CellContext, Hint


def normalise(text: Any, case: CellContext) -> Any:
    """`1.0` and `01` become `1`."""
    return unless_matches(text, r"^(0|[1-9][0-9]*)$", _whole)


def explain(value: str, case: CellContext) -> Hint | None:
    """A thousands mark may be a decimal mark: the user decides."""
    if re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+", value):
        bare = re.sub(r"[.,]", "", value)
        return Hint("ambiguous", "has a mark between its digits.", f"Type the digits alone, like {bare}.")
    return None


def _whole(text: Any) -> Any:
    text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0+$", r"\1")
    return pc.replace_substring_regex(text, r"^(-?)0+([0-9]+)$", r"\1\2")
