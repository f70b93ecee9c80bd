"""What does a rule depend on besides the row?  The run's date and the settings' choices, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


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
