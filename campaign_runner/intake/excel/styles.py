"""What do the cell styles of an .xlsx workbook say?  How numbers are shown, and which styles strike a cell through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from campaign_runner.intake.cells.format_codes import Look, look
from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import MarkupError, tags

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
