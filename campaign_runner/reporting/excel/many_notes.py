"""How do thousands of comments get into a workbook?  XlsxWriter makes one a column; the others are that one further down.

It takes as long for each comment as for a hundred rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from campaign_runner.model.spreadsheet import column_letters
from campaign_runner.reporting.excel.cell_marks import Cell
from campaign_runner.reporting.excel.package import xml_text

_SAMPLE_ROW, _SAMPLE = 10, "Sample"
_IDS = 1024  # shapes are numbered in blocks, which the drawing names
_ANCHOR = re.compile(r"<x:Anchor>(\d+, \d+), (\d+), (\d+), (\d+, \d+), (\d+), (\d+)</x:Anchor>")


def samples(notes: Mapping[Cell, str]) -> dict[Cell, str]:
    """The comments that XlsxWriter is to make."""
    return {(_SAMPLE_ROW, position): _SAMPLE for _, position in sorted(notes)}


def parts(notes: Mapping[Cell, str]) -> dict[str, Callable[[str], str]]:
    """The parts of the workbook that have all comments, each made of the part with the samples."""
    return {
        "xl/comments1.xml": lambda made: _comments(made, notes),
        "xl/drawings/vmlDrawing1.vml": lambda made: _drawing(made, notes),
    }


def _comments(made: str, notes: Mapping[Cell, str]) -> str:
    before, comment, *_ = re.split(r"(<comment .*?</comment>)", made, flags=re.S)
    start, end = re.sub('ref="[A-Z0-9]+"', 'ref="{}"', comment).split(f"<t>{_SAMPLE}</t>")
    entries = (
        f'{start.format(column_letters(position) + str(row))}<t xml:space="preserve">{xml_text(text)}</t>{end}'
        for (row, position), text in sorted(notes.items())
    )
    return f"{before}{''.join(entries)}{made.rpartition('</comment>')[2]}"


def _drawing(made: str, notes: Mapping[Cell, str]) -> str:
    shapes = re.findall(r"<v:shape .*?</v:shape>", made, re.S)
    by_column = {int(re.findall(r"<x:Column>(\d+)", shape)[0]): _template(shape) for shape in shapes}
    several = "".join(
        by_column[position]
        % {"id": _IDS + number, "z": number, "row": row - 1, "top": max(row - 2, 0), "bottom": row + 4}
        for number, (row, position) in enumerate(sorted(notes), 1)
    )
    blocks = ",".join(map(str, range(1, len(notes) // _IDS + 2)))
    before = made.partition(shapes[0])[0].replace('data="1"', f'data="{blocks}"')
    return f"{before}{several}{made.rpartition('</v:shape>')[2]}"


def _template(shape: str) -> str:
    """The shape with places for what differs from row to row."""
    shape = re.sub(r"_x0000_s\d+", "_x0000_s%(id)d", shape.replace("%", "%%"))
    shape = re.sub(r"z-index:\d+", "z-index:%(z)d", shape)
    shape = _ANCHOR.sub(r"<x:Anchor>\1, %(top)d, \3, \4, %(bottom)d, \6</x:Anchor>", shape)
    return re.sub(r"<x:Row>\d+", "<x:Row>%(row)d", shape)
