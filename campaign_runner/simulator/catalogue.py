"""What can be bought at the stand-in, at what price?  Rewards, exchange rates, fees and shipping fees.

Amounts are whole cents. Any reward, rate or account can be changed from outside (POST /simulator/world).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

DIGITAL = ("EMAIL", "PHONE", "EMBEDDED", "NONE", "BULKDIGITAL")
POSTAL = ("ADDRESS", "BULKSHIPMENT")

# In cents, per line item; the cheaper services of the post office cost less than the parcel services.
SHIPPING_FEES = {
    "upsground": 995, "upsgroundsignature": 1295, "ups2ndday": 1995, "ups2nddaysignature": 2295,
    "upsnextday": 3495, "upsnextdaysignature": 3795, "uspspriority": 895, "uspsprioritysig": 1195, "usps1stclass": 195,
}  # fmt: skip
CARD_FEE = 350  # for each physical card

# What one unit costs in US dollars.
RATES = {"USD": "1", "EUR": "1.08", "GBP": "1.27", "CAD": "0.73"}


@dataclass(frozen=True, slots=True)
class Item:
    """One reward; `face` is the fixed amount in cents (0: variable between `low` and `high`)."""

    utid: str
    name: str
    currency: str = "USD"
    face: int = 0
    low: int = 1
    high: int = 200_000
    whole: bool = False
    most: int = 100_000
    kind: str = "gift card"
    active: bool = True
    methods: tuple[str, ...] = DIGITAL + POSTAL
    countries: tuple[str, ...] = ("US",)
    takes_address: bool = False

    def shown(self) -> dict[str, Any]:
        """As GET /catalogs shows it."""
        bounds = {"minValue": self.low / 100, "maxValue": self.high / 100}
        value = {"faceValue": self.face / 100} if self.face else bounds
        return {
            "utid": self.utid, "rewardName": self.name, "currencyCode": self.currency,
            "status": "active" if self.active else "inactive",
            "valueType": "FIXED_VALUE" if self.face else "VARIABLE_VALUE", **value,
            "isWholeAmountValueRequired": self.whole, "rewardType": self.kind, "countries": list(self.countries),
            "quantityConstraints": {"minQuantity": 1, "maxQuantity": self.most},
            "credentialTypes": ["redemptionUrl"], "attributes": list(self.methods),
        }  # fmt: skip


EURO = ("DE", "FR", "ES", "IT", "NL", "AT", "IE")
ITEMS = (
    Item("U666425", "Test Gift Card (any amount)"),
    Item("U561593", "Reward Link", high=1_000_000, kind="reward link", countries=("US", "CA", "GB", *EURO)),
    Item("U154092", "Test Gift Card $10", face=1000, methods=DIGITAL),
    Item("U200101", "Test Gift Card Europe", "EUR", high=50_000, methods=DIGITAL, countries=EURO),
    Item("U200102", "Test Gift Card Britain", "GBP", high=50_000, methods=DIGITAL, countries=("GB",)),
    Item("U200103", "Test Gift Card Canada", "CAD", high=50_000, methods=DIGITAL, countries=("CA",)),
    Item("U200201", "Test Plastic Card", low=500, high=50_000, methods=POSTAL, kind="physical gift card"),
    Item("U200301", "Promo Link", high=50_000, methods=DIGITAL, kind="promo link"),
    Item("U200401", "Test Coffee Card (whole dollars)", low=500, high=10_000, whole=True, methods=DIGITAL),
    Item("U200402", "Test Prepaid Card (at most 50 a line)", low=500, high=25_000, most=50),
    Item("U200403", "Test Cash Transfer (needs an address)", methods=DIGITAL, takes_address=True, kind="cash"),
    Item("U200404", "Test Gift Card (discontinued)", active=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """What one line costs, in cents of the account's currency; `rate` is None where the currency is the same."""

    value: int
    fee: int
    shipping: int
    currency: str
    rate: Decimal | None = None

    @property
    def total(self) -> int:
        """All of it."""
        return self.value + self.fee + self.shipping

    def shown(self) -> dict[str, Any]:
        """As `amountCharged` of a line, or of an order of /orders."""
        rate = {"exchangeRate": float(self.rate)} if self.rate is not None else {}
        fees = {"fee": self.fee / 100, "shippingFee": self.shipping / 100, "total": self.total / 100}
        return {"currencyCode": self.currency, "value": self.value / 100, **rate, **fees}


def charge(item: Item, cents: int, quantity: int, method: str, shipping_method: str, currency: str,
           rates: dict[str, str]) -> Charge:  # fmt: skip
    """The price of a line for an account in `currency`."""
    value, rate = cents * quantity, None
    if item.currency != currency:
        rate = cross_rate(item.currency, currency, rates)
        value = int((value * rate).quantize(Decimal(1), ROUND_HALF_EVEN))
    postal = method in POSTAL
    fee, shipping = (CARD_FEE * quantity, SHIPPING_FEES.get(shipping_method, 0)) if postal else (0, 0)
    return Charge(value, fee, shipping, currency, rate)


def cross_rate(currency: str, into: str, rates: dict[str, str]) -> Decimal:
    """What one unit of `currency` costs in the other, with six places."""
    return (Decimal(rates.get(currency, "1")) / Decimal(rates.get(into, "1"))).quantize(Decimal("0.000001"))
