"""Is this one of our own reports, handed in again?  Then the columns that the report added are no data.

A failures file ends with the columns of `FAILURES`; a results file begins and ends with those of `RESULTS`. The CSV
reports guard text against being run as a formula by one apostrophe in front; here it is taken off again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.compute as pc

FAILURES = ("Sheet", "Row", "Status", "Problem", "What to do")
RESULTS = (
    ("Sheet", "Row"),
    ("Status", "Reason", "externalRefLineItemID", "externalRefID", "referenceOrderID", "Updated at"),
)
_SIGNS = "=+@\\-\uff1d\uff0b\uff0d\uff20"
_GUARDED = rf"^'('*(?:[\s\x{{a0}}\x{{feff}}]*[{_SIGNS}]|[\t\r\n]))"


def added(header: Sequence[str]) -> tuple[str, frozenset[int]]:
    """Which report this is ("" for none) and the positions of the columns that it added."""
    names = tuple(cell.strip() for cell in header)
    while names and not names[-1]:
        names = names[:-1]
    before, after = RESULTS
    if len(names) > len(FAILURES) and names[-len(FAILURES) :] == FAILURES:
        return "failures", frozenset(range(len(names) - len(FAILURES), len(names)))
    if len(names) > len(before + after) and names[: len(before)] == before and names[-len(after) :] == after:
        return "results", frozenset({*range(len(before)), *range(len(names) - len(after), len(names))})
    return "", frozenset()


def unguarded(texts: Any) -> Any:
    """Take off the apostrophe."""
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    return pc.replace_substring_regex(texts, _GUARDED, r"\1")
