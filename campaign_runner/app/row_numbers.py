"""Is a word that somebody typed the number of a row?"""

from __future__ import annotations


def is_row(word: str) -> bool:
    """Whether a word is written as a row number is."""
    return word.isascii() and word.isdecimal() and not word.startswith("0")
