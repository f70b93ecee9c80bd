# ruff: noqa: DTZ001, E501  (cells have no time zone; one file a line reads best)
"""Makes the corpus: small spreadsheets as people really hand them in.  `python tests/corpus/make_corpus.py`

Files of `files/` are written by this script; those of `libreoffice/` by LibreOffice (`--libreoffice`, where it is
installed) from workbooks made here. What each is read as stands in tests/golden/corpus/. All people are invented.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
FILES, LIBREOFFICE = HERE / "files", HERE / "libreoffice"
HEADER = ["First name", "E-mail", "Amount", "Cost centre"]
ANA = ["Ana", "ana@example.com", "25.00", "CC1"]
BO = ["Bo", "bo@example.com", "10", "CC2"]
ROWS = [HEADER, ANA, BO]
ACCENTED = [HEADER, ["José", "jose@example.com", "25", "Zürich"], ["Zoë", "zoe@example.com", "10", "Besançon"]]


def text(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as delimited text, unquoted."""
    return "".join(delimiter.join(row) + end for row in rows)


TEXTS: dict[str, bytes] = {
    "plain.csv": text(ROWS).encode(),
    "no-line-break-at-end.csv": text(ROWS).rstrip().encode(),
    "unix.csv": text(ROWS, end="\n").encode(),
    "old-mac.csv": text(ROWS, end="\r").encode(),
    "utf-8.csv": text(ACCENTED).encode(),
    "utf-8-with-mark.csv": text(ACCENTED).encode("utf-8-sig"),
    "utf-16.csv": text(ACCENTED).encode("utf-16"),
    "utf-16-big-endian.csv": b"\xfe\xff" + text(ACCENTED).encode("utf-16-be"),
    "utf-16-without-mark.csv": text(ACCENTED).encode("utf-16-le"),
    "utf-32.csv": text(ACCENTED).encode("utf-32"),
    "windows-1252.csv": text(ACCENTED).encode("cp1252"),
    "mac-roman.csv": text(ACCENTED).encode("mac_roman"),
    "garbled.csv": text(ACCENTED).encode().decode("cp1252").encode(),
    "one-broken-character.csv": text([*ACCENTED, ["Jürg", "j@example.com", "1", "äöü"]]).encode().replace(b"\xc3\xab", b"\xeb"),
    "semicolons.csv": text(ROWS, ";").encode(),
    "tabs.tsv": text(ROWS, "\t").encode(),
    "tabs.csv": text(ROWS, "\t").encode(),
    "pipes.txt": text(ROWS, "|").encode(),
    "last-row-sums-up.csv": text([["First name", "Amount"], ["Ana", "25"], ["Bo", "20"], ["Cy", "40"], ["Tổng cộng", "85"]]).encode(),
    "formulas-as-text.csv": text([HEADER, ["=B7", "ana@example.com", "25", "=A1"], ["=VERKETTEN(A1;B1)", "bo@example.com", "10", "="]]).encode(),
    "separator-line-first.csv": b"sep=;\r\n" + text(ROWS, ";").encode(),
    "separator-line-last.csv": text(ROWS, ";").encode() + b"sep=;\r\n",
    "quoted.csv": b'"First name","E-mail","Amount"\r\n"Ana ""A"" Lopez","ana@example.com","1,000.00"\r\n',
    "line-breaks-in-cells.csv": b'First name,E-mail,Amount\r\n"Ana\r\nMaria",ana@example.com,25\r\n\r\nBo,bo@example.com,10\r\n',
    "line-break-in-header.csv": b'"First\nname",E-mail,Amount\nAna,ana@example.com,25\n',
    "blank-rows.csv": text([HEADER, ["", "", "", ""], ANA, [""], [" ", "", "\u00a0", ""], BO, ["", "", "", ""]]).encode(),
    "title-block.csv": ("Rewards of the fourth quarter\r\nPrepared by HR\r\n\r\n" + text(ROWS)).encode(),
    "too-many-cells.csv": text([HEADER, [*ANA, "surplus"], BO]).encode(),
    "empty-cells-too-many.csv": text([HEADER, [*ANA, "", ""], BO]).encode(),
    "too-few-cells.csv": text([HEADER, ANA[:2], BO]).encode(),
    "commas-at-the-end.csv": text([[*HEADER, "", ""], [*ANA, "", ""], [*BO, "", ""]]).encode(),
    "scribble-without-header.csv": text([[*HEADER, ""], [*ANA, "paid?"], [*BO, ""]]).encode(),
    "nul.csv": text([HEADER, ["A\0na", *ANA[1:]], BO]).encode(),
    "unclosed-quote.csv": text([HEADER, ANA, ['"Bo', *BO[1:]], ANA]).encode(),
    "inch-mark.csv": text([[*HEADER, "Gift"], [*ANA, '6" pipe'], [*BO, "tea"]]).encode(),
    "leading-zeros.csv": text([[*HEADER, "ZIP"], [*ANA, "02134"], [*BO, "00501"]]).encode(),
    "word-na.csv": text([[*HEADER, "Last name"], [*ANA, "NA"], [*BO, "Null"]]).encode(),
    "empty.csv": b"",
    "blank.csv": b" \r\n\r\n",
    "header-only.csv": text([HEADER]).encode(),
    "header-and-blank-rows.csv": text([HEADER, ["", "", "", ""]]).encode(),
    "no-header.csv": text([ANA, BO]).encode(),
    "two-columns-one-field.csv": text([["E-mail", "Email address", "Amount"], ["a@example.com", "b@example.com", "1"]]).encode(),
    "near-misses.csv": text([["Frist name", "Emial", "Amount"], ["Ana", "ana@example.com", "1"]]).encode(),
    "doubled-own-column.csv": text([["Amount", "Team", "Team"], ["1", "a", "b"]]).encode(),
    "other-languages.csv": text([["VORNAME", "e_mail", "Prenom"], ["Ana", "ana@example.com", "x"]]).encode(),
    "german.csv": text([["Vorname", "E-Mail", "Reward amount"], ["Ana", "ana@example.com", "25,50"]], ";").encode(),
    "shouted-header.csv": text([["FIRST-NAME", "E MAIL", "amount (required)"], ["Ana", "ana@example.com", "1"]]).encode(),
    "tango-names.csv": text([["recipient.firstName", "recipient.email", "amount"], ["Ana", "a@example.com", "1"]]).encode(),
    "totals.csv": text([*ROWS, ["Total", "", "35.00", ""]]).encode(),
    "totals-german.csv": text([*ROWS, ["", "", "", ""], ["Summe:", "", "35,00 €", ""]], ";").encode(),
    "totals-without-word.csv": text([*ROWS, ["", "", "35.00", ""]]).encode(),
    "subtotal-and-total.csv": text([*ROWS, ["Subtotal", "", "35", ""], ["Grand total", "", "35", ""]]).encode(),
    "surname-total.csv": text([*ROWS, ["Total", "total@example.com", "5", ""]]).encode(),
    "template-example-left-in.csv": text([HEADER[:3], ["Maya", "maya@example.com", "25"], ANA[:3]]).encode(),
    "failures-handed-in-again.csv": text(
        [[*HEADER, "Sheet", "Row", "Status", "Problem", "What to do"],
         ["'=Ana", "ana@example.com", "-5.00", "'+CC1", "Rewards", "2", "rejected", "odd", "mend"]]
    ).encode("utf-8-sig"),
    "results-handed-in-again.csv": text(
        [["Sheet", "Row", *HEADER, "Status", "Reason", "externalRefLineItemID", "externalRefID", "referenceOrderID", "Updated at"],
         ["", "2", *ANA, "completed", "", "a-1", "b-1", "", ""]]
    ).encode("utf-8-sig"),
    "own-column-status.csv": text([[*HEADER, "Status"], [*ANA, "ok"]]).encode(),
    "apostrophe-of-their-own.csv": text([HEADER, ["'=Ana", *ANA[1:]]]).encode(),
    "thousand-and-one-columns.csv": text([[*HEADER, *map(str, range(1000))], ANA]).encode(),
    "long-cell.csv": text([HEADER, ["A" * 200_000, *ANA[1:]]]).encode(),
    # not what the name says
    "picture.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "photo.csv": b"\xff\xd8\xff\xe0" + bytes(range(64)),
    "document.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "web-page.xls": b"<html><body><table><tr><td>First name</td></tr></table></body></html>",
    "web-archive.xls": b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
    "excel-2003.xml": b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
    "other.xml": b'<?xml version="1.0"?><people><person/></people>',
    "data.csv": b'[{"First name": "Ana"}]',
    "compressed.csv": b"\x1f\x8b\x08\0" + bytes(32),
    "bytes.csv": bytes(range(1, 9)) * 64,
    "very-old.xls": b"\x09\x04\x06\x00" + bytes(64),
    "text-called-excel.xlsx": text(ROWS).encode(),
    "cut-off.xlsx": b"PK\x03\x04" + bytes(64),
}  # fmt: skip


_TIME = re.compile(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """A workbook with some parts changed (None: left out) or added; the same on every day."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(zipfile.ZipInfo(name), _TIME.sub(b"2026-01-01T00:00:00Z", data), zipfile.ZIP_DEFLATED)
        for name, data in added.items():
            new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbook(
    fill: Callable[[openpyxl.Workbook, Worksheet], object], rows: Sequence[list[Any]] | None = None
) -> bytes:
    """A workbook with a sheet "Rewards", filled and then changed."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Rewards"
    for row in ROWS if rows is None else rows:
        sheet.append(row)
    fill(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue(), lambda _, data: data)


def nothing(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """As it is."""


def typed(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """One cell of every kind."""
    values: list[Any] = [
        25.0, 0.1 + 0.2, 12345678901234567890, 14155550100, True, dt.date(2026, 12, 24), dt.datetime(2026, 12, 24, 9, 30),
        dt.time(9, 30), dt.timedelta(hours=30), 0.000001, -5, "  kept  ", "0012", "1.4155E+10", "two\nlines",
    ]  # fmt: skip
    for number, value in enumerate(values, 2):
        sheet.cell(number, 3).value = value
        sheet.cell(number, 1, f"Row {number}")


def zip_codes(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """Numbers that the sheet shows with leading zeros, and one that it does not."""
    for cell, value, shape in (("D1", "ZIP", "General"), ("D2", 2134, "00000"), ("D3", 2134, "General")):
        sheet[cell] = value
        sheet[cell].number_format = shape


def hidden(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """A hidden row, a filtered one, a hidden column."""
    sheet.append(["Cy", "cy@example.com", 5, "CC1"])
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[4].hidden = True
    sheet.auto_filter.ref = "A1:D4"
    sheet.column_dimensions["D"].hidden = True


def merged(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """A cost centre over three rows, the last of them blank otherwise; a title over all columns."""
    sheet.insert_rows(1)
    sheet["A1"] = "Rewards"
    sheet.merge_cells("A1:D1")
    sheet["D4"] = None
    sheet.merge_cells("D3:D5")


def formulas(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """Never worked out."""
    sheet["C3"] = "=C2*2"


def sheets(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """A hidden one in front, an empty one, a filled one."""
    first = book.create_sheet("Lists", 0)
    first.sheet_state = "hidden"
    first["A1"] = "EMAIL"
    book.create_sheet("Empty")
    second = book.create_sheet("Second")
    for row in ROWS:
        second.append(row)
    book.active = 1


def far_away(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """The table begins at C5, a note stands to its right."""
    sheet.move_range("A1:D3", rows=4, cols=2)
    sheet["I7"] = "ask Bo"


def own_comment(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """A comment and a long list of empty formatted cells."""
    sheet["B2"].comment = Comment("checked", "HR")
    for row in range(4, 200):
        sheet.cell(row, 20).number_format = "0.00"


def formats(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """Numbers that the sheet shows otherwise: in a currency, in percent, rounded, not at all; codes by a mask."""
    for number, (value, code) in enumerate(
        [(25, "#,##0.00 [$€-407]"), (25, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)'), (0.25, "0%"), (41.625, "General"),
         (25.4, "0"), (25, ";;;"), (25.5, "# ?/?"), (25, "0.00E+00"), (25, '"CHF" 0.00'), (-25, "$0.00;($0.00)")], 2
    ):  # fmt: skip
        sheet.cell(number, 1, f"Row {number}")
        sheet.cell(number, 3, value).number_format = code
        sheet.cell(number, 5, 21340001).number_format = "00000-0000"
        sheet.cell(number, 6, 4155550100).number_format = "[<=9999999]###-####;(###) ###-####"


def shown_negative(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """The sheet puts a minus or brackets round positive amounts."""
    for row, code in ((2, '"-"0.00'), (3, "(0.00)")):
        sheet.cell(row, 3, 25).number_format = code


def a_sheet_before(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """A pivot table in front."""
    first = book.create_sheet("Summary", 0)
    for row in (["Row Labels", "Sum of Amount"], ["CC1", 25], ["Grand Total", 25]):
        first.append(row)


def totals(book: openpyxl.Workbook, sheet: Worksheet) -> None:
    """A totals row some rows below."""
    sheet["B6"] = "Total"
    sheet["C6"] = 35.5


WORKBOOKS: dict[str, bytes] = {
    "plain.xlsx": workbook(nothing),
    "macro-free.xlsm": workbook(nothing),
    "typed.xlsx": workbook(typed, [HEADER]),
    "zip-codes.xlsx": workbook(zip_codes),
    "hidden.xlsx": workbook(hidden),
    "hidden-skip.xlsx": workbook(hidden),
    "hidden-include.xlsx": workbook(hidden),
    "merged.xlsx": workbook(merged),
    "formulas.xlsx": workbook(formulas),
    "sheets.xlsx": workbook(sheets),
    "sheets-second.xlsx": workbook(sheets),
    "sheets-unknown.xlsx": workbook(sheets),
    "far-away.xlsx": workbook(far_away),
    "number-formats.xlsx": workbook(formats, [[*HEADER, "ZIP", "Mobile"]]),
    "shown-negative.xlsx": workbook(shown_negative),
    "pivot-first.xlsx": workbook(a_sheet_before),
    "own-comment.xlsx": workbook(own_comment),
    "totals.xlsx": workbook(totals),
    "empty.xlsx": workbook(nothing, []),
    "header-only.xlsx": workbook(nothing, [HEADER]),
    "really-a-workbook.csv": workbook(nothing),
    "two-columns-one-field.xlsx": workbook(nothing, [["Amount", "Reward amount"], [1, 2]]),
    "garbled.xlsx": workbook(nothing, [HEADER, ["JosÃ©", "j@example.com", 1, "ZÃ¼rich"]]),
    "headers-in-two-rows.xlsx": workbook(
        lambda _, sheet: [sheet.merge_cells(area) for area in ("B1:B2", "C1:C2")],
        [["Recipient", "E-mail", "Amount"], ["First name", None, None], ["Ana", "a@example.com", 1]],
    ),
}


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    """Replaces text of the first sheet."""
    return lambda name, data: data.replace(old, new) if name == "xl/worksheets/sheet1.xml" else data


def understated(content: bytes, part: str) -> bytes:
    """A container that declares fewer bytes for one part than it unpacks to."""
    data = bytearray(content)
    for signature, name_at, size_at in ((b"PK\x01\x02", 46, 24), (b"PK\x03\x04", 30, 22)):
        at = data.find(signature)
        while at >= 0:
            if data[at + name_at :].startswith(part.encode()):
                struct.pack_into("<I", data, at + size_at, 100)
            at = data.find(signature, at + 4)
    return bytes(data)


PLAIN = WORKBOOKS["plain.xlsx"]
DOCTYPE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
HOSTILE: dict[str, bytes] = {
    "bomb.xlsx": repacked(PLAIN, in_sheet(b"</worksheet>", b" " * 40_000_000 + b"</worksheet>")),
    "bomb-understated.xlsx": understated(
        repacked(PLAIN, in_sheet(b"</worksheet>", b" " * 4_000_000 + b"</worksheet>")), "xl/worksheets/sheet1.xml"
    ),
    "entities.xlsx": repacked(PLAIN, in_sheet(b"<worksheet", DOCTYPE + b"<worksheet")),
    "deep.xlsx": repacked(PLAIN, in_sheet(b"<sheetData>", b"<x>" * 5000 + b"</x>" * 5000 + b"<sheetData>")),
    "last-cell-of-all.xlsx": repacked(
        PLAIN, in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    ),
    "many-parts.xlsx": repacked(PLAIN, lambda _, data: data, **{f"x{n}.xml": b"" for n in range(5001)}),
    "word.xlsx": repacked(PLAIN, lambda name, data: data if "xl/" not in name else None, **{"word/document.xml": b"<w/>"}),
    "binary.xlsb": repacked(PLAIN, lambda name, data: data if "xl/" not in name else None, **{"xl/workbook.bin": b"x"}),
    "archive.zip": repacked(PLAIN, lambda *_: None, **{"notes.txt": b"x"}),
    "many-texts-announced.xlsx": repacked(
        PLAIN, lambda _, data: data, **{"xl/sharedStrings.xml": b'<sst count="4000000000" uniqueCount="4000000000"/>'}
    ),
    "external-links.xlsx": repacked(PLAIN, lambda _, data: data, **{"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
    "spilled.xlsx": repacked(PLAIN, in_sheet(b'<c r="C3" t="n"><v>10.5</v></c>', b'<c r="C3" t="e"><v>#SPILL!</v></c>')),
    "no-height.xlsx": repacked(PLAIN, in_sheet(b'<row r="3"', b'<row r="3" ht="0" customHeight="1"')),
    "utf-16-part.xlsx": repacked(
        PLAIN, lambda name, data: ('<?xml version="1.0" encoding="UTF-16"?>' + data.decode()).encode("utf-16")
        if name.endswith("sheet1.xml") else data
    ),
    "power-query.xlsx": repacked(
        PLAIN, lambda _, data: data, **{"customXml/item1.xml": '<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16")}
    ),
    "missing-sheet.xlsx": repacked(PLAIN, lambda name, data: None if "sheet1" in name else data),
}  # fmt: skip


def errors_of_formulas() -> bytes:
    """Formulas with results, among them errors."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Rewards")
    sheet.write_row(0, 0, HEADER)
    for number, (formula, result) in enumerate(
        [("=5*5", 25), ("=VLOOKUP(1,Z:Z,1)", "#N/A"), ("=1/0", "#DIV/0!"), ('=""', "")], 1
    ):
        sheet.write_row(number, 0, [f"Row {number}", "a@example.com"])
        sheet.write_formula(number, 2, formula, None, result)
        sheet.write_formula(number, 3, formula, None, result)
    book.close()
    return repacked(out.getvalue(), lambda _, data: data)


def many_texts() -> bytes:
    """More texts than one record of an old workbook holds, some of them rich; days since 1904; results that are text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": True})
    sheet, bold = book.add_worksheet("Rewards"), book.add_format({"bold": True})
    day, span = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "[h]:mm:ss"})
    sheet.write_row(0, 0, [*HEADER, "Delivery date", "Flag", "Time worked", "Double", "Greeting", "Parts"])
    for number in range(1, 121):
        letters = "aé日Ω"[number % 4] * (60 + number)
        sheet.write_rich_string(number, 0, bold, "Ana", f" {number} ", bold, letters)
        sheet.write_row(number, 1, [f"{letters}{number}@example.com", number / 100])
        sheet.write_datetime(number, 4, dt.datetime(2026, 12, 1 + number % 28), day)
        sheet.write_boolean(number, 5, bool(number % 2))
        sheet.write_number(number, 6, 1.25, span)
        sheet.write_formula(number, 7, f"=C{number + 1}*2", None, number / 50)
        sheet.write_formula(number, 8, f'="Dear "&F{number + 1}', None, "Dear")
        sheet.write_row(number, 9, [1, 2.5, -3, 1e9])
    book.close()
    return repacked(out.getvalue(), lambda _, data: data)


def never_worked_out() -> bytes:
    """Formulas whose results are place holders."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Rewards")
    sheet.write_row(0, 0, HEADER)
    sheet.write_formula("A2", "=PROPER(E2)")
    sheet.write_row(1, 1, ["ana@example.com", 25, "CC1"])
    sheet.write_row(2, 0, ["Bo", "bo@example.com"])
    sheet.write_formula("C3", "=5*6", None, 30)
    book.close()
    return repacked(out.getvalue(), lambda _, data: data)


def renamed(content: bytes) -> bytes:
    """A workbook whose parts are named in capitals, with backslashes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            other = name if name.startswith("[") else name.upper().replace("/", "\\")
            new.writestr(zipfile.ZipInfo(other), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def opendocument(rows: str, styles: str = "", attributes: str = "") -> bytes:
    """An .ods file around some rows."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="Rewards"{attributes}>{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(zipfile.ZipInfo("content.xml"), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def ods_row(*cells: str, attributes: str = "") -> str:
    """A row of text cells."""
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f"<table:table-row{attributes}>{inside}</table:table-row>"


def ods_typed(kind: str, shown: str, attributes: str = "") -> str:
    """A row whose amount is the number 25, shown like this."""
    amount = f'<table:table-cell office:value-type="{kind}" office:value="25"{attributes}><text:p>{shown}</text:p></table:table-cell>'
    return ods_row(*ANA[:2]).replace("</table:table-row>", amount + "</table:table-row>")


ODS_HEADER, ODS_ANA, ODS_BO = ods_row(*HEADER), ods_row(*ANA), ods_row(*BO)
ODS: dict[str, bytes] = {
    "plain.ods": opendocument(ODS_HEADER + ODS_ANA + ODS_BO),
    "repeated.ods": opendocument(
        ODS_HEADER + '<table:table-row table:number-rows-repeated="3"/>' + ods_row(*ANA, attributes=' table:number-rows-repeated="2"')
        + '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    ),
    "bomb.ods": opendocument(ODS_HEADER + ods_row(*ANA * 20, attributes=' table:number-rows-repeated="1000000"')),
    "too-wide.ods": opendocument(
        ODS_HEADER + '<table:table-row><table:table-cell table:number-columns-repeated="16384" office:value-type="float" '
        'office:value="1"/></table:table-row>'
    ),
    "filtered.ods": opendocument(ODS_HEADER + ods_row(*ANA, attributes=' table:visibility="filter"') + ODS_BO),
    "shown-otherwise.ods": opendocument(
        ODS_HEADER
        + ods_typed("currency", "25,00 €", ' office:currency="EUR"') + ods_typed("percentage", "25%") + ods_typed("float", "CHF 25.00")
        + ods_typed("float", "25.00") + '<table:table-row-group table:display="false">' + ODS_BO + "</table:table-row-group>"
    ),
    "damaged.ods": opendocument(ODS_HEADER + "<table:table-row>"),
}  # fmt: skip


def libreoffice() -> None:
    """Save some workbooks in LibreOffice's own way."""
    LIBREOFFICE.mkdir(exist_ok=True)
    sources = (
        "typed",
        "zip-codes",
        "hidden",
        "merged",
        "sheets",
        "formulas",
        "totals",
        "far-away",
        "own-comment",
        "errors-of-formulas",
        "many-texts",
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in sources:
            source = Path(folder) / f"{name}.xlsx"
            source.write_bytes((FILES / f"{name}.xlsx").read_bytes())
            for kind in ("ods", "xls", "xlsx:Calc MS Excel 2007 XML"):
                subprocess.run(
                    ["soffice", "--headless", "--convert-to", kind, "--outdir", LIBREOFFICE, source],
                    check=True,
                    capture_output=True,
                )


def main() -> None:
    """Write all files."""
    FILES.mkdir(exist_ok=True)
    everything = (
        TEXTS
        | WORKBOOKS
        | HOSTILE
        | ODS
        | {
            "errors-of-formulas.xlsx": errors_of_formulas(),
            "many-texts.xlsx": many_texts(),
            "never-worked-out.xlsx": never_worked_out(),
            "other-names-of-parts.xlsx": renamed(WORKBOOKS["hidden.xlsx"]),
        }
    )
    for name, content in everything.items():
        (FILES / name).write_bytes(content)
    if "--libreoffice" in sys.argv:
        libreoffice()
    sys.stdout.write(f"{len(everything)} files in {FILES}, {len(list(LIBREOFFICE.glob('*')))} in {LIBREOFFICE}\n")


if __name__ == "__main__":
    main()
