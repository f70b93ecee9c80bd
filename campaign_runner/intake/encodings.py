"""In which encoding is this text file, and how sure are we?  Marks first, then UTF-8, then a stated guess."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
}
_LINES_LOOKED_AT = 10_000
_GUESSES = ("cp1252", "mac_roman")
_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*")
_LIKELY = re.compile(r"(?:[^\W\d_]+|[£€©®°–—‘’“”…«»¿¡\xa0])\Z")


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` for Python, `mark` the length of the byte-order mark, `plain`: UTF-8 that the fast path may read."""

    codec: str
    mark: int = 0
    plain: bool = False
    errors: str = "strict"
    notes: tuple[str, ...] = ()


def detect(path: Path) -> Encoding:
    """Look at every byte of the file once."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, codec in _MARKS:
        if start.startswith(mark) and codec != "utf-8":
            return Encoding(codec, len(mark), errors="replace", notes=(f"The file was read as {_NAMES[codec]}.",))
    if codec := _unmarked_utf16(start):
        return Encoding(codec, errors="replace", notes=(f"The file was read as {_NAMES[codec]} (it has no mark).",))
    marked = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    valid, plain = _look(path)
    return Encoding("utf-8", marked, plain) if valid else _guess(path, marked)


def _look(path: Path) -> tuple[bool, bool]:
    """Whether the file is UTF-8, and whether it also has no NUL and as many opening as closing quotation marks."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes, nuls = 0, False
    try:
        for piece in _pieces(path):
            quotes += piece.count(b'"')
            nuls = nuls or b"\0" in piece
            if not piece.isascii() or decoder.getstate()[0]:
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, False
    return True, not nuls and quotes % 2 == 0


def _unmarked_utf16(start: bytes) -> str:
    """Latin text in UTF-16 has a NUL in every second byte."""
    half = max(len(start) // 2, 1)
    for codec, nul in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if len(start) >= 4 and nul.count(0) / half > 0.7:
            return codec
    return ""


def _guess(path: Path, mark: int) -> Encoding:
    """Not UTF-8: the encoding under which most words with special letters look like words."""
    sample = b"".join(islice(_special_lines(path), _LINES_LOOKED_AT))
    broken = sample.decode("utf-8", "replace")
    if (good := sum(c > "\x7f" and c != "\ufffd" for c in broken)) > 2 * (bad := broken.count("\ufffd")) or mark:
        note = f"The file is UTF-8, but some characters are broken ({bad} of {good + bad}): see the problems there."
        return Encoding("utf-8", mark, errors="replace", notes=(note,))
    ranked = sorted(((_score(sample, codec), codec) for codec in _GUESSES), key=lambda pair: -pair[0])
    score, codec = ranked[0]
    words = dict.fromkeys(_WORD.findall(sample.decode(codec, "replace")))
    shown = ", ".join(f'"{word}"' for word in list(words)[:5])
    sure = round(100 * max(min(score, 0.5 + score - ranked[1][0]), 0.0))
    return Encoding(codec, errors="replace", notes=(
        f"The file is not UTF-8; it was read as {_NAMES[codec]} (confidence {sure} %), with words like {shown}. "
        f"If they look wrong, save the file as “CSV UTF-8” and run again.",
    ))  # fmt: skip


def _special_lines(path: Path) -> Iterator[bytes]:
    """The lines with special characters."""
    with path.open("rb") as file:
        while line := file.readline(_PIECE):
            if not line.isascii():
                yield line


def _score(sample: bytes, codec: str) -> float:
    """The share of words with special characters that look like words: no capital after a small letter, no symbol."""
    found = _WORD.findall(sample.decode(codec, "replace"))
    likely = sum(bool(_LIKELY.match(word)) and not re.search(r"[a-zß-öø-ÿ][À-ÖØ-Þ]", word) for word in found)
    return likely / max(len(found), 1)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
