"""When are two cells the same?  White space and invisible characters are made one before any comparison."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import extent, where

_BLANKS = r"[\x00-\x20\x7f\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
# Zero-width space, word joiner, byte-order mark, soft hyphen: never part of what a person typed.
_INVISIBLE = r"[\x{200b}\x{2060}\x{feff}\xad]"
# Joiners and direction marks belong to some scripts, so they leave only where no word is expected.
_MARKS = r"[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}\xad]"
# Round a word they mean nothing, and alone they are an empty cell.
_AT_THE_ENDS = rf"^(?:{_MARKS}|{_BLANKS})+|(?:{_MARKS}|{_BLANKS})+$"
# Before a number, a sign that begins a formula or an address an apostrophe marks text in spreadsheets and their exports.
_MARKED = r"^['\"\x{2018}\x{201a}\x{201c}\x{201e}\x{00ab}\x{00bb}]"
_TEXT_MARKS = (r"^'+([+-]?[0-9][0-9 .,()/:-]*)$", r"^'+([=+@-].*)$", r"^'+([^\s'@]+@[^\s@]+)$")
_ANY_MARK = r"^'+\s*(.*)$"
_QUOTES = (
    r'^"([^"]+)"$', r"^'([^']+)'$", r"^\x{201c}([^\x{201c}\x{201d}]+)\x{201d}$",
    r"^\x{201e}([^\x{201c}\x{201d}\x{201e}]+)[\x{201c}\x{201d}]$",
    r"^[\x{2018}\x{201a}]([^\x{2018}\x{2019}\x{201a}]+)[\x{2018}\x{2019}]$",
    r"^\x{00bb} ?([^\x{00ab}\x{00bb}]*[^ \x{00ab}\x{00bb}]) ?\x{00ab}$",
    r"^\x{00ab} ?([^\x{00ab}\x{00bb}]*[^ \x{00ab}\x{00bb}]) ?\x{00bb}$",
)  # fmt: skip
_FREE = {"text", "place", "message", "region"}
_SPOKEN = {"text", "place", "message"}


def tidy(text: Any, kind: str) -> Any:
    """Trimmed, inner runs of white space one blank (a message keeps its lines), composed, invisible marks gone.

    Empty cells become null. Columns that need nothing, the usual case, are told by their bytes and left alone.
    """
    low, high, doubled, quoted = extent(text)
    if high > 0x7E:
        text = where(text, pc.invert(pc.string_is_ascii(text)), lambda odd: _plain(odd, kind))
        low = 0
    if kind == "message":
        text = _lines(text) if low < 0x20 or doubled else text
    elif low < 0x20 or doubled:
        text = where(text, pc.match_substring_regex(text, r"[\x00-\x1f\x7f]|  "), _one_blank)
    if low <= 0x20:
        text = pc.utf8_trim_whitespace(text)
    if quoted or high > 0x7E:
        text = where(text, pc.match_substring_regex(text, _MARKED), lambda odd: _without_marks(odd, kind))
    return pc.if_else(pc.equal(text, ""), None, text)


def _without_marks(text: Any, kind: str) -> Any:
    """`'0001` and `'+14155550100` become what the spreadsheet shows, `"Ana"` and `“Ana”` too; 'tHooft stays."""
    for pattern in _TEXT_MARKS if kind in _FREE else (_ANY_MARK, *_TEXT_MARKS):
        text = pc.replace_substring_regex(text, pattern, r"\1")
    if kind != "message":
        for pattern in _QUOTES:
            text = pc.replace_substring_regex(text, pattern, r"\1")
    return text


def _plain(text: Any, kind: str) -> Any:
    text = pc.replace_substring_regex(text, _INVISIBLE if kind in _SPOKEN else _MARKS, "")
    text = pc.replace_substring_regex(text, _AT_THE_ENDS, "")
    text = pc.utf8_normalize(text, "NFC")
    return text if kind == "message" else _one_blank(text)


def _one_blank(text: Any) -> Any:
    return pc.replace_substring_regex(text, _BLANKS + "+", " ")


def _lines(text: Any) -> Any:
    text = pc.replace_substring_regex(text, r"\r\n?", "\n")
    text = pc.replace_substring_regex(text, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "")
    text = pc.replace_substring_regex(text, r"[^\S\n]+", " ")
    return pc.replace_substring_regex(text, r" *\n *", "\n")
