"""Does a text or a file hold this e-mail address or phone number?  However it is written, packed in a workbook or not."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

PIECE = 4 * 1024 * 1024
# The end of a piece is looked at again with the next one: longer than any address with its mark-up.
_OVERLAP = 2048
_BETWEEN = r"[\s().\-/\xa0]{0,3}"
_DEEPEST = 3


class Contact:
    """One e-mail address or phone number; raises ValueError for what is neither."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFKC", text.strip())
        digits = re.sub(r"[^0-9]", "", self.text)
        self.is_email = re.fullmatch(r"[^@\s]+@[^@\s]+", self.text) is not None
        if not self.is_email and not (re.fullmatch(r"\+?[0-9\s().\-/]+", self.text) and 7 <= len(digits) <= 15):
            raise ValueError(text)
        self.digits = f"1{digits}" if len(digits) == 10 and not self.text.startswith("+") else digits
        self._pattern = _email(self.text) if self.is_email else _phone(self.digits)

    def is_in(self, text: str) -> bool:
        """Whether it stands in a text, as a whole."""
        return self._pattern.search(unicodedata.normalize("NFKC", text).casefold()) is not None

    def is_in_bytes(self, data: bytes, deep: int = 0) -> bool:
        """Whether it stands in a file's bytes; those of a workbook are unpacked."""
        if data[:2] == b"PK" and deep < _DEEPEST:
            try:
                with zipfile.ZipFile(io.BytesIO(data)) as book:
                    return any(self._is_in_stream(book.open(info)) for info in book.infolist())
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
                pass  # not a zip after all, or a damaged one: looked at as it is
        return self._is_in_stream(io.BytesIO(data))

    def is_in_file(self, path: Path) -> bool:
        """Whether it stands in a file; raises OSError where that cannot be read."""
        return self.is_in_bytes(path.read_bytes())

    def _is_in_stream(self, stream: IO[bytes]) -> bool:
        before = b""
        while piece := stream.read(PIECE):
            if any(self.is_in(text) for text in _texts(before + piece)):
                return True
            before = piece[-_OVERLAP:]
        return False


def _email(text: str) -> re.Pattern[str]:
    """Not as part of a longer address."""
    return re.compile(rf"(?<![\w.%+'\-]){re.escape(text.casefold())}(?![\w\-]|\.\w)")


def _phone(digits: str) -> re.Pattern[str]:
    """The country code of +1 may be left out; a number in a workbook may have none of its signs."""
    code, rest = ("1", digits[1:]) if len(digits) == 11 and digits.startswith("1") else ("", digits)
    front = rf"(?:\+?{code}{_BETWEEN})?" if code else r"\+?"
    return re.compile(rf"(?<![\d+]){front}{_BETWEEN.join(rest)}(?!\d)")


def _texts(data: bytes) -> Iterator[str]:
    yield html.unescape(data.decode("utf-8", "replace"))
    if b"\0" in data:  # the text of older workbooks, and of CSV as Excel's "Unicode text"
        for start in (0, 1):
            yield data[start:].decode("utf-16-le", "replace")
    elif not data.isascii():
        yield data.decode("cp1252", "replace")
