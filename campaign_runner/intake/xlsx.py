"""What does calamine not tell of an .xlsx sheet?  Hidden rows and columns, formulas without a result, errors, extent.

The sheet's XML is searched in windows of whole rows with a few expressions; nothing is built from it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from campaign_runner.intake.container import Container
from campaign_runner.intake.extent import reach
from campaign_runner.intake.markup import MarkupError, tags
from campaign_runner.intake.scan import MAX_CELLS, MAX_COLUMNS, Scan, position

_MAX_ROW_BYTES = 1 << 26
_TRUE = (b"1", b"true")
_WORKBOOK = "xl/workbook.xml"
_OUR_TAB = re.compile(rb"<(?:\w+:)?tabColor rgb=\"FFC00001\"")


def sheet_parts(container: Container) -> dict[str, str]:
    """Sheet name -> its part, for worksheets."""
    try:
        targets = {
            a.get("Id", ""): a.get("Target", "")
            for name, a in tags(container.xml("xl/_rels/workbook.xml.rels"))
            if name == "Relationship" and a.get("Type", "").endswith("/worksheet")
        }
        sheets = [a for name, a in tags(container.xml(_WORKBOOK)) if name == "sheet"]
    except MarkupError:
        raise container.damaged() from None
    found = {}
    for attributes in sheets:
        reference = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        if target := targets.get(reference):
            found[attributes.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def nature(container: Container, part: str) -> tuple[bool, bool]:
    """Whether a sheet holds any value, and whether it is our list of problems; only its beginning is looked at."""
    beginning = next(container.part(part), b"")
    return re.search(rb"<(?:\w+:)?(?:v|t)[ >]", beginning) is not None, _OUR_TAB.search(beginning) is not None


def check_strings(container: Container) -> None:
    """calamine makes room for as many shared texts as are announced: no more than their part has bytes for."""
    for name in container.names:
        if "sharedstrings" in name.lower() and (beginning := next(container.part(name), b"")):
            tag = re.search(rb"<(?:\w+:)?sst\b[^>]*>", beginning)
            counts = re.findall(rb"ount\s*=\s*[\"']\s*\+?([0-9]+)", tag[0]) if tag else [b"9"]
            if not tag or any(int(count[:20]) > container.size(name) for count in counts):
                raise container.unsafe(f"{name} announces more texts than it can hold")


def scan(container: Container, part: str) -> Scan:
    """Search the sheet's part once."""
    found = Scan()
    words = None
    padded = _padded_styles(container)
    before = 0
    for window in _windows(container, part):
        words = words or _Words(window, padded)
        before = _scan_window(window, words, found, before)
    return found


class _Words:
    """The expressions, with the name space prefix that this writer uses."""

    def __init__(self, window: bytes, padded: dict[bytes, int]) -> None:
        root = re.search(rb"<(\w+:)?worksheet\b", window)
        p = (root[1] or b"") if root else b""
        self.row = re.compile(rb"<%brow\b[^>]*>" % p)
        self.column = re.compile(rb"<%bcol\b[^>]*>" % p)
        self.formula = b"<%bf" % p
        self.unsolved = re.compile(
            rb"<%bc\b([^>]*)>\s*<%bf\b[^>]*?(?:/>|>[^<]*</%bf>)\s*(?:<%bv\s*/>|<%bv></%bv>)?\s*</%bc>" % ((p,) * 7)
        )
        self.error = re.compile(rb"<%bc\b([^>]*\bt=\"e\"[^>]*)>(?:<%bf\b[^>]*?(?:/>|>[^<]*</%bf>))?\s*<%bv>([^<]*)<"
                                % ((p,) * 4))  # fmt: skip
        self.padded = padded
        styles = b"|".join(padded)
        self.padding = re.compile(rb"<%bc\b(?=[^>]*\br=\"([A-Z]+)([0-9]+)\")[^>]*\bs=\"(%b)\"" % (p, styles))


def _scan_window(window: bytes, words: _Words, found: Scan, before: int) -> int:
    """Add what one window of whole rows shows; returns the number of its last row."""
    rows = words.row.findall(window)
    numbered = [_number(tag) for tag in (rows[:1] + rows[-1:])]
    if rows and not all(numbered):
        found.hidden_rows.update(number for number, tag in enumerate(rows, before + 1) if _is_hidden(tag))
        last = before + len(rows)
    else:
        found.hidden_rows.update(_number(tag) for tag in rows if b"hidden" in tag and _is_hidden(tag))
        last = numbered[-1] if rows else before
    if not before:
        found.hidden_columns.update(_hidden_columns(words.column.findall(window)))
    row, columns = reach(window, MAX_COLUMNS, MAX_CELLS)
    found.rows, found.columns = max(found.rows, last, row), max(found.columns, columns)
    if words.formula in window:
        for attributes in words.unsolved.findall(window):
            if b't="str"' not in attributes and (cell := _cell(attributes)):
                found.no_value(*cell)
    if b't="e"' in window:
        for attributes, value in words.error.findall(window):
            if cell := _cell(attributes):
                found.error(*cell, value.decode("utf-8", "replace"))
    if words.padded:
        for letters, number, style in words.padding.findall(window):
            found.padded.setdefault(position(letters.decode()), {})[int(number)] = words.padded[style]
    return last


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
    found = re.search(rb"[\s]" + name + rb"\s*=\s*[\"']([^\"']*)", tag)
    return found[1] if found else b""


def _number(tag: bytes) -> int:
    text = _attribute(tag, b"r")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _is_hidden(tag: bytes) -> bool:
    return _attribute(tag, b"hidden") in _TRUE


def _cell(attributes: bytes) -> tuple[int, int] | None:
    found = re.fullmatch(rb"([A-Z]{1,3})([0-9]{1,7})", _attribute(attributes, b"r"))
    return (int(found[2]), position(found[1].decode())) if found else None


def _hidden_columns(columns: list[bytes]) -> Iterator[int]:
    for tag in columns:
        first, last = _attribute(tag, b"min"), _attribute(tag, b"max")
        if _is_hidden(tag) and first.isdigit() and last.isdigit():
            yield from range(int(first) - 1, min(int(last), 16_384))


def _padded_styles(container: Container) -> dict[bytes, int]:
    """Cell formats like `00000`: style number -> how many digits they show."""
    digits: dict[str, int] = {}
    styles: dict[bytes, int] = {}
    inside, at = False, 0
    try:
        for name, a in tags(container.xml("xl/styles.xml")) if "xl/styles.xml" in container.names else ():
            if name == "numFmt" and re.fullmatch(r"0{2,20}", a.get("formatCode", "")):
                digits[a.get("numFmtId", "")] = len(a["formatCode"])
            inside = (inside or name == "cellXfs") and name != "cellStyles"
            if inside and name == "xf":
                if a.get("numFmtId") in digits:
                    styles[b"%d" % at] = digits[a["numFmtId"]]
                at += 1
    except MarkupError:
        raise container.damaged() from None
    return styles


def externals(container: Container) -> list[str]:
    """A note if the workbook links to others: they are never opened."""
    if any(name.startswith("xl/externalLinks/externalLink") for name in container.names):
        return ["The workbook links to other workbooks. They were not opened: the stored results were used."]
    return []
