"""What do the comments at the faulty cells say, and how do they get into the workbook beside the user's own?

A comment is a text in the sheet's comments part and a shape in its VML drawing. Comments of an earlier copy are known
by their author and go first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from campaign_runner.model import Problem
from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.reporting.excel.cell_marks import Cell, Marks
from campaign_runner.reporting.excel.package import OFFICE, Package, insert_before, xml_text

AUTHOR = "campaign-runner check"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_MARK = "▸ check: "
_LONGEST = 2_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def add_notes(package: Package, sheet: str, marks: Marks) -> str:
    """Write the comments; returns the element that the sheet needs to show them ("" where it has one)."""
    targets = package.targets(sheet)
    comments = next((part for kind, part in targets.values() if kind == "comments"), "")
    drawing = _drawing(package, sheet)
    notes = _Comments(package.text(comments) if comments else _BARE_COMMENTS)
    notes.take_away_ours(marks)
    theirs = notes.cells()
    ours = {cell: _sentences(problems) for cell, problems in marks.cells.items() if cell not in theirs}
    notes.add(ours)
    for cell in theirs & marks.cells.keys():
        notes.append(cell, _sentences(marks.cells[cell]))
    _store(package, sheet, comments, notes)
    return _store_shapes(package, sheet, drawing, list(ours), notes.gone)


def _sentences(problems: list[Problem]) -> str:
    return "\n".join(" ".join(filter(None, (p.what[:1].upper() + p.what[1:], p.remedy))) for p in problems)[:_LONGEST]


class _Comments:
    """The comments part of one sheet, edited as text."""

    def __init__(self, text: str) -> None:
        self.text = re.sub(r"<((?:\w+:)?)(authors|commentList)\s*/>", r"<\1\2></\1\2>", text)
        match = re.search(r"<((?:\w+:)?)comments\b", text)
        self._p = match[1] if match else ""
        self._author = self._author_number()
        self.gone: set[Cell] = set()

    def _author_number(self) -> int:
        authors = re.findall(rf"<{self._p}author>(.*?)</{self._p}author>|<{self._p}author\s*/>", self.text, re.S)
        if AUTHOR not in authors:
            entry = f"<{self._p}author>{AUTHOR}</{self._p}author>"
            self.text = insert_before(self.text, f"</{self._p}authors>", entry)
            authors.append(AUTHOR)
        return authors.index(AUTHOR)

    def take_away_ours(self, marks: Marks) -> None:
        """Those of an earlier copy; their cells are fixed, unless they are marked again."""
        ours = re.compile(rf"<{self._p}r>(?:<{self._p}rPr>.*?</{self._p}rPr>)?<{self._p}t[^>]*>\s*{_MARK}[^<]*"
                          rf"</{self._p}t></{self._p}r>", re.S)  # fmt: skip

        def take(comment: re.Match[str]) -> str:
            whole = f'authorId="{self._author}"' in comment[0].split(">", 1)[0]
            rest = "" if whole else ours.sub("", comment[0])
            if rest != comment[0] and (cell := _cell(comment[0])):
                marks.mended |= {cell} - marks.cells.keys()
                self.gone |= {cell} if whole else set()
            return rest

        self.text = re.sub(rf"<{self._p}comment\b.*?</{self._p}comment>", take, self.text, flags=re.S)

    def cells(self) -> set[Cell]:
        """The cells that the user has commented."""
        comments = re.findall(rf"<{self._p}comment\b[^>]*>", self.text)
        return {cell for comment in comments if (cell := _cell(comment))}

    def add(self, notes: Mapping[Cell, str]) -> None:
        """Comments of ours."""
        p = self._p
        entries = "".join(
            f'<{p}comment ref="{_name(cell)}" authorId="{self._author}"><{p}text><{p}r><{p}t xml:space="preserve">'
            f"{xml_text(text)}</{p}t></{p}r></{p}text></{p}comment>"
            for cell, text in notes.items()
        )
        self.text = insert_before(self.text, f"</{p}commentList>", entries)

    def append(self, cell: Cell, text: str) -> None:
        """A paragraph at the end of a comment of the user's."""
        p = self._p
        start = re.search(rf'<{p}comment\b[^>]*\bref="{_name(cell)}"', self.text)
        at = self.text.find(f"</{p}text>", start.end()) if start else -1
        if at >= 0:
            run = f'<{p}r><{p}t xml:space="preserve">\n{_MARK}{xml_text(text)}</{p}t></{p}r>'
            self.text = self.text[:at] + run + self.text[at:]


def _store(package: Package, sheet: str, part: str, notes: _Comments) -> None:
    if not part:
        part = package.free_name("xl/problemComments{}.xml")
        package.declare(part, _COMMENTS_TYPE)
        package.relate(sheet, "comments", part)
    package.replace(part, notes.text)


def _drawing(package: Package, sheet: str) -> str:
    """The VML drawing that the sheet shows its comments with, "" where it has none."""
    return next((part for kind, part in package.targets(sheet).values() if kind == "vmlDrawing"), "")


def _store_shapes(package: Package, sheet: str, part: str, cells: list[Cell], gone: set[Cell]) -> str:
    text = _without(package.text(part), gone) if part else _BARE_DRAWING
    if "_x0000_t202" not in text:
        text = insert_before(text, "</xml>", _SHAPE_TYPE)
    shapes = "".join(_SHAPE.format(number=100_000 + n, row=row - 1, column=position, bottom=row + 5, right=position + 4)
                     for n, (row, position) in enumerate(cells))  # fmt: skip
    text = insert_before(text, "</xml>", shapes)
    if part:
        package.replace(part, text)
        return ""
    part = package.free_name("xl/drawings/problemComments{}.vml")
    package.declare_extension("vml", _VML_TYPE)
    package.replace(part, text)
    return f'<legacyDrawing xmlns:pr="{OFFICE}" pr:id="{package.relate(sheet, "vmlDrawing", part)}"/>'


def _without(drawing: str, gone: set[Cell]) -> str:
    def keep(shape: re.Match[str]) -> str:
        row, column = (re.search(rf"<x:{tag}>\s*([0-9]+)", shape[0]) for tag in ("Row", "Column"))
        return "" if row and column and (int(row[1]) + 1, int(column[1])) in gone else shape[0]

    return re.sub(r"<v:shape\b.*?</v:shape>", keep, drawing, flags=re.S)


def _name(cell: Cell) -> str:
    return f"{column_letters(cell[1])}{cell[0]}"


def _cell(comment: str) -> Cell | None:
    match = re.search(r'\bref="([A-Z]{1,3})([0-9]{1,7})"', comment)
    if not match:
        return None
    position = 0
    for letter in match[1]:
        position = position * 26 + ord(letter) - 64
    return int(match[2]), position - 1


_BARE_COMMENTS = f'<comments xmlns="{_MAIN}"><authors></authors><commentList></commentList></comments>'
_BARE_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    "</o:shapelayout></xml>"
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:240pt;height:90pt;z-index:1;'
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox/>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{column}, 15, {row}, 10, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
