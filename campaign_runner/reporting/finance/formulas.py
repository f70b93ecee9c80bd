"""Which formula over the sheet `Lines` gives a figure of the sheet `Totals`?

SUMIFS where the key can be taken for nothing but itself; where it could be read as a number, a date, a wildcard or a
comparison, or differs from another key by its case alone, SUMPRODUCT over EXACT.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign_runner.reporting.finance.sums import ReportSums

_PLAIN_KEY = re.compile(
    r"(?!(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|true|false))[a-z][a-z0-9 _-]{1,60}", re.I
)
_OPEN = ("pending", "unknown", "unsent")


@dataclass(frozen=True, slots=True)
class Figure:
    """A column of the totals: what is added up (`""` counts lines), over which statuses (none: all of them)."""

    title: str
    what: str
    statuses: tuple[str, ...] = ()

    def units(self, sums: ReportSums) -> int:
        """Its value: a count, or ten-thousandths."""
        if self.statuses:
            return sum(sums.by_status.get(status, 0) for status in self.statuses)
        by_column = {"": "lines", "Quantity": "quantity", "Total": "total", "Amount charged": "charged_alike"}
        return int(getattr(sums, by_column[self.what]))

    @property
    def is_count(self) -> bool:
        """Lines and quantities are not money."""
        return self.what in ("", "Quantity")


FIGURES = (
    Figure("Lines", ""),
    Figure("Quantity", "Quantity"),
    Figure("Total", "Total"),
    Figure("Completed", "Total", ("completed",)),
    Figure("Open", "Total", _OPEN),
    Figure("Failed or cancelled", "Total", ("failed", "cancelled")),
    Figure("Charged", "Amount charged"),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The sheet `Lines`: where its columns stand, and its last row."""

    letters: Mapping[str, str]
    last: int

    def of(self, title: str) -> str:
        """The range of a column."""
        letter = self.letters[title]
        return f"Lines!${letter}$2:${letter}${self.last}"

    def formula(
        self, figure: Figure, conditions: Sequence[tuple[str, str]], currency: str, exact: bool = False
    ) -> str:
        """The figure over the lines that meet all (column, criterion) pairs and are of the currency in that cell."""
        pairs = [*conditions, ("Currency", currency)]
        if figure.what == "Amount charged":
            pairs.append(("Charged currency", currency))
        build = self._exact if exact else self._plain
        by_status = [[*pairs, ("Status", f'"{status}"')] for status in figure.statuses] or [pairs]
        return "+".join(build(figure.what, each) for each in by_status)

    def _plain(self, what: str, pairs: Sequence[tuple[str, str]]) -> str:
        inside = ",".join(f"{self.of(title)},{criterion}" for title, criterion in pairs)
        return f"SUMIFS({self.of(what)},{inside})" if what else f"COUNTIFS({inside})"

    def _exact(self, what: str, pairs: Sequence[tuple[str, str]]) -> str:
        factors = [f"EXACT({self.of(title)},{criterion})" for title, criterion in pairs]
        return f"SUMPRODUCT({'*'.join([*factors, self.of(what) if what else '1'])})"


def is_ambiguous(key: str, others: Sequence[str]) -> bool:
    """Whether SUMIFS could take the key for something else, or for another key (it knows no case)."""
    return not _PLAIN_KEY.fullmatch(key) or any(
        other != key and other.casefold() == key.casefold() for other in others
    )
