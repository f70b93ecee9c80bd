"""Files that lie beside spreadsheets and are none: said to be what they are, and never waited for."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from campaign_runner import intake
from campaign_runner.model.errors import FileUnusable
from tests.workbooks import checked, xlsx

OWNER = b"\x05Maria" + b" " * 49 + "\x05Maria".encode("utf-16-le").ljust(110, b" ")
FILES = {
    "~$people.xlsx": (OWNER, r"is Excel's lock file of people\.xlsx, which is open in another program"),
    "~$people.xls": (OWNER, r"is Excel's lock file of people\.xls,"),
    "~$people.csv": (b"", r"is Excel's lock file of people\.csv,"),
    ".~lock.people.ods#": (b",maria,host,27.11.2026 09:00,file:///x;", r"is LibreOffice's lock file of people\.ods"),
    "people.gsheet": (b'{"url":"https://docs.google.com/open?id=1","doc_id":"1"}', "a shortcut to a Google Sheet"),
    "people.url": (b"[InternetShortcut]\r\nURL=https://example.com\r\n", "a shortcut to a web page"),
    "people.xlsx.lnk": (b"L\0\0\0\x01\x14\x02\0" + bytes(60), "a shortcut of Windows"),
    ".people.xlsx.icloud": (b"bplist00" + bytes(60), "perhaps the placeholder of a file that is still in iCloud"),
}


@pytest.mark.parametrize("name", FILES)
def test_lock_files_and_shortcuts_are_said_to_be_that(name, book, tmp_path):
    content, sentence = FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileUnusable, match=sentence):
        intake.read(tmp_path / name, book)


def test_a_workbook_with_the_name_of_a_lock_file_is_a_workbook(tmp_path):
    assert list(checked(tmp_path / "~$people.xlsx", xlsx()).rows) == [2, 3]


def test_a_document_of_numbers_is_said_to_be_that_as_a_file_and_as_a_folder(book, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Index/Document.iwa", b"x")
    (tmp_path / "a.numbers").write_bytes(out.getvalue())
    (tmp_path / "b.numbers").mkdir()
    for name in ("a.numbers", "b.numbers"):
        with pytest.raises(FileUnusable, match="an Apple Numbers or Pages document"):
            intake.read(tmp_path / name, book)


def test_pipes_and_devices_are_not_opened(book, tmp_path):
    os.mkfifo(tmp_path / "people.csv")
    for path in (tmp_path / "people.csv", "/dev/zero"):
        with pytest.raises(FileUnusable, match="is not a file but a pipe or a device"):
            intake.read(tmp_path / path, book)
