"""What does a rule depend on besides the row?  The run's date and the settings' choices, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from campaign_runner.model import Field


@dataclass(frozen=True, slots=True)
class RuleOptions:
    """`today` in UTC; the rest as in campaign.toml, section `[rules]`. `currencies`: those of rewards by utid, where
    the catalogue is known; `currency` is that of all others."""

    today: date
    phone_countries: str = "us"
    postal_codes: str = "by_country"
    address_utids: tuple[str, ...] = ()
    currency: str = "USD"
    currencies: Mapping[str, str] = field(default_factory=dict)


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
