"""What does calamine not tell of an .xlsx sheet?  Hidden rows and columns, formulas without a result, errors, formats.

The sheet's XML is searched in windows of whole rows with a few expressions; nothing is built from it. They fit the form
in which nearly all programs write sheets; whatever is written otherwise is counted, and makes the sheet an unusual one,
which `xlsxcells` reads tag by tag. So what is not seen here is never taken for not being there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import numpy as np

from campaign_runner.intake.container import Container
from campaign_runner.intake.excel.extent import reach, survey
from campaign_runner.intake.excel.styles import PLAIN, CellStyles
from campaign_runner.intake.scan import MAX_CELLS, MAX_COLUMNS, Scan, is_unsolved_result
from campaign_runner.model.spreadsheet import column_position

_MAX_ROW_BYTES = 1 << 26
_TRUE = (b"1", b"true")
_OUR_TAB = re.compile(rb"<(?:\w+:)?tabColor rgb=\"FFC00001\"")
# Lists and rules that a template brings along hold nothing of the user's.
_TEMPLATE_TAB = re.compile(rb"<(?:\w+:)?tabColor rgb=\"(?:FF|00)1F3865\"")
_ROW = re.compile(rb"<row\b[^>]*>")
_COLUMN = re.compile(rb"<col\b[^>]*>")
_FORMULA = re.compile(
    rb"<c\b([^>]*)>\s*<f\b([^>]*?)(?:/>|>[^<]*</f>)\s*(<v\s*/>|<v\b[^>]*>([^<]*)</v>)?\s*</c>"
)  # fmt: skip
_ERROR = re.compile(rb"<c\b([^>]*\bt=\"e\"[^>]*)>(?:<f\b[^>]*?(?:/>|>[^<]*</f>))?\s*<v>([^<]*)<")
_STRUCK = re.compile(rb"<(?:\w{1,20}:)?strike[\s/>]")
_TAG = 32  # longer than the tag that is searched for
_RULE = re.compile(rb"<cfRule\b[^>]*\bdxfId=\"([0-9]+)\"")
_KEPT_SPACE = (b'<t xml:space="', b'<v xml:space="', b'<f xml:space="')


def nature(container: Container, part: str) -> tuple[bool, bool]:
    """Whether a sheet holds any value, and whether it is our list of problems; only its beginning is looked at."""
    beginning = next(container.xml(part), b"")
    filled = re.search(rb"<(?:\w+:)?(?:v|t)[ >]", beginning) is not None and not _TEMPLATE_TAB.search(beginning)
    return filled, _OUR_TAB.search(beginning) is not None


def check_strings(container: Container, part: str) -> bool:
    """Check the shared texts, and whether calamine reads them as Excel does: nothing in them is struck through.

    It makes room for as many texts as are announced: no more than their part has bytes for.
    """
    usual, last = True, b""
    for number, piece in enumerate(container.xml(part)):
        if not number:
            tag = re.search(rb"<(?:\w+:)?sst\b[^>]*>", piece)
            count = re.search(rb"uniqueCount\s*=\s*[\"']\s*\+?([0-9]+)", tag[0]) if tag else None
            if count and int(count[1][:20]) > container.size(part):
                raise container.unsafe(f"{part} announces more texts than it can hold")
            usual = tag is not None
        usual = usual and is_plainly_written(piece) and not _STRUCK.search(last + piece)
        last = piece[-_TAG:]
    return usual


def is_plainly_written(window: bytes) -> bool:
    """Without comments and raw text, and white space is kept only where it stands."""
    many = window.count(b"xml:space")
    return (not many or many == sum(map(window.count, _KEPT_SPACE))) and b"<!" not in window


def scan(container: Container, part: str, styles: CellStyles = PLAIN, is_unsolved: bool = False) -> Scan:
    """Search the sheet's part once; ends early where it is an unusual one."""
    result = Scan()
    window = _Window(result, styles, is_unsolved)
    for piece in _windows(container, part):
        result.is_usual = window.search(piece)
        if not result.is_usual:
            break
    return result


class _Window:
    """Adds what one window of whole rows shows; `search` returns False where the expressions do not fit it."""

    def __init__(self, result: Scan, styles: CellStyles, is_unsolved: bool) -> None:
        self.found, self._styles, self._is_unsolved = result, styles, is_unsolved
        self._looks = {b"%d" % at: look for at, look in enumerate(styles.looks) if look and look.kind == "number"}
        self._marked = _cells_of(self._looks, rb"")
        self._struck = _cells_of([b"%d" % at for at in styles.struck], rb"[^>/]*>(?!</c>)")
        self._last = 0

    def search(self, window: bytes) -> bool:
        """Rows, columns, how far cells reach; then the odd ones."""
        if not self._last:
            window = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", window)
        many = window.count(b"<row ") + window.count(b"<row>")
        numbers = np.array(list(map(int, re.findall(rb"<row r=\"([0-9]{1,9})\"", window))), dtype=np.int64)
        cells = survey(window)
        if cells is None or not cells.in_order or many != len(numbers) or not self._is_ordered(numbers):
            return False
        if not np.isin(cells.rows, numbers).all() or not is_plainly_written(window) or b"='" in window:
            return False
        if b"<strike" in window:
            return False
        if not self._last and not self._beginning(window):
            return False
        if b"hidden" in window or b'ht="0' in window:
            self.found.hidden_rows.update(_number(tag) for tag in _ROW.findall(window) if _is_hidden(tag))
        row, columns = reach(window, MAX_COLUMNS, MAX_CELLS, cells)
        self._last = int(numbers[-1]) if len(numbers) else self._last
        self.found.rows = max(self.found.rows, self._last, row)
        self.found.columns = max(self.found.columns, columns)
        self._add_marks(window)
        self._add_struck(window)
        return self._add_errors(window) and self._add_formulas(window)

    def _is_ordered(self, numbers: np.ndarray) -> bool:
        return not len(numbers) or (numbers[0] > self._last and bool((np.diff(numbers) > 0).all()))

    def _beginning(self, window: bytes) -> bool:
        self.found.hidden_columns.update(_hidden_columns(_COLUMN.findall(window)))
        return re.search(rb"<sheetFormatPr\b[^>]*\bdefaultRowHeight=\"0*(?:\.0*)?\"", window) is None

    def _add_marks(self, window: bytes) -> None:
        if self._marked:
            alike: dict[tuple[bytes, bytes], list[int]] = {}
            for letters, number, style in self._marked.findall(window):
                alike.setdefault((letters, style), []).append(int(number))
            for (letters, style), rows in alike.items():
                self.found.marks.add_all(rows, [column_position(letters.decode())] * len(rows), self._looks[style])

    def _add_struck(self, window: bytes) -> None:
        if self._struck:
            self.found.struck_rows.update(int(number) for _, number, _ in self._struck.findall(window))
        for style in _RULE.findall(window) if self._styles.struck_rules else ():
            self.found.add_rule(style.decode(), self._styles.struck_rules)

    def _add_errors(self, window: bytes) -> bool:
        if not (many := window.count(b't="e"')):
            return True
        errors = _ERROR.findall(window)
        for attributes, value in errors:
            if cell := _cell(attributes):
                self.found.error(*cell, value.decode("utf-8", "replace"))
        return len(errors) == many

    def _add_formulas(self, window: bytes) -> bool:
        many = window.count(b"<f>") + window.count(b"<f ") + window.count(b"<f/>") if b"<f" in window else 0
        formulas = _FORMULA.findall(window) if many else []
        for attributes, formula, has_value, value in formulas:
            kind = (_attribute(attributes, b"t") or b"n").decode()
            text = value.decode("utf-8", "replace")
            if is_unsolved_result(kind, bool(has_value), text, self._is_unsolved) and (cell := _cell(attributes)):
                self.found.no_value(*cell)
                if _attribute(formula, b"t") in (b"array", b"dataTable"):
                    self.found.unsolved_areas.append(_attribute(formula, b"ref").decode())
        return len(formulas) == many


def _cells_of(styles: Collection[bytes], end: bytes) -> re.Pattern[bytes] | None:
    """Cells of one of these styles: letters, row number, style."""
    return re.compile(rb"<c r=\"([A-Z]+)([0-9]+)\"[^>]*? s=\"(%b)\"%b" % (b"|".join(styles), end)) if styles else None


def _windows(container: Container, part: str) -> Iterator[bytes]:
    """The part cut behind the end of a row."""
    waiting = b""
    for piece in container.xml(part):
        whole = waiting + piece
        cut = max(whole.rfind(b"</row>"), whole.rfind(b":row>"), whole.rfind(b"<sheetData"))
        if cut < 0 and len(whole) > _MAX_ROW_BYTES:
            raise container.unsafe(f"{part} has a row of more than {_MAX_ROW_BYTES >> 20} MB")
        if cut >= 0:
            yield whole[:cut]
            whole = whole[cut:]
        waiting = whole
    yield waiting


def _attribute(tag: bytes, name: bytes) -> bytes:
    match = re.search(rb"[\s]" + name + rb"\s*=\s*[\"']([^\"']*)", tag)
    return match[1] if match else b""


def _number(tag: bytes) -> int:
    text = _attribute(tag, b"r")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _is_hidden(tag: bytes) -> bool:
    """Marked so, or of no height (of no width, for a column)."""
    size = _attribute(tag, b"ht") or _attribute(tag, b"width")
    return _attribute(tag, b"hidden") in _TRUE or (size[:1] == b"0" and not size.strip(b"0."))


def _cell(attributes: bytes) -> tuple[int, int] | None:
    match = re.fullmatch(rb"([A-Z]{1,3})([0-9]{1,7})", _attribute(attributes, b"r"))
    return (int(match[2]), column_position(match[1].decode())) if match else None


def _hidden_columns(columns: list[bytes]) -> Iterator[int]:
    for tag in columns:
        first, last = _attribute(tag, b"min"), _attribute(tag, b"max")
        if _is_hidden(tag) and first.isdigit() and last.isdigit():
            yield from range(int(first) - 1, min(int(last), 16_384))
