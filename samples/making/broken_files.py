"""Files that cannot be used as a whole: exit code 3, nothing sent."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from making.broken import Broken
from making.workbooks import sheets, workbook

HEAD = "Employee ID,First name,E-mail,Delivery method,Reward,Amount\n"
GOOD = HEAD + "1,Ana,ana@example.com,EMAIL,U561593,25.00\n2,Ben,ben@example.com,EMAIL,U561593,50.00\n"
ROWS = [line.split(",") for line in GOOD.splitlines()]


def _png() -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixel + chunk(b"IEND", b"")


def _zip(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _protected() -> bytes:
    """The beginning of an encrypted workbook: the old container with the name of the encrypted part."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480)


def _with_entity() -> bytes:
    """A workbook that declares an XML entity, as attacks do."""
    good = io.BytesIO(workbook(ROWS))
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    body = sheet.partition("?>")[2] if sheet.startswith("<?xml") else sheet
    parts["xl/worksheets/sheet1.xml"] = f'<!DOCTYPE worksheet [<!ENTITY lol "lol">]>{body}'
    return _zip(parts)


FILES = (
    Broken("files/picture.xlsx", "A picture named .xlsx", _png(), 3),
    Broken("files/report.pdf", "A PDF document", "%PDF-1.7\n%%EOF\n", 3),
    Broken("files/.~lock.q4.ods#", "The lock file of an open workbook",
           ",maria,office,20.11.2026 09:30,file:///home/maria;", 3),
    Broken("files/no-header.xlsx", "A sheet without a header, beside one with a header",
           sheets(("Notes", [["How to fill in this workbook"]]), ("Recipients", ROWS)), 3,
           "check {path} --sheet Notes"),
    Broken("files/letter.xlsx", "A Word document named .xlsx",
           _zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}), 3),
    Broken("files/export.xls", "A web page named .xls", "<html><table><tr><td>Ana</td></tr></table></html>\n", 3),
    Broken("files/answer.csv", "A JSON file named .csv", '[{"email": "ana@example.com"}]\n', 3),
    Broken("files/damaged.xlsx", "A workbook that was cut off", workbook(ROWS)[:2000], 3),
    Broken("files/protected.xlsx", "A workbook with a password", _protected(), 3),
    Broken("files/entity.xlsx", "A workbook with content that no spreadsheet program writes", _with_entity(), 3),
    Broken("files/empty.csv", "An empty file", "", 3),
    Broken("files/blank.xlsx", "A workbook without any filled cell", workbook([]), 3),
    Broken("files/header-only.csv", "A header, and no rows below it", HEAD, 3),
    Broken("files/no-header.csv", "Rows without a header", GOOD.removeprefix(HEAD), 3),
    Broken("files/encoding.csv", "Text in an encoding that is not certain",
           GOOD.replace("Ana,", "Ayşe,").encode("cp1254"), 3),
    Broken("files/amount-cents.csv", "Amounts in cents", GOOD.replace("Amount", "amount_cents"), 3),
    Broken("files/whole-names.csv", "Several missing columns, reported together",
           GOOD.replace("First name", "Full name").replace("Amount", "Money"), 3),
    Broken("files/no-amount.csv", "A required column is missing", GOOD.replace("Amount", "Remark"), 3),
    Broken("files/no-method.csv", "No delivery method, in the file or in the settings",
           GOOD.replace("Delivery method", "Team"), 3),
    Broken("files/two-emails.csv", "Two columns for one field",
           "E-mail address," + GOOD.replace("\n1", "\nana@example.com,1").replace("\n2", "\nben@example.com,2"), 3),
    Broken("files/other-sheet.xlsx", "A sheet that the workbook does not have", workbook(ROWS, sheet="Q4"), 3,
           "check {path} --sheet Rewards"),
)  # fmt: skip
