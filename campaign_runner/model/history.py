"""What does the ledger know that planning must heed?  Lines that were sent, that never left, people rewarded elsewhere."""

from __future__ import annotations

from typing import NamedTuple


class KnownLine(NamedTuple):
    """A line of this campaign that was sent, or may have been. `key_parts`: of how many columns its key is (0: it has
    none, -1: it was erased)."""

    line_id: int
    identity: bytes
    content: bytes
    status: str
    origin: bytes | None
    folded_key: bytes | None
    key_parts: int
    person: bytes | None
    alias: bytes | None
    contact: bytes | None
    method: str
    utid: str
    quantity: int
    face_units: int
    currency: str


class UnsentLine(NamedTuple):
    """A line of this campaign that was planned and never left."""

    origin: bytes
    content: bytes
    person: bytes | None


class RewardedPerson(NamedTuple):
    """A line of another campaign; `contact` is the keyed hash of person, utid and amount, `day` "" while it waits."""

    contact: bytes
    person: bytes | None
    campaign: str
    day: str
    face_units: int
    currency: str


class StoredLine(NamedTuple):
    """A line as it was sent: the order with it (None: erased, or found at Tango), and what else was kept."""

    line_id: int
    reference: str
    body: bytes | None
    key_text: str | None
    method: str
    utid: str
    quantity: int
    face_units: int
    currency: str


class AskedLine(NamedTuple):
    """A line of an earlier file: `identity` names it, `content` tells whether it is still the same."""

    identity: bytes
    content: bytes
    quantity: int
    face_units: int
    currency: str
