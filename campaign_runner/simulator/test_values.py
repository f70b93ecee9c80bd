"""Which values make the stand-in behave in a special way?  Type one into a test row to see what a bad day is like.

The README's table is made from these. A spell counts in the recipient's e-mail address (before the @), first name,
the contact's name, the line item's note or its message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MAGIC: dict[str, str] = {
    "sim-refused": "the order is accepted without this line, which comes back among the failed line items",
    "sim-422": "the whole order is refused, naming this line; the others have to go again without it",
    "sim-422-unnamed": "the whole order is refused, naming no line; halving finds the one at fault",
    "sim-fails": "accepted, and reported as FAILED later, with a reason",
    "sim-cancelled": "accepted, and reported as CANCELLED later",
    "sim-returned": "accepted, and reported as RETURNED later",
    "sim-comes-back": "accepted and COMPLETE, and at the next look RETURNED after all",
    "sim-strange": "accepted, and later reported with an unknown status word",
    "sim-pending": "accepted, and never final",
}

# What an account is, by a word in its identifier; any other identifier is a funded, active account in US dollars.
ACCOUNTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sim-frozen": ("the account is frozen: nothing may be charged", {"status": "FROZEN"}),
    "sim-inactive": ("the account is not active", {"status": "INACTIVE"}),
    "sim-empty": ("the account has no funds at all", {"cents": 0}),
    "sim-poor": ("the account has 100.00 and no more", {"cents": 10_000}),
    "sim-euro": ("the account is in euros", {"currency": "EUR"}),
    "sim-missing": ("there is no such account", {"status": ""}),
}

LATER: dict[str, str] = {
    "sim-fails": "FAILED",
    "sim-cancelled": "CANCELLED",
    "sim-returned": "RETURNED",
    "sim-strange": "TRANSMOGRIFIED",
    "sim-pending": "PENDING",
}

# Words that come only after the order was final.
MUCH_LATER: dict[str, str] = {"sim-comes-back": "RETURNED"}

# The longest first, so that "sim-422-unnamed" is not taken for "sim-422".
_SPELL = re.compile("|".join(sorted(MAGIC, key=len, reverse=True)), re.IGNORECASE)
_IN_ACCOUNT = re.compile("|".join(ACCOUNTS), re.IGNORECASE)


def possible(body: bytes) -> bool:
    """Whether any spell can be in the body: spares the search in bodies without one."""
    return b"sim-" in body.lower()


def spell(line: Mapping[str, Any]) -> str:
    """The spell of a line item (or of an order of /orders), "" for none."""
    recipient, contact = _part(line, "recipient"), {**_part(line, "shipping"), **_part(line, "bulkShipping")}
    where = (
        str(recipient.get("email", "")).partition("@")[0], recipient.get("firstName"), contact.get("contactName"),
        contact.get("contactFirstName"), line.get("lineItemNote"), line.get("notes"), line.get("message"),
    )  # fmt: skip
    matches = (_SPELL.search(text) for text in where if isinstance(text, str))
    return next((match[0].lower() for match in matches if match), "")


def explained(name: str) -> str:
    """The sentence that the stand-in gives as its reason."""
    return f'The test value "{name}" asks the simulator for this: {MAGIC[name]}.'


def account(identifier: str) -> dict[str, Any]:
    """What a magic account identifier changes."""
    match = _IN_ACCOUNT.search(identifier)
    return ACCOUNTS[match[0].lower()][1] if match else {}


def _part(line: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = line.get(name)
    return part if isinstance(part, Mapping) else {}
