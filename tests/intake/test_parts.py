"""Parts of workbooks: found as Excel finds them, whatever their names; and what is no danger is not called one."""

from __future__ import annotations

import re

import pytest
import xlsxwriter

from campaign_runner.model.errors import FileUnusable
from tests.workbooks import BO, HEADER, SHEET, checked, in_part, ods, ods_row, patched, record, xls, xlsx

RELATIONS = "xl/_rels/workbook.xml.rels"


def _hidden(book, sheet):
    sheet.row_dimensions[3].hidden = True


HIDDEN = xlsx(fill=_hidden)
XML = '<?xml version="1.0" encoding="UTF-16"?>'


def _renamed(old: str, new: str):
    return lambda name, data: (name.replace(old, new), data)


def _without_prefix(data: bytes) -> bytes:
    return re.sub(rb"<(/?)(?![?!])", rb"<\1x:", data).replace(b'xmlns="', b'xmlns:x="', 1)


def _all_parts(change):
    return lambda name, data: (name, change(data) if name == SHEET else data)


STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
     b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
)  # fmt: skip


def _strict(name: str, data: bytes) -> tuple[str, bytes]:
    for old, new in STRICT:
        data = data.replace(old, new)
    return name, data


WAYS = {
    "another case of the sheet": _renamed("worksheets/sheet1", "worksheets/Sheet1"),
    "another case of all": lambda name, data: (name if name[0] == "[" else name.upper(), data),
    "backslashes": lambda name, data: (name if name[0] == "[" else name.replace("/", "\\"), data),
    "another name of the workbook": lambda name, data: (
        name.replace("workbook.xml", "workbook2.xml"), data.replace(b"xl/workbook.xml", b"xl/workbook2.xml")),
    "a workbook in another folder": lambda name, data: (
        name.replace("xl/", "book/"), data.replace(b"/xl/", b"/book/").replace(b'"xl/', b'"book/')),
    "no relations at the root": lambda name, data: None if name == "_rels/.rels" else (name, data),
    "a relative target": in_part(RELATIONS, "/xl/worksheets/", "worksheets/"),
    "a target with a dot": in_part(RELATIONS, "/xl/worksheets/", "./worksheets/"),
    "a target with two dots": in_part(RELATIONS, "/xl/worksheets/", "../xl/worksheets/"),
    "an escaped target": in_part(RELATIONS, "/xl/worksheets/sheet1", "worksheets/sheet%31"),
    "a target with a backslash": in_part(RELATIONS, "/xl/worksheets/", r"worksheets\\\\"),
    "a target in another case": in_part(RELATIONS, "/xl/worksheets/sheet1", "Worksheets/SHEET1"),
    "a target from the root without a slash": in_part(RELATIONS, "/xl/worksheets/", "xl/worksheets/"),
    "the strict form": _strict,
    "a prefix": _all_parts(_without_prefix),
    "UTF-16": _all_parts(lambda data: (XML + data.decode()).encode("utf-16")),
    "a byte-order mark": _all_parts(lambda data: b"\xef\xbb\xbf" + data),
    "Latin-1": _all_parts(lambda data: b'<?xml version="1.0" encoding="iso-8859-1"?>' + data),
    "a comment in a row": in_part(SHEET, "<sheetData>", "<sheetData><!-- x -->"),
    "single quotation marks": in_part(SHEET, 'r="3" hidden="1"', "r='3' hidden='1'"),
    "blanks round the sign": in_part(SHEET, 'hidden="1"', 'hidden = "1"'),
    "another order of attributes": in_part(SHEET, '<row r="3" hidden="1"', '<row hidden="true" spans="1:3" r="3"'),
    "no addresses of cells": in_part(SHEET, r'<c r="[A-Z]+[0-9]+"', "<c"),
    "no addresses at all": in_part(SHEET, r'(<c|<row) r="[A-Z]*[0-9]+"', r"\1"),
    "rows out of order": in_part(SHEET, r'(<row r="2".*?</row>)(<row r="3".*?</row>)', r"\2\1"),
    "no height": in_part(SHEET, 'hidden="1"', 'ht="0" customHeight="1"'),
    "no height, with decimals": in_part(SHEET, 'hidden="1"', 'ht="0.0"'),
    "a folded group": in_part(SHEET, 'hidden="1"', 'outlineLevel="1" hidden="1" collapsed="1"'),
    "no height by default": lambda name, data: (name, re.sub(
        rb'(<row r="[12]")', rb'\1 ht="15"', re.sub(rb'defaultRowHeight="15"', b'defaultRowHeight="0"', data)
    ).replace(b' hidden="1"', b"") if name == SHEET else data),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_hidden_row_is_held_however_the_parts_are_named_and_written(way, tmp_path):
    found = checked(tmp_path / "q4.xlsx", patched(HIDDEN, WAYS[way]))
    assert found.rows == {2: ["Ana", "ana@example.com", "25"], 3: ["Bo", "bo@example.com", "30"]}
    assert (found.hidden, found.problems) == ({3}, {})


def test_rows_that_a_filter_left_in_sight_and_rows_that_stand_in_the_file_are_visible(tmp_path):
    def fill(book, sheet):
        sheet.auto_filter.ref = "A1:C3"
        sheet.auto_filter.add_filter_column(0, ["Bo"])
        sheet.row_dimensions[2].hidden = True
        sheet.sheet_format.zeroHeight = True  # Excel: rows that do not stand in the file are hidden

    assert checked(tmp_path / "q4.xlsx", xlsx(fill=fill)).hidden == {2}


def test_a_column_of_no_width_is_a_hidden_one(tmp_path):
    def fill(book, sheet):
        sheet.column_dimensions["B"].width = 0

    no_width = in_part(
        SHEET, "<sheetData>", '<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>'
    )
    assert any("is hidden" in note for note in checked(tmp_path / "q4.xlsx", patched(xlsx(), no_width)).notes)


def test_two_parts_of_one_name_are_read_from_the_one_that_is_named(tmp_path):
    other = xlsx(HEADER, BO)
    found = checked(tmp_path / "q4.xlsx", patched(HIDDEN, lambda *part: part, **{"xl/worksheets/SHEET1.xml": other}))
    assert (list(found.rows), found.hidden) == ([2, 3], {3})


def test_a_sheet_whose_part_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileUnusable, match='the sheet "Q4" is listed, but its cells are not in the file'):
        checked(tmp_path / "q4.xlsx", patched(HIDDEN, lambda name, data: None if name == SHEET else (name, data)))


@pytest.mark.parametrize("attributes", ['table:visibility="collapse"', 'table:visibility="filter"',
                                        'table:style-name="flat"'])  # fmt: skip
@pytest.mark.parametrize("prefix", ["table", "t"])
def test_rows_out_of_sight_of_an_opendocument_sheet_are_held(attributes, prefix, tmp_path):
    style = '<style:style style:name="flat" style:family="table-row"><style:table-row-properties '
    style += 'style:row-height="0cm"/></style:style>'
    content = ods(ods_row("Ana", "ana@example.com", "25", attributes=attributes), style, prefix)
    assert checked(tmp_path / "q4.ods", content).hidden == {2}


def test_a_folded_group_of_an_opendocument_sheet_is_held(tmp_path):
    rows = ods_row("Ana", "ana@example.com", "25")
    folded = f'<table:table-row-group table:display="false">{rows}</table:table-row-group>'
    assert checked(tmp_path / "q4.ods", ods(folded + rows)).hidden == {2}


@pytest.mark.parametrize(("records", "hidden"), [
    (record(0x208, bytes([1, 0, 0, 0, 3, 0, 255, 0]) + bytes(4) + bytes([0x20, 1, 0, 0])), {2}),
    (record(0x208, bytes([1, 0, 0, 0, 3, 0, 0, 0]) + bytes(4) + bytes([0, 1, 0, 0])), {2}),
    (record(0x208, bytes([1, 0, 0, 0, 3, 0, 255, 0]) + bytes(4) + bytes([0, 1, 0, 0])), set()),
    (record(0x225, b"\2\0\0\0"), {2}),
])  # fmt: skip
def test_rows_out_of_sight_of_an_old_workbook_are_held(records, hidden, tmp_path):
    cells = {(0, at): header for at, header in enumerate(HEADER)} | {
        (1, 0): "Ana", (1, 1): "ana@example.com", (1, 2): 25}  # fmt: skip
    assert checked(tmp_path / "q4.xls", xls(cells, records=records)).hidden == hidden


HARMLESS = {
    "customXml/item1.xml": (XML + "<DataMashup>AAAA</DataMashup>").encode("utf-16"),
    "customXml/item2.xml": b'<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"/>',
    "xl/comments1.xml": b'<comments><commentList><comment ref="A1"/></commentList></comments>',
    "xl/threadedComments/threadedComment1.xml": (XML + "<ThreadedComments/>").encode("utf-16"),
    "xl/printerSettings/printerSettings1.bin": bytes(range(256)),
    "xl/media/image1.png": b"\x89PNG" + bytes(range(256)),
    "xl/model/item.data": b"\0" * 100,
    "xl/slicers/slicer1.xml": b"<a>" * 300 + b"</a>" * 300,
    "customUI/customUI14.xml": b"<?xml version='1.0'?><!-- ours --><customUI/>",
    "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(100),
    "docProps/custom.xml": b"not even XML & never read",
}


@pytest.mark.parametrize("part", HARMLESS)
def test_parts_that_are_not_of_the_table_are_not_looked_at(part, tmp_path):
    found = checked(tmp_path / "q4.xlsx", patched(xlsx(), lambda *each: each, **{part: HARMLESS[part]}))
    assert list(found.rows) == [2, 3]


def test_many_references_to_few_texts_are_no_danger(tmp_path):
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Delivery method", "Reward", "Amount", "Cost centre"])
        for row in range(1, 400):
            sheet.write_row(row, 0, ["BULKDIGITAL", "U561593", 25 + row / 100, "CC1"])
    assert len(checked(tmp_path / "q4.xlsx", path.read_bytes()).rows) == 399


def test_a_protected_sheet_is_read_and_many_styles_are_too(tmp_path):
    def fill(book, sheet):
        sheet.protection.sheet = True
        for row in range(2, 400):
            sheet.cell(row, 5).number_format = f'0.00 "x{row}"'

    assert list(checked(tmp_path / "q4.xlsx", xlsx(fill=fill)).rows) == [2, 3]
