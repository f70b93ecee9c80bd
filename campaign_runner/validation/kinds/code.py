"""How is an identifier written?  utid, etid and ptid begin with a capital letter."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.rule_options import CellContext


def normalise(text: Any, case: CellContext) -> Any:
    """`u561593` becomes `U561593`."""
    return pc.ascii_upper(text)
