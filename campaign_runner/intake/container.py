"""Is this zip container safe to open?  Every limit has a name; parts are unpacked by `zipfile`, piece by piece.

The sizes that a container declares are checked first; a part never gives more bytes than it declares, and one that holds
other ones is refused before calamine touches the file.
"""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from campaign_runner.model.errors import FileUnusable

MAX_PARTS = 5_000
MAX_PART_BYTES = 1 << 30
MAX_TOTAL_BYTES = 2 << 30
MAX_RATIO = 250  # how many times its size a part may unpack to; real workbooks stay below 60
MAX_DEPTH = 200
_SMALL = 1 << 24  # a ratio says nothing about parts smaller than this
_WINDOW = 1 << 20
_SLICE = 1 << 14
_ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"),
)  # fmt: skip


class Container:
    """A workbook's parts by name; `part` yields the bytes of one, counted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise self.damaged() from None
        entries = self._archive.infolist()
        self._parts = {part.filename: part for part in entries}
        self._check_declared(len(entries))
        self._known: dict[str, str] = {}
        for name in self._parts:
            self._known.setdefault(folded(name), name)
        names = [part.orig_filename for part in entries]
        self.is_usual = len(self._known) == len(entries) and not any(
            "\\" in name or name[:1] == "/" for name in names
        )

    @property
    def names(self) -> list[str]:
        """All parts."""
        return list(self._parts)

    def find(self, name: str) -> str:
        """The part of a name, as spreadsheet programs look for it: without case, whatever the slashes; "" if none."""
        return name if name in self._parts else self._known.get(folded(name), "")

    def size(self, name: str) -> int:
        """How many bytes a part unpacks to."""
        return self._parts[name].file_size

    def part(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes, a megabyte at a time, checked against the size and the sum that the container declares."""
        if name not in self._parts:
            return
        size = 0
        try:
            with self._archive.open(self._parts[name]) as file:
                while piece := file.read(_WINDOW):
                    size += len(piece)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise self.damaged() from None
        if size != self._parts[name].file_size:
            raise self.damaged()

    def xml(self, name: str) -> Iterator[bytes]:
        """The same for XML, as UTF-8 whatever it is in: without a document type, entities, or deep nesting."""
        depth, last = 0, b""
        for piece in self._utf8(name):
            seam = last[-16:] + piece
            if b"<!DOCTYPE" in seam or b"<!ENTITY" in seam:
                raise self.unsafe(f"{name} declares a document type or entities, which no spreadsheet program does")
            for at in range(0, len(piece), _SLICE):
                part = piece[at : at + _SLICE]
                pair = (piece[at - 1 : at] if at else last[-1:]) + part  # what was cut in two counts here
                depth += part.count(b"<") - 2 * pair.count(b"</") - pair.count(b"/>") - pair.count(b"<?")
                if depth > MAX_DEPTH:
                    raise self.unsafe(f"{name} is nested more than {MAX_DEPTH} levels deep")
            yield piece
            last = piece

    def text(self, name: str) -> bytes:
        """A small XML part as a whole."""
        return b"".join(self.xml(name))

    def is_utf8(self, name: str) -> bool:
        """Whether a part is in UTF-8, as nearly all are."""
        return encoding_of(next(self.part(name), b"")) == "utf-8"

    def _utf8(self, name: str) -> Iterator[bytes]:
        decoder = None
        for number, piece in enumerate(self.part(name)):
            if not number and (encoding := encoding_of(piece)) != "utf-8":
                try:
                    decoder = codecs.getincrementaldecoder(encoding)("strict")
                except LookupError:
                    raise self.damaged() from None
            try:
                yield decoder.decode(piece).lstrip("\ufeff").encode() if decoder else piece
            except UnicodeError:
                raise self.damaged() from None

    def damaged(self) -> FileUnusable:
        """What to say of a container that cannot be unpacked."""
        return FileUnusable(
            f"{self.path.name} is damaged: it begins like a workbook but cannot be unpacked. Save it again and run "
            "again."
        )

    def unsafe(self, reason: str) -> FileUnusable:
        """What to say of a container that no spreadsheet program would write."""
        return FileUnusable(
            f"{self.path.name} was refused for safety: {reason}. Nothing of it was used. Copy the rows into a new "
            "workbook, save it, and run again."
        )

    def _check_declared(self, many: int) -> None:
        if many > MAX_PARTS:
            raise self.unsafe(f"it has {many:,} parts, more than the {MAX_PARTS:,} allowed")
        for part in self._parts.values():
            if part.flag_bits & 1:
                raise FileUnusable(f"{self.path.name} is protected with a password. Remove it, save, and run again.")
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.damaged()
            self._check_size(part, part.file_size)
        total = sum(part.file_size for part in self._parts.values())
        if total > MAX_TOTAL_BYTES:
            raise self.unsafe(
                f"it unpacks to {_megabytes(total)}, more than the {_megabytes(MAX_TOTAL_BYTES)} allowed"
            )

    def _check_size(self, part: zipfile.ZipInfo, size: int) -> None:
        if size > MAX_PART_BYTES:
            limit = _megabytes(MAX_PART_BYTES)
            raise self.unsafe(f"{part.filename} unpacks to more than the {limit} allowed (a “zip bomb”)")
        if size > _SMALL and size > MAX_RATIO * max(part.compress_size, 1):
            raise self.unsafe(f"{part.filename} unpacks to more than {MAX_RATIO} times its size (a “zip bomb”)")


def folded(name: str) -> str:
    """`\\XL\\Workbook.xml` and `xl/workbook.xml` are one part; so is `xl/work%62ook.xml`."""
    return unquote(name).replace("\\", "/").lstrip("/").lower()


def encoding_of(beginning: bytes) -> str:
    """What the beginning of an XML part says it is in."""
    for mark, encoding in _ENCODINGS:
        if beginning.startswith(mark):
            return encoding
    declared = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})", beginning)
    name = declared[1].decode().lower() if declared else "utf-8"
    return "utf-8" if name in ("utf-8", "utf8", "us-ascii", "ascii", "utf-16") else name


def _megabytes(size: int) -> str:
    return f"{size >> 20:,} MB"
