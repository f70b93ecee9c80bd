"""What kind of file is this really?  Its first bytes decide, not its name."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path

from campaign_runner.intake.container import Container
from campaign_runner.intake.excel.parts import workbook_part
from campaign_runner.intake.formats import FORMATS, SUFFIXES
from campaign_runner.intake.markup import MarkupError
from campaign_runner.intake.text.encodings import unmarked
from campaign_runner.intake.unreadable import broken, protected
from campaign_runner.model.errors import FileUnusable

_EXPORT = "Save it as an Excel workbook (.xlsx) or as CSV, and run again."

# first bytes -> what it is; (None: look further)
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM", "a picture (BMP)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a rich text document (RTF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"BZh", "a compressed file (bzip2)"),
    (b"\xfd7zXZ\0", "a compressed file (xz)"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed archive (7z)"),
    (b"Rar!\x1a\x07", "a compressed archive (RAR)"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "a database (SQLite)"),
    (b"bplist00", "a property list of Apple, perhaps the placeholder of a file that is still in iCloud"),
    (b"L\0\0\0\x01\x14\x02\0", "a shortcut of Windows to another file"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"MIME-Version:", "a web archive (MHTML), as some systems save “Excel” files"),
    (b"\x09\x00\x04\x00", "a workbook of Excel 2"),
    (b"\x09\x02\x06\x00", "a workbook of Excel 3"),
    (b"\x09\x04\x06\x00", "a workbook of Excel 4"),
)
_PACKAGES = (".numbers", ".pages")
_SHORTCUTS = (
    (re.compile(rb"\{[^{}]*\"(?:doc_id|resource_id|url)\"\s*:", re.S), (".gsheet", ".gdoc"),
     "a shortcut to a Google Sheet, without its rows (in Google Sheets: File > Download > Microsoft Excel)"),
    (re.compile(rb"\[InternetShortcut\]"), (".url", ".xlsx", ".csv"), "a shortcut to a web page"),
)  # fmt: skip
_MARKUP = (
    (rb"<\?xml[^>]*>.{0,500}?(?:urn:schemas-microsoft-com:office:spreadsheet|Excel\.Sheet)",
     "an XML spreadsheet of Excel 2003"),
    (rb"<(?:!doctype\s+)?html|<table|<head|<body|<meta", "a web page (HTML), as some systems export “Excel” files"),
    (rb"<\?xml|<[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>", "an XML file"),
)  # fmt: skip
_JSON = re.compile(rb"[\[{]\s*[\[{\"]")
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError,
)  # fmt: skip
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = (
    ("xl/workbook.bin", "an Excel binary workbook (.xlsb)"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("Index/Document.iwa", "an Apple Numbers or Pages document"),
    ("Index.zip", "an Apple Numbers or Pages document"),
)

_OWN = {each.start: kind for kind, each in FORMATS.items() if each.start}
_OPENDOCUMENT = "application/vnd.oasis.opendocument."


def kind_of(path: Path) -> str:
    """A key of `FORMATS`; raises FileUnusable with the true nature of anything else."""
    _check_name(path)
    start = _start(path)
    if owner := _lock_of(path, start):
        raise FileUnusable(owner)
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileUnusable(f"{path.name} is empty. Save the spreadsheet again and run again.")
    if start.startswith(_ZIP):
        return _zip_kind(path)
    if start.startswith(_OLE):
        return _ole_kind(path)
    if own := next((kind for first, kind in _OWN.items() if start.startswith(first)), ""):
        return own
    nature = next((nature for first, nature in _SIGNATURES if start.startswith(first)), "")
    nature = nature or _shortcut(path, start) or _text_nature(start)
    if nature:
        raise FileUnusable(_not_usable(path, nature))
    return "text"


def is_foreign(path: Path) -> bool:
    """Whether another program's code must read it: a zip archive, an Office document before 2007, a format with a
    signature of its own."""
    _check_name(path)
    return _start(path).startswith((*_ZIP, _OLE, *_OWN))


def _check_name(path: Path) -> None:
    """Only a regular file is opened: a pipe or a device could keep us waiting forever."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # said when it is opened
    if stat.S_ISDIR(mode) and path.suffix.lower() in _PACKAGES:
        raise FileUnusable(_not_usable(path, "an Apple Numbers or Pages document"))
    if stat.S_ISDIR(mode):
        raise FileUnusable(f"{path} is a folder. Name the spreadsheet in it.")
    if not stat.S_ISREG(mode):
        raise FileUnusable(
            f"{path} is not a file but a pipe or a device. Save the spreadsheet to a file and name that."
        )


def _lock_of(path: Path, start: bytes) -> str:
    """Excel and LibreOffice mark a workbook that somebody has open by a small file beside it."""
    if path.name.startswith("~$") and not start.startswith((b"PK", _OLE)):
        return _locked(path, "Excel", path.name[2:])
    if match := re.fullmatch(r"\.~lock\.(.+)#", path.name):
        return _locked(path, "LibreOffice", match[1])
    return ""


def _locked(path: Path, program: str, name: str) -> str:
    return (
        f"{path.name} is {program}'s lock file of {name}, which is open in another program; it contains no rows. "
        f"Save and close the workbook, and name {name} instead."
    )


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8192)
    except FileNotFoundError:
        raise FileUnusable(f"{path}: there is no such file. Check the name and the folder.") from None
    except OSError as error:
        raise FileUnusable(
            f"{path} cannot be read ({error.strerror}). Close it elsewhere or copy it, and run again."
        ) from None


def _shortcut(path: Path, start: bytes) -> str:
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next(
        (nature for form, names, nature in _SHORTCUTS if path.suffix.lower() in names and form.match(bare)), ""
    )


def _text_nature(start: bytes) -> str:
    """What a text file is if not a table, or "a binary file"."""
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare.startswith(b"<"):
        return next((nature for form, nature in _MARKUP if re.match(form, bare, re.I | re.S)), "")
    if _JSON.match(bare):
        return "a JSON file"
    if unmarked(start):
        return ""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" not in start:
        odd = sum(byte < 9 or (13 < byte < 32 and byte != 27) for byte in start)
        return "a binary file" if odd > len(start) / 10 and b"\0" not in start else ""
    odd = sum(0 < byte < 9 or 13 < byte < 32 for byte in start)
    return "a binary file" if odd > len(start) / 20 else ""


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
            media = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except _DAMAGED:
        raise FileUnusable(broken(path)) from None
    if media.startswith(_OPENDOCUMENT + "spreadsheet"):
        return "ods"
    if known := next((kind for kind, each in FORMATS.items() if each.part and each.part.lower() in names), ""):
        return known
    nature = next((nature for part, nature in _PARTS if part.lower() in names), "") or _document(path)
    if nature in FORMATS:
        return nature
    raise FileUnusable(_not_usable(path, nature or ("an OpenDocument file" if media else "a zip archive")))


def _document(path: Path) -> str:
    """A workbook whose main part has another name: its first tag tells."""
    container = Container(path)
    try:
        part = workbook_part(container)
    except MarkupError:
        raise FileUnusable(broken(path)) from None
    root = re.search(rb"<(?:\w+:)?(\w+)[\s>]", next(container.xml(part), b"")) if part.endswith(".xml") else None
    return {b"workbook": "xlsx", b"document": "a Word document", b"presentation": "a PowerPoint presentation"}.get(
        root[1] if root else b"", "an Excel binary workbook (.xlsb)" if part.endswith(".bin") else ""
    )


def _ole_kind(path: Path) -> str:
    """Old Office files are one container; the names in its directory tell them apart."""
    content = path.read_bytes()
    for name, nature in _STREAMS:
        if name.encode("utf-16-le") in content:
            if nature == "xls":
                return nature
            raise FileUnusable(_not_usable(path, nature) if nature != "encrypted" else protected(path))
    raise FileUnusable(_not_usable(path, "an old Office file without a workbook in it"))


_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__substg1.0_", "an Outlook message"),
)


def _not_usable(path: Path, nature: str) -> str:
    odd = path.suffix.lower() in SUFFIXES and not nature.startswith("a workbook")
    named = f", although its name ends in {path.suffix}" if odd else ""
    return f"{path.name} is not a spreadsheet that can be read: it is {nature}{named}. {_EXPORT}"
