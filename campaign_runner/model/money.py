"""How is money read, kept and written?  Always as Decimal with a currency, never as a float.

The ledger keeps whole ten-thousandths of a currency unit (`to_units`), so that SQL can add them up exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

UNITS = 10_000
_CENT = Decimal("0.01")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of one currency (ISO 4217 code); adding two currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return f"{text(self.amount)} {self.currency}"


def parse(plain: str) -> Decimal:
    """`"25.5"` -> Decimal; ASCII digits and a point only, else ValueError (spellings are intake's matter)."""
    if not _PLAIN.fullmatch(plain):
        raise ValueError(f"{plain!r} is not a plain decimal number")
    return Decimal(plain)


def text(amount: Decimal) -> str:
    """At least two places, more only where there are more: `25.00`, `0.125`."""
    trimmed = amount.normalize()
    exponent = trimmed.as_tuple().exponent
    return f"{trimmed if isinstance(exponent, int) and exponent < -2 else amount.quantize(_CENT):f}"


def to_units(amount: Decimal) -> int:
    """Decimal -> whole ten-thousandths, as the ledger keeps them; raises ValueError on a finer amount."""
    units = amount * UNITS
    if units != units.to_integral_value():
        raise ValueError(f"{amount} is finer than a ten-thousandth")
    return int(units)


def from_units(units: int) -> Decimal:
    """Whole ten-thousandths of the ledger -> Decimal."""
    return Decimal(units) / UNITS


def totals(monies: Iterable[Money]) -> dict[str, Decimal]:
    """The sum per currency, in the order of the currency codes."""
    sums: dict[str, Decimal] = {}
    for money in monies:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return dict(sorted(sums.items()))
