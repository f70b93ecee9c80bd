"""Who is a line for, in one text?  And what of a line tells who it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PEOPLE = ("recipient", "shipping", "bulkShipping")
_NAMES = ("firstName", "lastName", "contactName", "contactFirstName", "contactLastName")
_WAYS = ("email", "mobileNumber", "contactEmail")
# Texts that a person wrote for one recipient: they may name them.
_PERSONAL = ("recipient.", "shipping.", "bulkShipping.", "message", "emailSubject", "lineItemNote")


def recipient_text(payload: Mapping[str, Any]) -> str:
    """`Ana Silva, ana@example.com`; "" where the line names nobody."""
    person: Mapping[str, Any] = next((payload[name] for name in _PEOPLE if payload.get(name)), {})
    names = " ".join(person[name] for name in _NAMES if person.get(name))
    reached = next((person[way] for way in _WAYS if person.get(way)), "")
    return ", ".join(part for part in (names, reached) if part)


def is_personal(field: str) -> bool:
    """Whether a field of a line tells who it is for, or may."""
    return field.startswith(_PERSONAL)
