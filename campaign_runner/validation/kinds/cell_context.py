"""What does a kind know besides the value?  The field, the settings' choices, and the country where it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from campaign_runner.model import Field
from campaign_runner.validation.rule_options import RuleOptions


class Hint(NamedTuple):
    """A better sentence than the rule's own: `error` continues the value, `remedy` says what to type instead."""

    rule: str
    error: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CellContext:
    """`country`: an arrow column for `normalise`, one code (or "") for `explain`. `currency`: an arrow column, or None
    where all rewards have the setting's."""

    field: Field
    choices: RuleOptions
    country: Any = None
    currency: Any = None
