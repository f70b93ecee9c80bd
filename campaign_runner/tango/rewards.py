"""How are Tango's answers about an account, its rewards and exchange rates read?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from campaign_runner.model.marketplace import Account, Catalogue, ExchangeRates, Reward
from campaign_runner.tango import wire


def account(answer: Any) -> Account | None:
    """Read the answer of GET /accounts/{accountIdentifier}; None where it is not an account."""
    identifier = wire.text(answer.get("accountidentifier"), "name") if isinstance(answer, dict) else ""
    if not identifier:
        return None
    return Account(
        identifier=identifier,
        name=wire.text(answer.get("displayname")),
        currency=wire.text(answer.get("currencycode"), "currency"),
        balance=wire.money(answer.get("currentbalance")),
        status=wire.text(answer.get("status"), "status"),
        customer=wire.text(answer.get("customeridentifier")),
    )


def catalogue(answer: Any) -> Catalogue | None:
    """Read the answer of GET /catalogs; None where it is not a catalogue."""
    if not isinstance(answer, dict) or not isinstance(answer.get("brands"), list):
        return None
    items = [
        _reward(item, brand) for brand in wire.objects(answer["brands"]) for item in wire.objects(brand.get("items"))
    ]
    return Catalogue(wire.text(answer.get("catalogname")), {reward.utid.upper(): reward for reward in items})


def exchange_rates(answer: Any) -> ExchangeRates | None:
    """Read the answer of GET /exchangerates (`baseFx` is the price of one unit in the base currency)."""
    if not isinstance(answer, dict) or not isinstance(answer.get("exchangerates"), list):
        return None
    rates: dict[tuple[str, str], Decimal] = {}
    for item in wire.objects(answer["exchangerates"]):
        rate = wire.money(item.get("basefx"))
        if rate and rate > 0:
            rates[
                wire.text(item.get("rewardcurrency"), "currency"), wire.text(item.get("basecurrency"), "currency")
            ] = rate
    return ExchangeRates(rates)


def _reward(item: dict[str, Any], brand: dict[str, Any]) -> Reward:
    bounds = wire.section(item, "quantityconstraints")
    return Reward(
        utid=wire.text(item.get("utid"), "utid"),
        name=wire.text(item.get("rewardname")),
        brand=wire.text(brand.get("brandname")),
        currency=wire.text(item.get("currencycode"), "currency"),
        active="active"
        == wire.text(item.get("status"), "status").lower()
        == wire.text(brand.get("status") or "active", "status").lower(),
        fixed=wire.text(item.get("valuetype")).upper().startswith("FIXED"),
        face_value=wire.money(item.get("facevalue")),
        smallest=wire.money(item.get("minvalue")),
        largest=wire.money(item.get("maxvalue")),
        whole_amounts=item.get("iswholeamountvaluerequired") is True,
        min_quantity=wire.count(bounds.get("minquantity")),
        max_quantity=wire.count(bounds.get("maxquantity")),
        kind=wire.text(item.get("rewardtype")),
        countries=_texts(item.get("countries")),
        methods=_texts(item.get("attributes")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(wire.text(item) for item in value if wire.text(item)) if isinstance(value, list) else ()
