"""What is said of rows that were changed after they were sent?  Before and after, and the money of all of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from campaign_runner.model import Hold
from campaign_runner.model.history import StoredLine
from campaign_runner.model.money import from_units, text
from campaign_runner.model.wording import cash
from campaign_runner.planning import Plan
from campaign_runner.planning.folding import shown
from campaign_runner.planning.ledger_history import LedgerHistory
from campaign_runner.planning.matching import RULE


def described(plan: Plan, past: LedgerHistory) -> tuple[Plan, tuple[str, ...]]:
    """The plan, its changed rows each with what was changed; and what to show of all of them."""
    changed = [hold for hold in plan.holds if hold.rule == RULE and hold.line]
    if not changed:
        return plan, ()
    before = {line.line_id: line for line in past.asked.stored({hold.line for hold in changed})}
    rows = {row: (payload, key) for row, payload, key in plan.kept_back({hold.row for hold in changed})}
    bodies = dict(_sent(list(before.values())))
    changes = {
        hold.row: _reason(hold, before[hold.line], bodies[hold.line], *rows[hold.row])
        for hold in changed if hold.line in before and hold.row in rows
    }  # fmt: skip
    holds = tuple(replace(hold, reason=changes.get(hold.row, hold.reason)) for hold in plan.holds)
    return replace(plan, holds=holds), tuple(_in_money(changed, before))


def _reason(hold: Hold, line: StoredLine, sent: Mapping[str, Any], payload: bytes, key: str) -> str:
    """`It was changed after it was sent: amount 25.00 USD, now 30.00 USD; key 0001, now 1.`"""
    after = json.loads(payload, parse_float=str)
    if len(sent) < len(after) and line.body is None:  # the order was erased, or found at Tango: only this is known
        after = {name: after[name] for name in sent if name in after}
    parts = differences(sent, after, (line.currency, hold.currency), (line.key_text or "", key))
    start = hold.reason.rstrip(".")
    return f"{start}: {'; '.join(parts)}." if parts else hold.reason


def _sent(lines: Sequence[StoredLine]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each line as Tango got it; where its order is not kept any more, what the ledger has of it."""
    last: tuple[bytes | None, Any] = (None, None)
    for line in lines:
        if line.body is not None and line.body is not last[0]:
            last = (line.body, _items(line.body))
        line_sent = last[1].get(line.reference) if line.body is not None else None
        yield line.line_id, line_sent or _kept(line)


def _items(body: bytes) -> dict[str, Any]:
    """The line items of an order by reference; an order of one line stands for it."""
    parsed = json.loads(body, parse_float=str)
    if "lineItems" in parsed:
        return {item["externalRefLineItemID"]: item for item in parsed["lineItems"]}
    method = parsed.get("deliveryMethod") or ("EMAIL" if parsed.get("sendEmail") else "")
    kept = {
        name: parsed[name] for name in ("utid", "amount", "recipient", "message", "emailSubject") if name in parsed
    }
    return {parsed["externalRefID"]: {**kept, **({"deliveryMethod": method} if method else {})}}


def _kept(line: StoredLine) -> dict[str, Any]:
    values = {"deliveryMethod": line.method, "utid": line.utid, "amount": text(from_units(line.face_units))}
    several = {"quantity": str(line.quantity)} if line.quantity > 1 else {}
    return {name: value for name, value in {**values, **several}.items() if value}


def _in_money(changed: Sequence[Hold], before: Mapping[int, StoredLine]) -> Iterator[str]:
    """`3 rows changed after they were sent: 75.00 USD was sent, the file now says 90.00 USD. Nothing more is sent.`"""
    known = [hold for hold in changed if hold.line in before]
    if not known:
        return
    sent: Counter[str] = Counter()
    for line in {hold.line: before[hold.line] for hold in known}.values():
        sent[line.currency] += line.quantity * line.face_units
    now: Counter[str] = Counter()
    for hold in known:
        now[hold.currency] += hold.units
    rows = (
        "1 row changed after it was sent" if len(known) == 1 else f"{len(known):,} rows changed after they were sent"
    )
    yield f"{rows}: {_sums(sent)} was sent, the file now says {_sums(now)}. Nothing more is sent."


def _sums(units: Mapping[str, int]) -> str:
    return " and ".join(cash(from_units(total), currency).strip() for currency, total in sorted(units.items()))


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
