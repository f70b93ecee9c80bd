"""How is a postal code written?  In capitals; a ZIP that lost its zero is named, never repaired."""

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.rule_options import CellContext, Hint


def normalise(text: Any, case: CellContext) -> Any:
    """`k1a 0b1` becomes `K1A 0B1`."""
    return pc.ascii_upper(text)


def explain(value: str, case: CellContext) -> Hint | None:
    """A ZIP typed as a number has lost its leading zero; ZIP+4 has four digits too many."""
    if case.country != "US":
        return None
    if re.fullmatch(r"[0-9]{3,4}", value):
        likely = value.zfill(5)
        return Hint("lost-zero", "is not a US ZIP code; it seems to have lost a leading zero.",
                      f"If it is {likely}, format the cell as text and type {likely}.")  # fmt: skip
    if whole := re.fullmatch(r"([0-9]{5})[ -]?[0-9]{4}", value):
        return Hint("format", "is a ZIP+4 code, but Tango takes the first five digits only.", f"Type {whole[1]}.")
    return None
