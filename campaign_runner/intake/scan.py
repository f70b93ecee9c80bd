"""What must be known of a sheet besides its values?  Filled by a scan of the file itself, one per format."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from campaign_runner.intake.cells.marks import CellMarks
from campaign_runner.intake.grid import Defect
from campaign_runner.model.spreadsheet import column_position

NO_RESULT = "cell:formula without value"
MAX_CELLS = 60_000_000
MAX_COLUMNS = 1000
_STRUCK_BY_RULE = (
    "A rule of the sheet (conditional formatting) strikes cells through. The rule is not applied here: rows that it "
    "strikes through are read like the others. Delete the rows that are not to be sent."
)
_MAX_AREA = 100_000
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Merge = tuple[int, int, int, int]  # first and last row number, first and last position


@dataclass(slots=True)
class Scan:
    """`rows`, `columns`: how far the filled cells reach. `hidden_rows`: numbers, `hidden_columns`: positions.
    `struck_rows`: numbers of rows with a filled cell that is struck through, wholly or in part.

    `marks`: cells that are more than their text. `unsolved_areas`: those of array formulas without a result.
    `is_usual`: the sheet is written in the way that calamine and Excel read alike.
    """

    rows: int = 0
    columns: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck_rows: set[int] = field(default_factory=set)
    defects: list[Defect] = field(default_factory=list)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    marks: CellMarks = field(default_factory=CellMarks)
    merges: list[Merge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unsolved_areas: list[str] = field(default_factory=list)
    is_usual: bool = True

    def error(self, row: int, position: int, value: str) -> None:
        """A formula gave `#N/A` or the like."""
        self.errors.setdefault(position, {})[row] = value
        self.defects.append(
            Defect(row, position, "cell:formula error", value, "is the error of a formula, not a value.",
                   "Correct the formula, or type the value itself.")
        )  # fmt: skip

    def no_value(self, row: int, position: int) -> None:
        """A formula was never worked out by a spreadsheet program."""
        self.defects.append(
            Defect(row, position, NO_RESULT, "",
                   "This formula has no result stored in the file.",
                   "Open the workbook in Excel, save it, and run again; or type the value itself.")
        )  # fmt: skip

    def unreadable(self, row: int, position: int, value: str) -> None:
        """The file says of this cell what no spreadsheet program would."""
        self.defects.append(
            Defect(row, position, "cell:unreadable", value, "cannot be read: the file is damaged at this cell.",
                   "Type the value again, and save the workbook.")
        )  # fmt: skip

    def doubled(self, row: int) -> None:
        """A row number stands in the file twice."""
        self.defects.append(
            Defect(row, None, "row:twice", "", "The file holds this row twice; only the first was read.",
                   "Open the workbook in Excel, check the row, save, and run again.")
        )  # fmt: skip

    def add_rule(self, style: str, struck: Collection[int]) -> None:
        """A conditional format of the sheet; nothing works out where it applies."""
        if style.isdigit() and int(style[:9]) in struck and _STRUCK_BY_RULE not in self.notes:
            self.notes.append(_STRUCK_BY_RULE)

    def close_areas(self) -> None:
        """The cells of an array formula without a result have none either."""
        places = {(defect.row, defect.position) for defect in self.defects}
        for area in self.unsolved_areas:
            first, _, last = area.replace("$", "").partition(":")
            begin, end = _ADDRESS.fullmatch(first), _ADDRESS.fullmatch(last or first)
            if not begin or not end:
                continue
            left, right = (
                column_position(begin[1]),
                min(column_position(end[1]), column_position(begin[1]) + MAX_COLUMNS),
            )
            top = int(begin[2])
            for row in range(top, min(int(end[2]), top + _MAX_AREA // (right - left + 1)) + 1):
                for column in range(left, right + 1):
                    if (row, column) not in places:
                        places.add((row, column))
                        self.no_value(row, column)


def is_unsolved_result(kind: str, has_value: bool, value: str, is_unsolved: bool) -> bool:
    """Whether the result of a formula is none. `is_unsolved`: no program has worked out the formulas of this workbook,
    so that 0 and nothing are place holders; otherwise an empty text may be a result."""
    if not has_value:
        return True
    if not value.strip():
        return kind != "str" or is_unsolved
    return is_unsolved and kind in ("n", "") and not value.strip(" 0.")
