"""What stands in content.xml?  One pass over its tags: values, hidden and struck rows and columns, spans."""

from __future__ import annotations

import re
from collections.abc import Callable

from campaign_runner.intake.cells.marks import Mark
from campaign_runner.intake.grid import HEAD_ROWS, ROWS_PER_BLOCK, Block, Row
from campaign_runner.intake.markup import Attributes
from campaign_runner.intake.opendocument import ods_format
from campaign_runner.intake.opendocument.ods_format import (
    CELL,
    MAX_ROWS,
    TEXT,
    StruckStyles,
    cell_text,
    is_error,
    is_unsolved,
    repetitions,
)
from campaign_runner.intake.scan import MAX_CELLS, MAX_COLUMNS, Scan
from campaign_runner.intake.sheet_choice import PROBLEMS_SHEET, Sheet
from campaign_runner.intake.sheets import block

_HIDDEN = ("collapse", "filter")
_MAX_ODD = 10_000  # of repeated rows, how many have each of their odd cells named
_NAMESPACES = {
    f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0": name for name in ("office", "table", "text", "style")
}


class BeyondLimitError(Exception):
    """A sheet beyond the limits."""


class OdsDocument:
    """Follows the tags; keeps the cells of one table (`reading`), and of the others the first rows alone."""

    def __init__(self, wanted: str | None) -> None:
        self.wanted, self.reading = wanted, ""
        self.sheets: list[Sheet] = []
        self.blocks: list[Block] = []
        self.scan = Scan()
        self._rows: list[tuple[int, list[str]]] = []
        self._kept = 0
        self._invisible: set[str] = set()  # styles of tables, rows and columns that are not shown
        self._style = ""
        self.struck = StruckStyles()
        self._struck_columns: dict[int, bool] = {}
        self._is_struck = self._has_struck_text = False
        self._prefixes: dict[str, str] = {}
        self._groups: list[bool] = []  # of rows and columns, one inside another: is it folded?
        self._heads: list[list[Row]] = []
        self._cell_marks: list[tuple[int, int, Mark]] = []
        self._tables = self._notes = 0
        self._row = self._column = 0
        self._row_tag: Attributes = {}
        self._cell_tag: Attributes | None = None
        self._cells: list[str] = []
        self._paragraphs: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        """A tag opens; `_OPENING` says what that means."""
        for name, value in attributes.items() if not self._tables else ():
            if name.startswith("xmlns:") and (usual := _NAMESPACES.get(value)) and name != f"xmlns:{usual}":
                self._prefixes[name[6:]] = usual
        if action := _OPENING.get(tag):
            action(self, self._with_usual_prefixes(attributes) if self._prefixes else attributes)

    def end(self, tag: str) -> None:
        """A tag closes."""
        if action := _CLOSING.get(tag):
            action(self)

    def text(self, text: str) -> None:
        """Characters: they count inside a paragraph of a cell."""
        if self._cell_tag is not None and self._paragraphs and not self._notes:
            self._paragraphs[-1] += text

    def close_block(self) -> None:
        """Turn the rows so far into columns."""
        if self._rows:
            self.blocks.append(block(self._rows))
            self._rows = []

    def _with_usual_prefixes(self, attributes: Attributes) -> Attributes:
        pairs = ((name.partition(":"), value) for name, value in attributes.items())
        return {f"{self._prefixes.get(prefix, prefix)}{colon}{name}": value for (prefix, colon, name), value in pairs}

    def _style_name(self, attributes: Attributes) -> None:
        self._style = attributes.get("style:name", "")
        self.struck.add(attributes)

    def _table_properties(self, attributes: Attributes) -> None:
        if attributes.get("table:display") == "false":
            self._invisible.add(self._style)

    def _size(self, attributes: Attributes) -> None:
        size = attributes.get("style:row-height", attributes.get("style:column-width", ""))
        if re.fullmatch(r"0*(?:\.0*)?[a-z]+", size):
            self._invisible.add(self._style)

    def _is_out_of_sight(self, attributes: Attributes) -> bool:
        folded = attributes.get("table:visibility") in _HIDDEN or any(self._groups)
        return folded or attributes.get("table:style-name", "") in self._invisible

    def _open_group(self, attributes: Attributes) -> None:
        self._groups.append(attributes.get("table:display") == "false")

    def _close_group(self) -> None:
        self._groups.pop()

    def _open_table(self, attributes: Attributes) -> None:
        self._tables += 1
        if self._tables > 1:
            return
        sheet = Sheet(attributes.get("table:name", ""), attributes.get("table:style-name", "") not in self._invisible)
        self.sheets.append(sheet)
        rows: list[Row] = []
        self._heads.append(rows)
        sheet.rows = rows
        self._row = self._column = 0
        sheet.ours = sheet.name == PROBLEMS_SHEET and len(self.sheets) == 1
        first_visible = sheet.visible and not sheet.ours and not self.reading
        if sheet.name == self.wanted or (self.wanted is None and first_visible):
            self.reading = sheet.name

    def _close_table(self) -> None:
        self._tables -= 1

    def _open_column(self, attributes: Attributes) -> None:
        repeated = repetitions(attributes, "table:number-columns-repeated")
        columns = range(self._column, min(self._column + repeated, MAX_COLUMNS))
        if self._is_read() and self._is_out_of_sight(attributes):
            self.scan.hidden_columns.update(columns)
        if self._is_read() and self.struck.strike(CELL, attributes.get("table:default-cell-style-name", "")):
            self._struck_columns.update(dict.fromkeys(columns, True))
        self._column += repeated

    def _open_row(self, attributes: Attributes) -> None:
        self._row_tag, self._cells, self._column = attributes, [], 0
        self._cell_marks, self._is_struck = [], False

    def _close_row(self) -> None:
        repeated = repetitions(self._row_tag, "table:number-rows-repeated")
        first, self._row = self._row + 1, self._row + repeated
        if not self._cells:
            return
        self.sheets[-1].filled = True
        if len(self._heads[-1]) < HEAD_ROWS:
            self._heads[-1].append((first, tuple(self._cells)))
        self._kept += repeated * len(self._cells)
        if self._row > MAX_ROWS or self._kept > MAX_CELLS:
            raise BeyondLimitError(f"it has more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells")
        if self._is_read():
            rows = range(first, self._row + 1)
            if self._is_out_of_sight(self._row_tag):
                self.scan.hidden_rows.update(rows)
            if self._is_struck:
                self.scan.struck_rows.update(rows)
            for position, many, mark in self._cell_marks:
                for column in range(position, position + many):
                    self.scan.marks.add_all(rows, [column] * len(rows), mark)
            self._rows += [(number, self._cells) for number in rows]
            if len(self._rows) >= ROWS_PER_BLOCK:
                self.close_block()

    def _open_cell(self, attributes: Attributes) -> None:
        self._cell_tag, self._paragraphs, self._has_struck_text = attributes, [], False

    def _close_cell(self) -> None:
        tag, self._cell_tag = self._cell_tag or {}, None
        repeated = repetitions(tag, "table:number-columns-repeated")
        shown = "\n".join(self._paragraphs)
        value = cell_text(tag, shown)
        if self._is_read():
            self._note(tag, shown, repeated)
        if value:
            if self._column + repeated > MAX_COLUMNS:
                raise BeyondLimitError(f"it has more than the {MAX_COLUMNS:,} columns allowed")
            self._is_struck = self._is_struck or self._has_struck_text or self._is_struck_cell(tag)
            self._cells += [""] * (self._column - len(self._cells)) + [value] * repeated
        self._column += repeated

    def _is_struck_cell(self, tag: Attributes) -> bool:
        style = tag.get("table:style-name") or self._row_tag.get("table:default-cell-style-name")
        return self.struck.strike(CELL, style) if style else self._struck_columns.get(self._column, False)

    def _note(self, tag: Attributes, shown: str, repeated: int) -> None:
        down = repetitions(self._row_tag, "table:number-rows-repeated")
        odd = self.scan.error if is_error(tag, shown) else self.scan.no_value if is_unsolved(tag, shown) else None
        for row in range(min(down, _MAX_ODD)) if odd else ():
            for column in range(self._column, self._column + min(repeated, MAX_COLUMNS)):
                odd(self._row + 1 + row, column, *([shown] if odd == self.scan.error else []))  # type: ignore[misc]
        for mark in () if odd else ods_format.marks(tag, shown, bool(self._paragraphs)):
            self._cell_marks.append((self._column, min(repeated, MAX_COLUMNS), mark))
        if (spanned := repetitions(tag, "table:number-rows-spanned")) > 1:
            right = self._column + repetitions(tag, "table:number-columns-spanned") - 1
            self.scan.merges.append((self._row + 1, min(self._row + spanned, MAX_ROWS), self._column, right))

    def _open_paragraph(self, _: Attributes) -> None:
        if self._cell_tag is not None and not self._notes:
            self._paragraphs.append("")

    def _span(self, attributes: Attributes) -> None:
        if self._cell_tag is not None and not self._notes:
            self._has_struck_text |= self.struck.strike(TEXT, attributes.get("text:style-name", ""))

    def _spaces(self, attributes: Attributes) -> None:
        self.text(" " * min(repetitions(attributes, "text:c"), 1000))

    def _open_note(self, _: Attributes) -> None:
        self._notes += 1

    def _close_note(self) -> None:
        self._notes -= 1

    def _is_read(self) -> bool:
        return bool(self.sheets) and self._tables == 1 and self.sheets[-1].name == self.reading


_OPENING: dict[str, Callable[[OdsDocument, Attributes], None]] = {
    "style": OdsDocument._style_name,
    "text-properties": lambda document, attributes: document.struck.text_properties(attributes),
    "table-properties": OdsDocument._table_properties,
    "table-row-properties": OdsDocument._size,
    "table-column-properties": OdsDocument._size,
    "table-row-group": OdsDocument._open_group,
    "table-column-group": OdsDocument._open_group,
    "table": OdsDocument._open_table,
    "table-column": OdsDocument._open_column,
    "table-row": OdsDocument._open_row,
    "table-cell": OdsDocument._open_cell,
    "covered-table-cell": OdsDocument._open_cell,
    "p": OdsDocument._open_paragraph,
    "span": OdsDocument._span,
    "s": OdsDocument._spaces,
    "tab": lambda document, _: document.text("\t"),
    "line-break": lambda document, _: document.text("\n"),
    "annotation": OdsDocument._open_note,
}
_CLOSING: dict[str, Callable[[OdsDocument], None]] = {
    "table-row-group": OdsDocument._close_group,
    "table-column-group": OdsDocument._close_group,
    "table": OdsDocument._close_table,
    "table-row": OdsDocument._close_row,
    "table-cell": OdsDocument._close_cell,
    "covered-table-cell": OdsDocument._close_cell,
    "annotation": OdsDocument._close_note,
}
