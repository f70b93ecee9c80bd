"""Which moment is meant?  ISO 8601 with an offset; a moment without one is asked, never guessed."""

from __future__ import annotations

import re
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import unless_matches
from campaign_runner.validation.rule_options import CellContext, Hint

_CANONICAL = r"^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"


def normalise(text: Any, case: CellContext) -> Any:
    """A blank for the T, a small t or z, missing seconds, an offset without colon."""
    return unless_matches(text, _CANONICAL, _iso)


def explain(value: str, case: CellContext) -> Hint | None:
    """The usual mistake is a day, or a time without its zone."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return Hint("format", "is a day without a time and a time zone.", f"Type it like {value}T23:59:59-05:00.")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+", value):
        return Hint("format", "has no time zone.", f"Add it, like {value}-05:00, or {value}Z for UTC.")
    return None


def _iso(text: Any) -> Any:
    text = pc.replace_substring_regex(text, r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]+([0-9]{2}:[0-9]{2})", r"\1T\2")
    text = pc.replace_substring_regex(text, r" ?[Zz]$", "Z")
    text = pc.replace_substring_regex(text, r"([0-9]) ?([+-][0-9]{2}):?([0-9]{2})$", r"\1\2:\3")
    return pc.replace_substring_regex(text, r"(T[0-9]{2}:[0-9]{2})(Z|[+-][0-9:]{5})$", r"\1:00\2")
