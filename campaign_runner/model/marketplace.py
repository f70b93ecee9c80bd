"""What does Tango offer?  An account, rewards and the catalogue of them, exchange rates: what preflight judges by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """GET /accounts/{accountIdentifier}; only an ACTIVE account may be charged."""

    identifier: str
    name: str
    currency: str
    balance: Decimal | None
    status: str
    customer: str = ""

    @property
    def active(self) -> bool:
        """Whether orders may be charged to it."""
        return self.status.upper() == "ACTIVE"


@dataclass(frozen=True, slots=True)
class Reward:
    """One item of GET /catalogs. `fixed`: the amount must be `face_value`; else it lies within `smallest`..`largest`.

    `methods` are the delivery methods it allows (empty: Tango does not say); `min_quantity` and the like are None
    where Tango states no bound.
    """

    utid: str
    name: str
    brand: str
    currency: str
    active: bool
    fixed: bool
    face_value: Decimal | None = None
    smallest: Decimal | None = None
    largest: Decimal | None = None
    whole_amounts: bool = False
    min_quantity: int | None = None
    max_quantity: int | None = None
    kind: str = ""
    countries: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rewards of the platform by `utid` in capitals."""

    name: str
    rewards: Mapping[str, Reward]


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Indicative: what one unit of a reward's currency costs in an account's, by (reward's, account's) code."""

    rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

    def convert(self, amount: Decimal, currency: str, into: str) -> Decimal | None:
        """An estimate in the account's currency; None where no rate is known, in neither direction."""
        if currency == into:
            return amount
        if direct := self.rates.get((currency, into)):
            return amount * direct
        inverse = self.rates.get((into, currency))
        return amount / inverse if inverse else None
