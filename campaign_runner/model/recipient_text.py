"""Who is a line for, in one text?  And what of a line tells who it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PEOPLE = ("recipient", "shipping", "bulkShipping")
_NAMES = ("firstName", "lastName", "contactName", "contactFirstName", "contactLastName")
_WAYS = ("email", "mobileNumber", "contactEmail", "contactPhoneNumber", "phoneNumber")
# Texts that a person wrote for one recipient: they may name them.
_PERSONAL = ("recipient.", "shipping.", "bulkShipping.", "message", "emailSubject", "lineItemNote")


def recipient_text(payload: Mapping[str, Any]) -> str:
    """`Ana Silva, ana@example.com`; "" where the line names nobody."""
    name, ways = name_and_ways(payload)
    return ", ".join(part for part in (name, *ways[:1]) if part)


def name_and_ways(payload: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The recipient's name, and by which addresses and numbers they are reached."""
    person: Mapping[str, Any] = next((payload[name] for name in _PEOPLE if payload.get(name)), {})
    return " ".join(person[name] for name in _NAMES if person.get(name)), [
        person[way] for way in _WAYS if person.get(way)
    ]


def is_personal(field: str) -> bool:
    """Whether a field of a line tells who it is for, or may."""
    return field.startswith(_PERSONAL)
