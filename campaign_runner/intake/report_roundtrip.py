"""Is this one of our own reports, uploaded again?  Then the columns that the report added are not data.

People add, move and delete columns while they correct a report, so it is known by enough of its column names, not by
their places. The CSV reports guard text against being run as a formula by one apostrophe in front; here it is taken
off again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from campaign_runner.intake.grid import Block, Row
from campaign_runner.model.lifecycle import RowStatus

FAILURES = ("Sheet", "Row", "Status", "Problem", "What to do")
RESULTS = (
    "Sheet", "Row", "Status", "Reason", "externalRefLineItemID", "externalRefID", "referenceOrderID", "Updated at",
)  # fmt: skip
# report -> its columns, and those of them that hardly anybody else has: two of these prove it
_REPORTS = (
    ("failures", FAILURES, frozenset({"Problem", "What to do"})),
    ("results", RESULTS, frozenset({"externalRefLineItemID", "externalRefID", "referenceOrderID"})),
)
_PROOF, _ENOUGH = 2, 3
_STATUSES = frozenset(map(str, RowStatus))
_SIGNS = "=+@\\-\uff1d\uff0b\uff0d\uff20"
_GUARDED = rf"^'('*(?:[\s\x{{a0}}\x{{feff}}]*[{_SIGNS}]|[\t\r\n]))"
_NUMBER = re.compile(r"([1-9][0-9]{0,8})(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class OwnReport:
    """`name` is "" for a file that is not a report of ours; `added`: positions of the columns that the report added."""

    name: str = ""
    added: frozenset[int] = frozenset()
    sheet: int | None = None
    row: int | None = None
    reason: int | None = None

    def original_rows(self, block: Block, indices: Any) -> Mapping[int, tuple[str, int]]:
        """Row of this file -> sheet and row of the file that the report is about, where its cells still say so."""
        if self.row is None:
            return {}
        rows = block.columns[self.row].take(indices).to_pylist()
        sheets = [""] * len(rows) if self.sheet is None else block.columns[self.sheet].take(indices).to_pylist()
        numbers = block.numbers[indices].tolist()
        return {
            here: (sheet.strip(), int(number[1]))
            for here, sheet, row in zip(numbers, sheets, rows, strict=True)
            if (number := _NUMBER.fullmatch(row.strip()))
        }

    def says(self, block: Block, sentence: str) -> list[int]:
        """The rows of which the report itself says so: what they looked like in the file that it is about is lost."""
        if self.reason is None or self.reason >= len(block.columns):
            return []
        there = pc.match_substring(block.columns[self.reason], sentence).to_numpy(zero_copy_only=False)
        numbers: list[int] = block.numbers[there].tolist()
        return numbers


def recognised(header: Sequence[str], rows: Sequence[Row]) -> OwnReport:
    """Which report of ours has this header; `rows` are some of the rows below it."""
    names = [" ".join(cell.split()).casefold() for cell in header]
    for report, columns, telling in _REPORTS:
        there = [name for name in columns if name.casefold() in names]
        if len(there) >= _ENOUGH and len(telling.intersection(there)) >= _PROOF:
            return _report(report, names, there)
    left = [name for name in FAILURES if name.casefold() in names]
    if len(left) >= _ENOUGH and {"Row", "Status"} <= set(left):
        remains = _report("failures", names, left)
        if _names_rows(remains, names, rows):
            return remains
    return OwnReport()


def unguarded(texts: Any) -> Any:
    """Take off the apostrophe."""
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    return pc.replace_substring_regex(texts, _GUARDED, r"\1")


def _report(report: str, names: Sequence[str], there: Sequence[str]) -> OwnReport:
    """A name that stands there twice is the user's own once: ours are those that stand together."""
    places = {name: [at for at, other in enumerate(names) if other == name.casefold()] for name in there}
    single = [at[0] for at in places.values() if len(at) == 1]
    ours = {name: at[0] if len(at) == 1 else _ours(name, at, report, single) for name, at in places.items()}
    reason = ours.get("Problem", ours.get("Reason"))
    return OwnReport(report, frozenset(ours.values()), ours.get("Sheet"), ours.get("Row"), reason)


def _ours(name: str, places: Sequence[int], report: str, single: Sequence[int]) -> int:
    if report == "results" and name in ("Sheet", "Row"):
        return places[0]
    middle = sorted(single)[len(single) // 2] if single else places[-1]
    return min(places, key=lambda at: (abs(at - middle), -at))


def _names_rows(report: OwnReport, names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether the cells say of every row where it stood and how it ended."""
    status = next(at for at in report.added if names[at] == "status")
    cells = [(row[report.row or 0].strip(), row[status].strip().casefold()) for _, row in rows
             if len(row) > max(report.added)]  # fmt: skip
    return bool(cells) and all(_NUMBER.fullmatch(row) and state in _STATUSES for row, state in cells)
