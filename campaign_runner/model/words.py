"""How are words of people compared?  Without case, accents, blanks and punctuation; and which known word is meant?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache


@lru_cache(4096)
def fold(word: str) -> str:
    """A header or choice as it is compared: `E-Mail` and `e_mail` are the same, so are `Prénom` and `prenom`."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", word).casefold() if letter.isalnum())


def nearest(word: str, known: Iterable[str], alike: float = 0.5) -> str:
    """The known word that was probably meant, "" where none is `alike` enough."""
    return next(iter(get_close_matches(word, list(known), 1, alike)), "")


def did_you_mean(near: str) -> str:
    """The question, of a word as it is to be shown; "" without one."""
    return f"Did you mean {near}?" if near else ""


def near(word: object, known: Iterable[str]) -> str:
    """The question about a known word, behind a blank; or nothing."""
    return f" {did_you_mean(nearest(str(word), known))}".rstrip()


def quoted(near: str) -> str:
    """A word in quotation marks, "" without one."""
    return f'"{near}"' if near else ""
