"""How is an e-mail address written?  One address; its domain in small letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import recode, where
from campaign_runner.validation.kinds.case import Advice, Case

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


def normalise(text: Any, case: Case) -> Any:
    """`mailto:` goes; the domain is written small, what stands before the @ is the mail server's matter."""
    odd = pc.match_substring_regex(text, r"@.*[A-Z]|^(?i:mailto:)")
    return where(text, odd, lambda some: recode(some, _plain))


def explain(value: str, case: Case) -> Advice | None:
    """Look-alike letters, two addresses, a name around the address, blanks, dots, a missing part."""
    if not value.isascii():
        return _foreign(value)
    found = _ADDRESS.findall(value)
    if len(found) > 1:
        return Advice("several", "holds more than one address.",
                      f"Keep one, like {found[0]}, and add a row for each other person.")  # fmt: skip
    if found and found[0].strip(".") != value:
        return Advice("format", "is not an e-mail address alone.", f"Type the address alone: {found[0].strip('.')}")
    if "@" not in value:
        return Advice("format", "is not an e-mail address: the @ is missing.", f"Type it like {case.field.example}.")
    if " " in value:
        return Advice(
            "format", "is not an e-mail address: it has a blank in it.", f"Type it like {case.field.example}."
        )
    if value.count("@") == 1 and "." not in value.split("@")[1]:
        return Advice("format", "is not an e-mail address: the part after the @ has no dot.",
                      f"Type it like {case.field.example}.")  # fmt: skip
    if ".." in value:
        return Advice("format", "is not an e-mail address: it has two dots in a row.",
                      f"Type one, like {re.sub(r'[.]+', '.', value)}")  # fmt: skip
    return None


def _foreign(value: str) -> Advice:
    odd = dict.fromkeys(letter for letter in value if not letter.isascii())
    named = " and ".join(
        f'"{letter}" ({unicodedata.name(letter, "unknown").capitalize()})' for letter in list(odd)[:3]
    )
    return Advice("look-alike", f"contains {named}, which e-mail addresses do not have.",
                  "Type the whole address again with the letters a to z.")  # fmt: skip


def _plain(word: str) -> str:
    name, at, domain = re.sub(r"^mailto:\s*", "", word, flags=re.IGNORECASE).partition("@")
    return name + at + domain.lower()
