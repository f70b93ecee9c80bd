"""Which cells are filled, and with what?  Red for an error, yellow for a warning, on top of the cell's own format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from campaign_runner.model import HELD, Problem
from campaign_runner.model.spreadsheet import column_letters, column_position

FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
Cell = tuple[int, int]
_ROW_END = re.compile(rb"</(?:\w+:)?row>")


@dataclass(slots=True)
class Marks:
    """The problems that are shown, and those of each cell; `total` counts all, `held` those that are held rows."""

    shown: list[Problem] = field(default_factory=list)
    cells: dict[Cell, list[Problem]] = field(default_factory=dict)
    total: int = 0
    held: int = 0
    mended: set[Cell] = field(default_factory=set)

    @classmethod
    def of(cls, problems: Iterable[Problem], at_most: int) -> Marks:
        """A problem of a whole row is marked at its first cell."""
        marks = cls()
        for problem in problems:
            marks.total += 1
            marks.held += problem.rule.startswith(HELD)
            if len(marks.shown) < at_most:
                marks.shown.append(problem)
                marks.cells.setdefault(cell_of(problem), []).append(problem)
        return marks

    def rows(self) -> dict[int, dict[int, str]]:
        """Row -> position -> severity, or "" for a cell whose earlier mark goes."""
        by_row: dict[int, dict[int, str]] = {}
        for row, position in self.mended:
            by_row.setdefault(row, {})[position] = ""
        for (row, position), problems in self.cells.items():
            worst = "error" if any(p.severity == "error" for p in problems) else "warning"
            by_row.setdefault(row, {})[position] = worst
        return by_row


def cell_of(problem: Problem) -> Cell:
    """Where a problem is marked."""
    return problem.row, problem.column.position if problem.column else 0


class MarkStyles:
    """The workbook's cell formats; `of(style, severity)` is the number of the same format with another fill. `columns`:
    the formats of cells that are not there, by position."""

    def __init__(self, text: str, columns: Sequence[int] = ()) -> None:
        self._text, self._columns = text, columns
        match = re.search(r"<((?:\w+:)?)cellXfs\b[^>]*>(.*?)</(?:\w+:)?cellXfs>", text, re.S)
        fills = re.search(r"<(?:\w+:)?fills\b[^>]*>(.*?)</(?:\w+:)?fills>", text, re.S)
        if not match or not fills:
            raise ValueError("it lacks cell formats")
        self._prefix = p = match[1]
        self._formats = re.findall(rf"<{p}xf\b[^>]*?/>|<{p}xf\b.*?</{p}xf>", match[2], re.S)
        self._fills = len(re.findall(rf"<{p}fill\b", fills[1]))
        self._added: dict[tuple[int, str], int] = {}

    def of(self, style: int, severity: str) -> int:
        """Severity "" takes the fill away."""
        style = style if style < len(self._formats) else 0
        return self._added.setdefault((style, severity), len(self._formats) + len(self._added))

    def of_blank(self, position: int, severity: str) -> int:
        """That of a cell which is not there."""
        return self.of(self._columns[position] if position < len(self._columns) else 0, severity)

    def text(self) -> str:
        """The part with what was asked for."""
        p = self._prefix
        fills = "".join(
            f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{colour}"/><{p}bgColor indexed="64"/>'
            f"</{p}patternFill></{p}fill>" for colour in FILLS.values()
        )  # fmt: skip
        formats = "".join(self._format(style, severity) for style, severity in self._added)
        text = _extended(self._text, f"{p}fills", fills, self._fills + len(FILLS))
        return _extended(text, f"{p}cellXfs", formats, len(self._formats) + len(self._added))

    def _format(self, style: int, severity: str) -> str:
        fill = self._fills + list(FILLS).index(severity) if severity else 0
        opening, rest = re.match(r"(<[^>]*?)(/?>.*)", self._formats[style], re.S).groups()  # type: ignore[union-attr]
        opening = re.sub(r'\s(?:fillId|applyFill)="[^"]*"', "", opening)
        return f'{opening} fillId="{fill}" applyFill="1"{rest}'


def _extended(text: str, tag: str, addition: str, count: int) -> str:
    opening = re.sub(r'\scount="[^"]*"', "", re.search(rf"<{tag}\b[^>]*>", text)[0])  # type: ignore[index]
    text = re.sub(
        rf"<{tag}\b[^>]*>", lambda _: opening.replace(f"<{tag}", f'<{tag} count="{count}"', 1), text, count=1
    )
    at = text.index(f"</{tag}>")
    return text[:at] + addition + text[at:]


def mark_cells(pieces: Iterable[bytes], marks: Marks, styles: MarkStyles, drawing: str) -> Iterator[bytes]:
    """The sheet's part with the marked cells in their new format, and `drawing` (the comments) in its place."""
    wanted = marks.rows()
    waiting = b""
    for piece in pieces:
        waiting += piece
        ends = [match.end() for match in _ROW_END.finditer(waiting, max(0, len(waiting) - len(piece) - 16))]
        if ends:
            yield marked(waiting[: ends[-1]], wanted, styles)
            waiting = waiting[ends[-1] :]
    yield _with_drawing(marked(waiting, wanted, styles), drawing)


def marked(window: bytes, wanted: dict[int, dict[int, str]], styles: MarkStyles) -> bytes:
    """Some whole rows with their marked cells in a new format."""
    parts, done = [], 0
    for tag in re.finditer(rb'<((?:\w+:)?)row\b[^>]*?\br="([0-9]{1,7})"[^>]*>', window):
        if (row := int(tag[2])) in wanted:
            closing = b"</" + tag[1] + b"row>"
            end = tag.end() if tag[0].endswith(b"/>") else window.index(closing, tag.end())
            body = b"" if tag[0].endswith(b"/>") else window[tag.end() : end]
            opening = tag[0].removesuffix(b"/>") + b">" if tag[0].endswith(b"/>") else tag[0]
            parts += [window[done : tag.start()], opening, _marked_row(body, tag[1], row, wanted[row], styles)]
            parts += [closing] if tag[0].endswith(b"/>") else []
            done = end
    return b"".join([*parts, window[done:]])


def _marked_row(body: bytes, p: bytes, row: int, cells: dict[int, str], styles: MarkStyles) -> bytes:
    """Give the marked cells of one row their format; a cell that is not there yet is put in its place."""
    parts, done, waiting = [], 0, sorted(cells)
    for tag in re.finditer(rb'<%bc\b[^>]*?\br="([A-Z]{1,3})[0-9]+"[^>]*>' % p, body):
        here = column_position(tag[1].decode())
        while waiting and waiting[0] <= here:
            position = waiting.pop(0)
            if position < here:
                parts += [body[done : tag.start()], _new_cell(p, row, position, cells[position], styles)]
                done = tag.start()
            else:
                parts += [body[done : tag.start()], _restyled(tag[0], cells[position], styles)]
                done = tag.end()
    tail = [_new_cell(p, row, position, cells[position], styles) for position in waiting]
    cut = body.find(b"<%bextLst" % p, done)
    end = cut if cut >= 0 else len(body)
    return b"".join([*parts, body[done:end], *tail, body[end:]])


def _restyled(tag: bytes, severity: str, styles: MarkStyles) -> bytes:
    match = re.search(rb'\ss="([0-9]{1,6})"', tag)
    style = b' s="%d"' % styles.of(int(match[1]) if match else 0, severity)
    if match:
        return tag[: match.start()] + style + tag[match.end() :]
    return re.sub(rb"^(<[\w:]+)", rb"\1" + style, tag)


def _new_cell(p: bytes, row: int, position: int, severity: str, styles: MarkStyles) -> bytes:
    name = f"{column_letters(position)}{row}".encode()
    return b'<%bc r="%b" s="%d"/>' % (p, name, styles.of_blank(position, severity)) if severity else b""


_AFTER_THE_DRAWING = ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent",
                      "webPublishItems", "tableParts", "extLst")  # fmt: skip


def _with_drawing(tail: bytes, drawing: str) -> bytes:
    """The schema wants the elements behind the rows in one order."""
    rows_end = re.search(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData[^>]*/>", tail)
    closing = re.search(rb"</((?:\w+:)?)worksheet>\s*$", tail)
    if not drawing or not rows_end or not closing:
        return tail
    at, depth = closing.start(), 0
    for tag in re.finditer(rb"<(/?)([\w:]+)[^>]*?(/?)>", tail[rows_end.end() : closing.start()]):
        if depth == 0 and tag[2].decode().rpartition(":")[2] in _AFTER_THE_DRAWING:
            at = rows_end.end() + tag.start()
            break
        depth += 0 if tag[3] else -1 if tag[1] else 1
    return tail[:at] + drawing.replace("<", f"<{closing[1].decode()}", 1).encode() + tail[at:]
