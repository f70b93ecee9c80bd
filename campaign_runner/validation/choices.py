"""What does a rule depend on besides the row?  The run's date and the settings' choices, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Choices:
    """`today` in UTC; the rest as in campaign.toml, section `[rules]`."""

    today: date
    phone_countries: str = "us"
    postal_codes: str = "by_country"
    address_utids: tuple[str, ...] = ()
    currency: str = "USD"
