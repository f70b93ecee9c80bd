"""How do Tango's sentences become safe to store?  E-mail addresses, phone numbers, what we sent of people go out.

Tango's messages may repeat the value they complain of, so every sentence passes here before it enters a Receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST = 500
MASK = "[…]"

# Each begins where a word begins, and takes all that it can at once: the time does not grow with the square of a text.
_WORD = r"""[^\s"'<>(),;:\[\]]"""
_EMAIL = re.compile(rf"""(?<!{_WORD}){_WORD}+@[^\s"'<>(),;]*|@[^\s"'<>(),;]+""")
_DIGITS = re.compile(r"(?<![\w.-])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[ ().-]{0,2}\d)*+", re.ASCII)
_PHONE = 7  # digits at least
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
    words = _DIGITS.sub(_masked, _EMAIL.sub(MASK, words)).strip()
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _masked(match: re.Match[str]) -> str:
    """A phone number is masked; digits that go on as letters are no part of one."""
    run, after = match[0], match.string[match.end() : match.end() + 1]
    kept = ""
    if after == "-" or after == "_" or after.isalnum():
        last = re.search(r"\d+\Z", run)
        place = last.start() if last else len(run)
        run, kept = run[:place], run[place:]
    number, blanks = run.rstrip(" ().-"), run[len(run.rstrip(" ().-")) :]
    return (MASK if sum(map(str.isdigit, number)) >= _PHONE else number) + blanks + kept


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
