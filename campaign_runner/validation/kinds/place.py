"""How are street and city written?  With the typewriter's quotes and hyphens, which programs like to replace."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import where
from campaign_runner.validation.rule_options import CellContext


def normalise(text: Any, case: CellContext) -> Any:
    """Curly apostrophes and long dashes become `'` and `-`."""
    return where(text, pc.invert(pc.string_is_ascii(text)), _typewritten)


def _typewritten(text: Any) -> Any:
    text = pc.replace_substring_regex(text, r"[\x{2018}\x{2019}\x{02bc}\x{00b4}\x{0060}]", "'")
    return pc.replace_substring_regex(text, r"[\x{2010}-\x{2015}\x{2212}]", "-")
