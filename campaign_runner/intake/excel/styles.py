"""What do the cell styles of an .xlsx workbook say?  How numbers are shown, and which styles strike a cell through."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaign_runner.intake.cells.format_codes import Look, look
from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import Attributes, MarkupError, parse, tags

_SECTIONS = {"fonts": "font", "cellStyleXfs": "", "cellXfs": "xf", "cellStyles": "", "dxfs": "dxf"}


@dataclass(frozen=True, slots=True)
class CellStyles:
    """`looks`: one entry for each cell style, None where numbers are shown as they are; a style number beyond them is
    the first one's. `struck`: the numbers of styles that strike through; `struck_rules`: those of conditional formats."""

    looks: Sequence[Look | None] = ()
    struck: frozenset[int] = frozenset()
    struck_rules: frozenset[int] = frozenset()


PLAIN = CellStyles()


def cell_styles(container: Container, part: str) -> CellStyles:
    """The styles of the workbook."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    fonts: list[int] = []
    struck: dict[str, set[int]] = {section: set() for section in ("", *_SECTIONS)}
    seen: Counter[str] = Counter()
    section = ""
    try:
        for name, attributes in tags(container.xml(part)) if part else ():
            section = name if name in _SECTIONS else section
            if section and name == _SECTIONS[section]:
                seen[section] += 1
            if name == "numFmt":
                codes[_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
            elif name == "xf" and section == "cellXfs":
                numbers.append(_number(attributes.get("numFmtId", "")))
                fonts.append(_number(attributes.get("fontId", "")))
            elif name == "strike" and is_on(attributes.get("val", "1")):
                struck[section].add(seen[section] - 1)
    except MarkupError:
        raise container.damaged() from None
    return CellStyles(
        [look(number, codes.get(number, "")) for number in numbers],
        frozenset(at for at, font in enumerate(fonts) if font in struck["fonts"]),
        frozenset(struck["dxfs"]),
    )


def is_on(text: str) -> bool:
    """The value of a property that is there."""
    return text.strip().lower() not in ("0", "false", "off")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BLANK = " \t\r\n"


def shared_strings(container: Container, part: str) -> tuple[list[str], frozenset[int]]:
    """The texts that cells refer to by number, and the numbers of those in which anything is struck through."""
    reader = Strings()
    try:
        parse(container.xml(part) if part else [b"<sst/>"], reader.start, reader.end, reader.text)
    except MarkupError:
        raise container.damaged() from None
    return reader.found, frozenset(reader.struck)


class Texts:
    """Follows the runs of a rich text; phonetic runs do not count, white space only where `xml:space` keeps it."""

    def __init__(self) -> None:
        self._kept = [False]
        self._phonetic = 0
        self._inside = False
        self._run: list[str] = []
        self.whole: list[str] = []
        self.is_struck = False

    def open(self, name: str, attributes: Attributes) -> None:
        space = attributes.get("xml:space")
        self._kept.append(self._kept[-1] if space is None else space == "preserve")
        self._phonetic += name == "rPh"
        self.is_struck |= name == "strike" and is_on(attributes.get("val", "1"))
        if name == "t":
            self._inside, self._run = not self._phonetic, []

    def characters(self, text: str) -> None:
        if self._inside:
            self._run.append(text)

    def close(self, name: str) -> None:
        kept = self._kept.pop()
        self._phonetic -= name == "rPh"
        if name == "t" and self._inside:
            run = "".join(self._run)
            self.whole.append(run if kept else run.strip(_BLANK))
            self._inside = False


class Strings:
    """The shared strings."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.struck: set[int] = set()
        self._texts = Texts()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._texts.whole, self._texts.is_struck = [], False
        self._texts.open(name, attributes)

    def text(self, text: str) -> None:
        self._texts.characters(text)

    def end(self, name: str) -> None:
        self._texts.close(name)
        if name == "si":
            self.struck |= {len(self.found)} if self._texts.is_struck else set()
            self.found.append(unescaped("".join(self._texts.whole)))


def unescaped(text: str) -> str:
    """`_x000D_` is a line break that XML cannot hold; `_x005F_` is the underscore of such a text."""
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
