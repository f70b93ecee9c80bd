"""Comments by the thousand are those that XlsxWriter would make, in a fraction of the time."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import xlsxwriter

from campaign_runner.reporting.excel.many_notes import parts, samples

COMMENTS, DRAWING = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"


def made(notes):
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Failures")
        for (row, position), text in notes.items():
            sheet.write_comment(row - 1, position, text, {"width": 320, "height": 120})
    with ZipFile(buffer) as archive:
        return {name: archive.read(name).decode() for name in (COMMENTS, DRAWING)}


def test_they_are_those_that_xlsxwriter_makes_one_by_one():
    notes = {(row, row % 3): f"Row {row}: 5 % of <this> & {{that}}" for row in range(3, 2500)}
    few = made(samples(notes))
    ours = {name: part(few[name]) for name, part in parts(notes).items()}
    theirs = made(notes)
    assert ours[COMMENTS].replace(' xml:space="preserve"', "") == theirs[COMMENTS]
    assert re.sub("margin-top:[^;]*", "", ours[DRAWING]) == re.sub("margin-top:[^;]*", "", theirs[DRAWING])
    assert len(samples(notes)) == 3


def test_a_comment_may_be_at_the_header_and_is_put_in_the_order_of_cells():
    notes = {(5, 1): " second ", (1, 0): "first"}
    comments = parts(notes)[COMMENTS](made(samples(notes))[COMMENTS])
    assert re.findall(r'ref="(\w+)".*?<t [^>]*>([^<]*)', comments) == [("A1", "first"), ("B5", " second ")]
