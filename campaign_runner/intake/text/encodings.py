"""In which encoding is this text file, and how sure are we?  Marks first, then UTF-8, then a stated guess."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from campaign_runner.intake.text import encoding_guesses
from campaign_runner.model.errors import FileUnusable

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
}
_END_OF_FILE = b"\x1a"
_MARKS_INSIDE = (b"\n" + codecs.BOM_UTF8, codecs.BOM_UTF8 * 2)
_QUOTED_LATE = re.compile(rb'(?:^|[,;\t|\n])(?: +|=|"=")"')
_JAPANESE = b"\x1b$B"  # how ISO-2022-JP, all of ASCII, begins what is not
_LINES_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` for Python, `mark` the length of the byte-order mark, `plain`: UTF-8 that the fast path may read.

    `signs`: a sign of another dialect than RFC 4180 stands somewhere in the file.
    """

    codec: str
    mark: int = 0
    plain: bool = False
    errors: str = "strict"
    notes: tuple[str, ...] = ()
    signs: bool = False


def detect(path: Path) -> Encoding:
    """Look at every byte of the file once."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, codec in _MARKS:
        if start.startswith(mark) and codec != "utf-8":
            return Encoding(codec, len(mark), errors="replace", notes=(f"The file was read as {_NAMES[codec]}.",))
    if codec := unmarked(start):
        return Encoding(codec, errors="replace", notes=(f"The file was read as {_NAMES[codec]} (it has no mark).",))
    if _JAPANESE in start:
        return Encoding("iso2022_jp", errors="replace", notes=("The file was read as ISO-2022-JP.",))
    marked = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    if name := seven_bits(path):
        raise FileUnusable(
            f"{path.name} is in {name}, an old encoding in which names would be wrong. Open the file in the program that "
            "it came from, save it as “CSV UTF-8”, and run again."
        )
    valid, plain, signs = _look(path)
    return Encoding("utf-8", marked, plain and not signs, signs=signs) if valid else _guess(path, marked)


def _look(path: Path) -> tuple[bool, bool, bool]:
    """Whether the file is UTF-8; has no NUL and as many opening as closing quotation marks; has signs of a dialect."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes, nuls, signs = 0, False, False
    try:
        for piece in _pieces(path):
            quotes += piece.count(b'"')
            nuls = nuls or b"\0" in piece
            signs = signs or _has_signs(piece)
            if not piece.isascii() or decoder.getstate()[0]:
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, False, signs
    return True, not nuls and quotes % 2 == 0, signs


def _has_signs(piece: bytes) -> bool:
    """Marks in the middle of the file, and quotation marks behind a blank or an equals sign where a cell begins."""
    if _END_OF_FILE in piece or (not piece.isascii() and any(mark in piece for mark in _MARKS_INSIDE)):
        return True
    return b'"' in piece and (b' "' in piece or b'="' in piece) and bool(_QUOTED_LATE.search(piece))


def unmarked(start: bytes) -> str:
    """Latin text in UTF-16 has a NUL in every second byte, in UTF-32 three of four; other scripts have fewer."""
    quarters = [start[place::4].count(0) / max(len(start) // 4, 1) for place in range(4)]
    if len(start) >= 8 and quarters[3] > 0.9 and quarters[2] > 0.9 and quarters[0] < 0.1:
        return "utf-32-le"
    if len(start) >= 8 and quarters[0] > 0.9 and quarters[1] > 0.9 and quarters[3] < 0.1:
        return "utf-32-be"
    half = max(len(start) // 2, 1)
    for codec, nul, other in (("utf-16-le", start[1::2], start[0::2]), ("utf-16-be", start[0::2], start[1::2])):
        share = nul.count(0) / half
        if len(start) >= 4 and (share > 0.7 or (share > 0.2 and not other.count(0))):
            return codec
    return ""


def _guess(path: Path, mark: int) -> Encoding:
    """Not UTF-8: the only encoding under which the words with special letters look like words; else FileUnusable."""
    sample = b"".join(islice(_special_lines(path), _LINES_LOOKED_AT))
    broken = sample.decode("utf-8", "replace")
    if (good := sum(c > "\x7f" and c != "\ufffd" for c in broken)) > 2 * (bad := broken.count("\ufffd")) or mark:
        note = f"The file is UTF-8, but some characters are broken ({bad} of {good + bad}): see the problems there."
        return Encoding("utf-8", mark, errors="replace", notes=(note,))
    guess = encoding_guesses.best(sample)
    shown = ", ".join(f'"{word}"' for word in guess.words)
    if not guess.is_sure:
        raise FileUnusable(_unknown(path.name, guess, shown))
    sure = f"{encoding_guesses.NAMES[guess.codec]} (confidence {round(100 * guess.confidence)} %)"
    return Encoding(guess.codec, errors="replace", notes=(
        f"The file is not UTF-8; it was read as {sure}, with words like {shown}. If they look wrong, save the file as "
        f"“CSV UTF-8” and run again.{_rival(guess)}",
    ))  # fmt: skip


def _rival(guess: encoding_guesses.Guess) -> str:
    """A short list may be read otherwise as well: the words tell."""
    codec, words = guess.rival
    if not codec or len(guess.words) >= encoding_guesses.FEW_WORDS:
        return ""
    shown = ", ".join(f'"{word}"' for word in words)
    return f" The words are few: in {encoding_guesses.NAMES[codec]} they would be {shown}."


def _unknown(name: str, guess: encoding_guesses.Guess, shown: str) -> str:
    perhaps = f" It may be {encoding_guesses.NAMES[guess.codec]}, with words like {shown}." if guess.codec else ""
    return (
        f"{name} is not UTF-8, and its text encoding cannot be recognised for sure, so that names could be wrong."
        f"{perhaps} Open the file in the program that it came from, save it as “CSV UTF-8”, and run again."
    )


def _special_lines(path: Path) -> Iterator[bytes]:
    """The lines with special characters."""
    with path.open("rb") as file:
        while line := file.readline(_PIECE):
            if not line.isascii():
                yield line


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


_PART = 1 << 20
# Latin to Arabic letters begin with A or B. An e-mail address with a plus sign is none.
_UTF_7 = re.compile(rb"\+[AB][A-Za-z0-9+/]{2,60}(?:-|(?![A-Za-z0-9+/]))(?![\w.+-]*@)")
_USUAL = re.compile("[À-ſ\u0370-\u064f]+")  # what `Google+Ads` would stand for is none of these
_HZ = re.compile(rb"~\{(?:[!-w][!-~]){1,60}~\}")


def seven_bits(path: Path) -> str:
    """The name of such an encoding, "" where the text is what it seems."""
    last = b""
    with path.open("rb") as file:
        while piece := file.read(_PART):
            seam = last + piece
            if b"~{" in seam and any(_letters(match[0], "hz") for match in _HZ.finditer(seam)):
                return "HZ"
            if any(sign in seam for sign in (b"+A", b"+B")) and any(
                _USUAL.fullmatch(_letters(match[0], "utf-7")) for match in _UTF_7.finditer(seam)
            ):
                return "UTF-7"
            last = piece[-200:]
    return ""


def _letters(spelled: bytes, codec: str) -> str:
    """The letters beyond ASCII that it stands for, "" if for anything else."""
    try:
        text = spelled.decode(codec)
    except UnicodeError:
        return ""
    return text if text.isalpha() and not text.isascii() else ""
