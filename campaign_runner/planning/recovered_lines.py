"""Whose line is it that Tango has and the ledger lacks?  One of the file, a further attempt of one, or a stray.

A stray is a line that the file does not plan (any more): its identity stands in its reference, its recipient in Tango's
answer, its contents nobody knows. Tango tells recipient and amount, but not the utid: so a stray counts as that
recipient's same reward, and rows that would repeat it are held like any other duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from campaign_runner.model import LineAnswer, LineItem, Receipt
from campaign_runner.model.money import to_units
from campaign_runner.planning import references
from campaign_runner.planning.bodies import NO_CONTACT
from campaign_runner.planning.line_builder import whole
from campaign_runner.planning.plan import ATTEMPTS, Plan, find_lines
from campaign_runner.planning.recipients import alias_hashes, person_hashes

# The contents of a line, where Tango knows more of them than the file: nothing at all, or that they differ.
UNKNOWN, CHANGED = bytes(16), b"\xff" * 16
# Person, alias and contact, as `recipients` hashes them.
Recipient = tuple[bytes | None, bytes | None, bytes | None]
Lines = Mapping[str, tuple[LineItem, int]]

# As a row names it, and as an answer does (keys in lower case).
_FIELDS = {
    "recipient.email": ("email",),
    "recipient.mobileNumber": ("mobilenumber",),
    "recipient.firstName": ("firstname",),
    "recipient.lastName": ("lastname",),
    "recipient.address.streetLine1": ("address", "streetline1"),
    "recipient.address.postalCode": ("address", "postalcode"),
}


def known_lines(plan: Plan, ours: Iterable[LineItem], names: Iterable[str]) -> dict[str, tuple[LineItem, int]]:
    """The lines behind these references, each with its attempt: planned by the file, or (`ours`) in the ledger."""
    wanted = set(names)
    lines = find_lines(plan, wanted)
    if wanted := wanted - lines.keys():
        for line in ours:
            for number in range(2, ATTEMPTS):
                name = references.reference(plan.order, references.derived(line.identity, "attempt", str(number)))
                if name in wanted:
                    lines[name] = (replace(line, reference=name), number)
    return lines


def adopted_lines(receipt: Receipt, known: Lines, plan: Plan, key: bytes) -> list[tuple[LineItem, int]]:
    """Our lines of an order, with the money that Tango states, each with its attempt."""
    start = f"{plan.order.campaign_id}-"
    ours = [(known.get(answer.reference) or _stray(answer, start), answer) for answer in receipt.lines]
    lines = [(_stated(one[0], answer), one[1], answer) for one, answer in ours if one]
    nameless = [(line, answer.recipient) for line, _, answer in lines if line.contact is None]
    whose = _recipients(plan, [who for _, who in nameless], [line.face_units for line, _ in nameless], key)
    named = dict(zip((line.reference for line, _ in nameless), whose, strict=True))
    return [(_named(line, named.get(line.reference)), attempt) for line, attempt, _ in lines]


def _stray(answer: LineAnswer, start: str) -> tuple[LineItem, int] | None:
    """A line that nobody here planned; None where Tango names it otherwise than we do."""
    digest = answer.reference.removeprefix(start)
    if not answer.reference.startswith(start) or len(digest) != 32 or not set(digest) <= set("0123456789abcdef"):
        return None
    line = LineItem(
        reference=answer.reference, row=0, payload=b"", method=answer.delivery_method, utid="",
        quantity=answer.quantity or 1, face_units=0, currency="", identity=bytes.fromhex(digest), content=UNKNOWN,
        origin=bytes.fromhex(digest),
    )  # fmt: skip
    return line, 1


def _stated(line: LineItem, answer: LineAnswer) -> LineItem:
    """The line as Tango has it; with another amount than the file's, the row was changed after it had been sent."""
    if answer.face_value is None or to_units(answer.face_value) == line.face_units:
        return line
    stated = replace(
        line, face_units=to_units(answer.face_value), currency=answer.currency or line.currency, contact=None
    )
    return stated if line.content == UNKNOWN else replace(stated, content=CHANGED)


def _named(line: LineItem, whose: Recipient | None) -> LineItem:
    """The line with its recipient, as far as Tango tells."""
    if whose is None:
        return line
    person, alias, contact = whose
    return replace(line, contact=contact or line.contact, person=line.person or person, alias=line.alias or alias)


def _recipients(
    plan: Plan, recipients: Sequence[Mapping[str, Any]], units: Sequence[int], key: bytes
) -> list[Recipient]:
    """Of each recipient with this face value: person and alias, and the contact that a row of the file has for them; None
    for nobody, and where no row is theirs."""
    if not recipients:
        return []
    fields = pd.DataFrame(
        {name: [_text(who, path) for who in recipients] for name, path in _FIELDS.items()}, dtype="str"
    )
    contacts, people = _contacts(plan), zip(person_hashes(fields, key), alias_hashes(fields, key), units, strict=True)
    return [(_or_none(person), _or_none(alias), contacts.get((person, face))) for person, alias, face in people]


def _or_none(digest: bytes) -> bytes | None:
    return digest if digest != NO_CONTACT else None


def _contacts(plan: Plan) -> dict[tuple[bytes, int], bytes]:
    """(person, face value): contact, of all rows that name somebody."""
    if plan.file.empty:
        return {}
    rows = plan.file[(plan.file["person_hi"] != 0) | (plan.file["person_lo"] != 0)]
    columns = (rows[name].tolist() for name in ("person_hi", "person_lo", "face_units", "contact_hi", "contact_lo"))
    return {(whole(hi, lo), face): whole(chi, clo) for hi, lo, face, chi, clo in zip(*columns, strict=True)}


def _text(recipient: Any, path: Sequence[str]) -> str | None:
    for name in path:
        recipient = recipient.get(name) if isinstance(recipient, Mapping) else None
    return recipient if isinstance(recipient, str) and recipient else None
