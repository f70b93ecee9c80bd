"""How is an e-mail address written?  One address; its domain in small letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import idna
import pyarrow.compute as pc

from campaign_runner.validation.arrowtext import recode, where
from campaign_runner.validation.rule_options import CellContext, Hint

_ADDRESS = re.compile(r"[^\s@<>,;:()\[\]\"]+@[^\s@<>,;:()\[\]\"]+\.[^\s@<>,;:()\[\]\"]+")
_LOCAL_PART = 64


def normalise(text: Any, case: CellContext) -> Any:
    """`mailto:` goes; the domain is written small, what stands before the @ is the mail server's matter."""
    odd = pc.match_substring_regex(text, r"@.*[A-Z]|^(?i:mailto:)")
    return where(text, odd, lambda part: recode(part, _plain))


def explain(value: str, case: CellContext) -> Hint | None:
    """Look-alike letters, two addresses, a name around the address, blanks, dots, a missing part."""
    if not value.isascii():
        return _foreign(value)
    addresses = _ADDRESS.findall(value)
    if len(addresses) > 1:
        return Hint("several", "holds more than one address.",
                      f"Keep one, like {addresses[0]}, and add a row for each other person.")  # fmt: skip
    if (
        addresses
        and addresses[0].strip(".'") != value
        and value.count("@") == 1
        and " " in re.sub(r"\s*[<(\[].*", " ", value)
    ):
        return Hint("format", "is not an e-mail address alone.", f"Type the address alone: {addresses[0].strip('.')}")
    if (
        addresses
        and re.sub(r"[<>()\[\]\";:,.\s]", "", value) == re.sub(r"[.\s]", "", addresses[0])
        and addresses[0].strip(".") != value
    ):
        return Hint("format", "is not an e-mail address alone.", f"Type the address alone: {addresses[0].strip('.')}")
    if "@" not in value:
        return Hint("format", "is not an e-mail address: the @ is missing.", f"Type it like {case.field.example}.")
    return _of_parts(value, case.field.example)


def _of_parts(value: str, example: str) -> Hint | None:
    """What is wrong with one of the two parts, and what was probably meant."""
    name, _, domain = value.partition("@")
    wrong = "is not an e-mail address: "
    if " " in value:
        return Hint("format", f"{wrong}it has a blank in it.", f"Type it like {example}.")
    if "@" in domain:
        meant = re.sub(r"@+", "@", value)
        return Hint("format", f"{wrong}it has more than one @.",
                      f"Type {meant}" if meant.count("@") == 1 else f"Type it like {example}.")  # fmt: skip
    if len(name) > _LOCAL_PART:
        return Hint("format", f"has {len(name)} characters before the @; at most {_LOCAL_PART} are possible.",
                      "Ask the recipient for the right address.")  # fmt: skip
    if "." not in domain:
        return Hint("format", f"{wrong}the part after the @ has no dot.", f"Type it like {example}.")
    if "," in domain:
        return Hint("format", f"{wrong}it has a comma after the @.", f"Type {name}@{domain.replace(',', '.')}")
    if ".." in value or name.startswith(".") or name.endswith("."):
        bare = re.sub(r"[.]+", ".", f"{name.strip('.')}@{domain.strip('.')}")
        where_from = "two dots in a row" if ".." in value else "a dot at the edge of its first part"
        return Hint("format", f"{wrong}it has {where_from}.", f"Type one, like {bare}")
    last = domain.rpartition(".")[2]
    if re.fullmatch(r"[0-9]+", last):
        return Hint("format", f"{wrong}it ends in a number.", f"Type it like {example}.")
    if ending := re.fullmatch(r"([A-Za-z]{2,})[0-9]+", last):
        meant = f"{name}@{domain[: -len(last)]}{ending[1]}"
        return Hint("format", f'{wrong}no domain ends in ".{last}".', f"Type the whole address, like {meant}")
    return None


def _foreign(value: str) -> Hint:
    plain = unicodedata.normalize("NFKC", value)
    if plain.isascii():
        return Hint("look-alike", "is written in full-width or other special characters.", f"Type {plain}")
    name, _, domain = plain.rpartition("@")
    if name.isascii() and (encoded := _encoded(domain)):
        return Hint("look-alike", f"contains {_named(domain)}; domains are written in the letters a to z.",
                      f"Type {name}@{encoded}")  # fmt: skip
    return Hint("look-alike", f"contains {_named(value)}, which e-mail addresses do not have.",
                  "Type the whole address again with the letters a to z.")  # fmt: skip


def _named(text: str) -> str:
    odd = dict.fromkeys(letter for letter in text if not letter.isascii())
    return " and ".join(
        f'"{letter}" ({unicodedata.name(letter, "unknown").capitalize()})' for letter in list(odd)[:3]
    )


def _encoded(domain: str) -> str:
    """A domain in its form of ASCII, where all its letters are of one script: `müller.de` is, `gmаil.com` with a
    Cyrillic letter is a trick or a slip."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in domain.rpartition(".")[0] if letter.isalpha()}
    if len(scripts) != 1:
        return ""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def _plain(word: str) -> str:
    name, at, domain = re.sub(r"^mailto:\s*", "", word, flags=re.IGNORECASE).partition("@")
    return name + at + domain.lower()
