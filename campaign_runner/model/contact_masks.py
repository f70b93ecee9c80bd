"""How does a sentence lose e-mail addresses and phone numbers, whosever they are?

What enters a log that nobody may change passes here: reasons that people type, what Tango says of a value.
"""

from __future__ import annotations

import re

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
