"""How does an .xlsx workbook show the numbers of each cell style?  Style number -> `Look`, None where as they are."""

from __future__ import annotations

from campaign_runner.intake.cells.format_codes import Look, look
from campaign_runner.intake.container import Container
from campaign_runner.intake.markup import MarkupError, tags


def cell_looks(container: Container, part: str) -> list[Look | None]:
    """One entry for each cell format of the workbook; a style number beyond them is the first one's."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    inside = False
    try:
        for name, attributes in tags(container.xml(part)) if part else ():
            if name == "numFmt":
                codes[_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
            elif name in ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
                inside = name == "cellXfs"
            elif name == "xf" and inside:
                numbers.append(_number(attributes.get("numFmtId", "")))
    except MarkupError:
        raise container.damaged() from None
    return [look(number, codes.get(number, "")) for number in numbers]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
