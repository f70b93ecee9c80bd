"""How do Tango's sentences become safe to store?  E-mail addresses, phone numbers, what we sent of people go out.

Tango's messages may repeat the value they complain of, so every sentence passes here before it enters a Receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from campaign_runner.model.contact_masks import MASK, without_numbers

LONGEST = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
# Order-level texts and codes of a line: everything else in a line may be about a person.
_IMPERSONAL = frozenset(
    {"utid", "amount", "quantity", "deliverymethod", "deliverydate", "etid", "ptid", "expirationdate", "country",
     "stateorprovince", "shippingmethod", "externalreflineitemid", "externalrefid", "customeridentifier",
     "accountidentifier", "campaign", "purchaseordernumber", "sendemail"}
)  # fmt: skip


def safe(sentence: object, personal: Iterable[str] = ()) -> str:
    """One line of at most 500 characters without e-mail addresses, phone numbers and the `personal` values."""
    words = _CONTROL.sub(" ", sentence if isinstance(sentence, str) else "")[: 20 * LONGEST]
    for value in sorted(personal, key=len, reverse=True):
        if value in words:
            words = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, words)
    words = without_numbers(words).strip()
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def personal_values(line: object) -> Iterator[str]:
    """Every text of a line item (or of part of one) that may be about a person."""
    if isinstance(line, dict):
        for key, value in line.items():
            if key.lower() not in _IMPERSONAL:
                yield from personal_values(value)
    elif isinstance(line, list):
        for item in line:
            yield from personal_values(item)
    elif isinstance(line, str) and len(line.strip()) > 1:
        yield line.strip()


def echoed_value(error: dict[str, Any]) -> list[str]:
    """`invalidValue` of an error (keys in lower case) repeats what was sent."""
    value = error.get("invalidvalue")
    return [str(value)] if value not in (None, "") else []
