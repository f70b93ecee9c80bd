"""What was changed in a row after it was sent?  Before and after, side by side, in people's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from campaign_runner.planning.folding import shown

LONGEST = 60
# What people call a field; others are called by the last part of their name.
_WORDS = {
    "deliveryMethod": "delivery method",
    "recipient.firstName": "first name",
    "recipient.lastName": "last name",
    "recipient.email": "e-mail",
    "recipient.mobileNumber": "mobile number",
    "recipient.address.streetLine1": "street",
    "recipient.address.streetLine2": "second line of the street",
    "recipient.address.postalCode": "postal code",
    "recipient.address.stateOrProvince": "state or province",
    "utid": "reward",
    "deliveryDate": "delivery date",
    "expirationDate": "expiration date",
    "emailSubject": "e-mail subject",
    "lineItemNote": "line item note",
    "shippingMethod": "shipping method",
}
_FIRST = ("amount", "utid", "quantity", "deliveryMethod")


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], currencies: tuple[str, str], keys: tuple[str, str] = ("", "")
) -> list[str]:
    """`amount 25.00 USD, now 30.00 USD`; two line items as Tango gets them, each with its currency and typed key."""
    old, new = dict(_flat(before)), dict(_flat(after))
    old["amount"], new["amount"] = (_money(fields.get("amount", ""), currency)
                                    for fields, currency in zip((old, new), currencies, strict=True))  # fmt: skip
    names = sorted(old.keys() | new.keys(), key=lambda name: (_FIRST.index(name) if name in _FIRST else 9, name))
    sentences = [
        _changed(_WORDS.get(name, name.rpartition(".")[2]), old.get(name, ""), new.get(name, ""))
        for name in names if old.get(name, "") != new.get(name, "")
    ]  # fmt: skip
    if keys[0] and keys[1] and keys[0] != keys[1]:
        sentences.append(_changed("key", shown(keys[0]), shown(keys[1])))
    return sentences


def _flat(fields: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        elif f"{path}{name}" != "externalRefLineItemID":
            yield f"{path}{name}", str(value)


def _money(amount: str, currency: str) -> str:
    return f"{amount} {currency}".strip() if amount else ""


def _changed(word: str, old: str, new: str) -> str:
    return f"{word} {_short(old)}, now {_short(new)}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return (plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…") or "empty"
