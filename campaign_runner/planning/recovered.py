"""Whose reward is a line that Tango has and the file lacks?  Found by person and amount among the rows of the file.

Tango tells person and amount, but not the utid: so the line counts as that person's same reward, and rows that would
repeat it are held like any other duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from campaign_runner.planning.collector import halves, whole
from campaign_runner.planning.plan import Plan
from campaign_runner.planning.recipients import person_hashes

# As a row names it, and as an answer does (keys in lower case).
_FIELDS = {
    "recipient.email": ("email",),
    "recipient.mobileNumber": ("mobilenumber",),
    "recipient.firstName": ("firstname",),
    "recipient.lastName": ("lastname",),
    "recipient.address.streetLine1": ("address", "streetline1"),
    "recipient.address.postalCode": ("address", "postalcode"),
}


def contacts(
    made: Plan, recipients: Sequence[Mapping[str, Any]], units: Iterable[int], key: bytes
) -> list[bytes | None]:
    """The contact of each recipient with this face value, as `persons.contact_hashes` has it; None if no row of the
    file is theirs."""
    if not recipients or made.file.empty:
        return [None] * len(recipients)
    told = {name: [_text(who, path) for who in recipients] for name, path in _FIELDS.items()}
    high, low = halves(person_hashes(pd.DataFrame(told, dtype="str"), key))
    rows = made.file[(made.file["person_hi"] != 0) | (made.file["person_lo"] != 0)]
    columns = (rows[name].tolist() for name in ("person_hi", "person_lo", "face_units", "contact_hi", "contact_lo"))
    known = {(hi, lo, face): whole(chi, clo) for hi, lo, face, chi, clo in zip(*columns, strict=True)}
    return [known.get(found) for found in zip(high.tolist(), low.tolist(), units, strict=True)]


def _text(recipient: Any, path: Sequence[str]) -> str | None:
    for name in path:
        recipient = recipient.get(name) if isinstance(recipient, Mapping) else None
    return recipient if isinstance(recipient, str) and recipient else None
