"""What must be known of a sheet besides its values?  Filled by a scan of the file itself, one per format."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaign_runner.intake.grid import Defect

MAX_CELLS = 60_000_000
MAX_COLUMNS = 1000
Merge = tuple[int, int, int, int]  # first and last row number, first and last position


@dataclass(slots=True)
class Scan:
    """`rows`, `columns`: how far the filled cells reach. `hidden_rows`: numbers, `hidden_columns`: positions.

    `padded`: position -> row -> digits, for numbers that the sheet shows with leading zeros.
    """

    rows: int = 0
    columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    defects: list[Defect] = field(default_factory=list)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    padded: dict[int, dict[int, int]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def error(self, row: int, position: int, value: str) -> None:
        """A formula came to `#N/A` or the like."""
        self.errors.setdefault(position, {})[row] = value
        self.defects.append(
            Defect(row, position, "cell:formula error", value, "is the error of a formula, not a value.",
                   "Correct the formula, or type the value itself.")
        )  # fmt: skip

    def no_value(self, row: int, position: int) -> None:
        """A formula was never worked out by a spreadsheet program."""
        self.defects.append(
            Defect(row, position, "cell:formula without value", "",
                   "This formula has no result stored in the file.",
                   "Open the workbook in Excel, save it, and run again; or type the value itself.")
        )  # fmt: skip


def position(letters: str) -> int:
    """`A` -> 0, `AA` -> 26."""
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1
