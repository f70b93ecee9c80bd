"""Does a text or a file hold this recipient?  However it is written, packed in a workbook or not. Who is a line for,
and how does a sentence lose addresses and numbers?

A recipient is an e-mail address, a phone number, or (of letters alone) a name with street and postal code.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PIECE = 4 * 1024 * 1024
# The end of a piece is looked at again with the next one: longer than any address with its mark-up.
_OVERLAP = 2048
_BETWEEN = r"[\s().\-/\xa0]{0,3}"
_DEEPEST = 3
_ENDINGS = "(?:csv|tsv|txt|xls[xmb]?|ods|json|html|pgp|gpg|zip)"


class Contact:
    """One e-mail address, phone number, or `Ana Silva, 1 Main Street, 94105`; raises ValueError for what is neither.

    `letter`: name, street and postal code, () for the others. Of a letter all parts have to be there.
    """

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFKC", text.strip())
        self.letter = _letter(self.text)
        digits = re.sub(r"[^0-9]", "", self.text)
        self.is_email = re.fullmatch(r"[^@\s]+@[^@\s]+", self.text) is not None
        if (
            not self.is_email
            and not self.letter
            and not (re.fullmatch(r"\+?[0-9\s().\-/]+", self.text) and 7 <= len(digits) <= 15)
        ):
            raise ValueError(text)
        self.digits = f"1{digits}" if len(digits) == 10 and not self.text.startswith("+") else digits
        whole = (_email(self.text) if self.is_email else _phone(self.digits),)
        self._patterns = tuple(map(_words, (*self.letter[0].split(), *self.letter[1:]))) if self.letter else whole

    def is_in(self, text: str) -> bool:
        """Whether it stands in a text, as a whole."""
        return not self._missing(self._patterns, text)

    def without(self, text: str) -> str:
        """The text with the recipient masked; of a letter, with all its parts masked."""
        plain = unicodedata.normalize("NFKC", text)
        for pattern in self._patterns:
            plain = re.sub(pattern.pattern, MASK, plain, flags=re.IGNORECASE)
        return "" if self.is_in(plain) else plain

    def is_in_bytes(self, data: bytes, deep: int = 0) -> bool:
        """Whether it stands in a file's bytes; those of a workbook are unpacked."""
        if data[:2] == b"PK" and deep < _DEEPEST:
            try:
                with zipfile.ZipFile(io.BytesIO(data)) as book:
                    return self._is_in_streams(book.open(info) for info in book.infolist())
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
                pass  # not a zip after all, or a damaged one: looked at as it is
        return self._is_in_streams([io.BytesIO(data)])

    def is_in_file(self, path: Path) -> bool:
        """Whether it stands in a file; raises OSError where that cannot be read."""
        return self.is_in_bytes(path.read_bytes())

    def _is_in_streams(self, streams: Iterable[IO[bytes]]) -> bool:
        """The parts of a letter may stand in several parts of a workbook."""
        missing: Sequence[re.Pattern[str]] = self._patterns
        for stream in streams:
            before = b""
            while piece := stream.read(PIECE):
                for text in _texts(before + piece):
                    missing = self._missing(missing, text)
                if not missing:
                    return True
                before = piece[-_OVERLAP:]
        return False

    def _missing(self, patterns: Sequence[re.Pattern[str]], text: str) -> Sequence[re.Pattern[str]]:
        plain = unicodedata.normalize("NFKC", text).casefold()
        return [pattern for pattern in patterns if not pattern.search(plain)]


def _letter(text: str) -> tuple[str, str, str] | tuple[()]:
    """Name, street and postal code, where there are three; a street may have commas of its own."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 3 or not all(parts) or "@" in text or not re.search(r"[^\W\d_]", parts[0]):
        return ()
    return parts[0], ", ".join(parts[1:-1]), parts[-1]


def _words(text: str) -> re.Pattern[str]:
    """As a whole, whatever the white space between its words."""
    return re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, text.casefold().split())) + r"(?!\w)")


def _email(text: str) -> re.Pattern[str]:
    """Not as part of a longer address; a file may be named after it."""
    return re.compile(rf"(?<![\w.%+'\-]){re.escape(text.casefold())}(?![\w\-]|\.(?!{_ENDINGS}\b)\w)")


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


_PEOPLE = ("recipient", "shipping", "bulkShipping")
_NAMES = ("firstName", "lastName", "contactName", "contactFirstName", "contactLastName")
_WAYS = ("email", "mobileNumber", "contactEmail", "contactPhoneNumber", "phoneNumber")
# Texts that a person wrote for one recipient: they may name them.
_PERSONAL = ("recipient.", "shipping.", "bulkShipping.", "message", "emailSubject", "lineItemNote")


def recipient_text(payload: Mapping[str, Any]) -> str:
    """`Ana Silva, ana@example.com`; "" where the line names nobody."""
    name, ways = name_and_ways(payload)
    return ", ".join(part for part in (name, *ways[:1]) if part)


def name_and_ways(payload: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The recipient's name, and by which addresses and numbers they are reached."""
    person: Mapping[str, Any] = next((payload[name] for name in _PEOPLE if payload.get(name)), {})
    return " ".join(person[name] for name in _NAMES if person.get(name)), [
        person[way] for way in _WAYS if person.get(way)
    ]


def is_personal(field: str) -> bool:
    """Whether a field of a line tells who it is for, or may."""
    return field.startswith(_PERSONAL)


MASK = "[…]"

# Each begins where a word begins, and takes all that it can at once: the time does not grow with the square of a text.
_WORD = r"""[^\s"'<>(),;:\[\]]"""
_EMAIL = re.compile(rf"""(?<!{_WORD}){_WORD}+@[^\s"'<>(),;]*|@[^\s"'<>(),;]+""")
_DIGITS = re.compile(r"(?<![\w.-])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[ ().-]{0,2}\d)*+", re.ASCII)
_PHONE = 7  # digits at least


def without_contacts(text: str) -> str:
    """The text with every e-mail address masked, and every phone number that is written as one: a ticket's stays."""
    return _DIGITS.sub(lambda match: _masked(match) if match[0][0] in "+(" else match[0], _EMAIL.sub(MASK, text))


def without_numbers(text: str) -> str:
    """The same, and without whatever may be a phone number."""
    return _DIGITS.sub(_masked, _EMAIL.sub(MASK, text))


_QUOTED = re.compile(r'"[^"]+"')


def without_quotes(text: str, known: Collection[str] = ()) -> str:
    """The text with whatever it quotes of a file masked, but for these: headers."""
    return _QUOTED.sub(lambda match: match[0] if match[0][1:-1] in known else f'"{MASK}"', text)


def _masked(match: re.Match[str]) -> str:
    """A phone number is masked; digits that go on as letters are no part of one."""
    run, after = match[0], match.string[match.end() : match.end() + 1]
    kept = ""
    if after == "-" or after == "_" or after.isalnum():
        last = re.search(r"\d+\Z", run)
        place = last.start() if last else len(run)
        run, kept = run[:place], run[place:]
    number, blanks = run.rstrip(" ().-"), run[len(run.rstrip(" ().-")) :]
    return (MASK if sum(map(str.isdigit, number)) >= _PHONE else number) + blanks + kept
