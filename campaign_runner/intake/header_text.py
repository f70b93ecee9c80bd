"""What does a header say besides the name of a field?  Numbering, a unit, a remark, whose it is, a second language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from campaign_runner.model import words
from campaign_runner.model.currencies import named
from campaign_runner.model.measures import about_another, currencies_in, other_measure

_LONGEST = 80
_REMARK = re.compile(
    r"\((?:required|mandatory|optional|pflichtfeld|pflicht|obligatoire|facultatif|obligatorio|opcional|obrigat[oó]rio)\)",
    re.I,
)
_NUMBERING = re.compile(r"^\s*(?:\(?[0-9]{1,2}[.):]|#[0-9]{1,2}[.:]?|\(?[A-Za-z][.)](?=\s)|(?:column|col|spalte|field)\.?\s"
                        r"[A-Z0-9]{1,2}\s*[.:)–-])\s*", re.I)  # fmt: skip
# Salesforce and others mark the fields that a company made itself.
_OF_A_PROGRAM = re.compile(r"(?<=\w)__(?:c|pc)\s*$", re.I)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>")
_PARTS = re.compile(r"\s*(?:[\r\n]+|/|\||;|:|,|\s[-–—]\s|\*)\s*")
_UNIT_BEFORE = re.compile(r"^(\S+)\s+(.+)$")
_UNIT_AFTER = re.compile(r"^(.+?)[\s_]+(?:(?:in|en|em|à)\s+)?(\S+(?:\s+dollars?)?)$", re.I)
_OWNER = re.compile(
    r"^(?:(?:the|your|their|his/her)\s+)?(?:employee|recipient|participant|winner|awardee|honoree|customer|member|"
    r"attendee|nominee|payee|beneficiary|user|work|business|empf[aä]nger|mitarbeiter|destinatario|empleado|"
    r"destinataire|b[eé]n[eé]ficiaire)(?:['’]s|s['’]|s)?[\s_-]+(.+)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """`field` is "" for a column of the user's own; `unit`: currency codes that the header states; `exact`: nothing
    besides the name of the field stands there."""

    field: str = ""
    unit: str = ""
    exact: bool = True


@cache
def fold(header: str) -> str:
    """A header as it is compared, without remarks such as `(required)`."""
    return words.fold(_REMARK.sub("", header))


def meaning(header: str, fields: Mapping[str, str]) -> Meaning:
    """Which field of `fields` (folded spelling -> field) a header means, whatever else it says."""
    header = _OF_A_PROGRAM.sub("", header)
    if field := fields.get(fold(header)):
        return _plain(field, header)
    if not 3 <= len(header) <= _LONGEST or header.isdigit():
        return Meaning()
    for core, rest in _forms(header):
        if field := fields.get(fold(core)):
            return _judged(field, rest)
    parts = [part for part in _PARTS.split(_NUMBERING.sub("", header)) if part]
    if len(parts) > 1:
        return _of_parts(parts, fields)
    return Meaning()


def _plain(field: str, header: str) -> Meaning:
    """The name of the field and signs, which do not count unless they are a unit: `Amount (€)`, `Amount %`."""
    signs = "".join(re.findall(r"[^\w\s]", _REMARK.sub("", header))) if field == "amount" else ""
    if signs and other_measure(signs):
        return Meaning()
    return Meaning(field, " ".join(sorted(currencies_in(signs))) if signs else "")


def _judged(field: str, rest: str) -> Meaning:
    remark = re.search(r"[^\W\d_]", rest)
    if about_another(rest) or (remark and "address." in field) or (field == "amount" and other_measure(rest)):
        return Meaning()
    return Meaning(field, " ".join(sorted(currencies_in(rest))) if field == "amount" else "", False)


def _of_parts(parts: list[str], fields: Mapping[str, str]) -> Meaning:
    """`Vorname / First name`, `E-mail - required`: one field and no other among the parts."""
    known = [(field, part) for part in parts if (field := _bare(part, fields))]
    if len({field for field, _ in known}) != 1 or (known[0][1] != parts[0] and len(known) + 1 < len(parts)):
        return Meaning()
    return _judged(known[0][0], " ".join(part for part in parts if (known[0][0], part) not in known))


def _bare(part: str, fields: Mapping[str, str]) -> str:
    return next((field for core, _ in _forms(part) if (field := fields.get(fold(core), ""))), "")


def _forms(header: str) -> Iterator[tuple[str, str]]:
    """Ever shorter readings of a header, each with what it leaves out."""
    bare = _NUMBERING.sub("", header)
    outside = _BRACKETS.sub(" ", bare).strip()
    inside = " ".join(_BRACKETS.findall(bare))
    for core, rest in ((bare, ""), (outside, inside)):
        yield core, rest
        if owned := _OWNER.match(core):
            yield owned[1], rest
        yield from _without_unit(core, rest)
    if "_" in bare:  # `recipient_first_name` is one name; `amount_usd` has its unit behind
        yield from _without_unit(bare.replace("_", " "), inside)


def _without_unit(core: str, rest: str) -> Iterator[tuple[str, str]]:
    after = _UNIT_AFTER.match(core)
    if after and (named(after[2]) or other_measure(after[2])):
        yield after[1], f"{rest} {after[2]}"
        if owned := _OWNER.match(after[1]):
            yield owned[1], f"{rest} {after[2]}"
    before = _UNIT_BEFORE.match(core)
    if before and named(before[1]):
        yield before[2], f"{rest} {before[1]}"
