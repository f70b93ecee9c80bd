"""What does an answer complain of?  The i18nKeys, Tango's sentences, and which lines they are about. And how do its
sentences become safe to store?

At least six shapes exist (tango-api.md, "Errors"); all come down to a list of errors, each perhaps with a path into
what was sent (`lineItems[3].recipient.email`), or to `failedLineItems`. Paths count lines, so the sent body is read
again to find the references. All keys here are in lower case (`wire.read`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from campaign_runner.model.contact import MASK, without_numbers
from campaign_runner.tango import wire

# Where a sentence may stand, the likeliest first: Tango's own, then those of gateways and token endpoints.
_WORDS = ("message", "errormessage", "constraint", "error_description", "detail", "description", "title", "error")
# More than this of one answer nobody reads; a refusal of an order names as many lines as it may hold.
MOST_ERRORS, MOST_SENTENCES, LONGEST = 10_000, 20, 2000
PAGE = 20_000
_HIDDEN = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*+(?:</\1[^<>]*>)?", re.IGNORECASE)
_MARKS = re.compile(r"<[^<>]*>")
_LINE_PATH = re.compile(r"line_?items?(?:\[|\.)(\d{1,6})\]?\.?(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Complaint:
    """All that is wrong: `lines` maps line references to sentences, `message` is what concerns the whole order.

    `names_ours`: at least one of the lines is one that was sent, so that the others can go on without it.
    """

    keys: tuple[str, ...] = ()
    message: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)
    names_ours: bool = False


def complaint(answer: Any, sent: bytes = b"") -> Complaint:
    """Read the errors of a refusal; `sent` is the body that was refused: paths name its lines by number."""
    errors = list(islice(_errors(answer), MOST_ERRORS))
    body = wire.read(sent) if sent and errors else None
    lines = failed_lines(answer, body)
    whole: list[str] = []
    for error in errors:
        line, column = _place(error)
        item = _item(body, line)
        if line is None and len(whole) >= MOST_SENTENCES:
            continue  # each is searched for what every line says of people
        sentence = _sentence(error, column, list(personal_values(item)))
        if line is None:
            whole.append(sentence)
        elif len(lines) < MOST_ERRORS:
            reference = (
                wire.text(wire.section({"": item}, "").get("externalreflineitemid"), "reference") or f"(line {line})"
            )
            lines[reference] = _joined(lines.get(reference, ""), sentence)[:LONGEST]
    keys = tuple(dict.fromkeys(wire.text(error.get("i18nkey"), "code") for error in errors if error.get("i18nkey")))
    ours = {wire.text(item.get("externalreflineitemid"), "reference") for item in _items(body)}
    return Complaint(keys, _joined(*whole)[:LONGEST], lines, names_ours=not ours.isdisjoint(lines))


def failed_lines(answer: Any, body: Any = None) -> dict[str, str]:
    """`failedLineItems` of any answer: line reference (without one, Tango's own id) -> sentence."""
    sentences_of: dict[str, str] = {}
    listed = answer.get("failedlineitems") if isinstance(answer, dict) else None
    personal = _personal_by_reference(body)
    for item in wire.objects(listed):
        reference = (
            wire.text(item.get("externalreflineitemid"), "reference")
            or wire.text(item.get("lineitemid"), "tango_reference")
            or "(unnamed)"
        )
        errors = wire.objects(item.get("errors"))[:MOST_SENTENCES] or [item]
        sentences = [_sentence(e, wire.text(e.get("field"), "path"), personal.get(reference, [])) for e in errors]
        sentence = _joined(sentences_of.get(reference, ""), *sentences)[:LONGEST]
        sentences_of[reference] = sentence or "Tango refused this line without a reason."
    return sentences_of


def sentences(errors: Any) -> str:
    """`orderErrors` and `lineItemErrors` (`[{errorCode, errorMessage}]`) as text."""
    return _joined(*(_sentence(error, "") for error in wire.objects(errors)[:MOST_SENTENCES]))[:LONGEST]


def page(body: bytes, data: Any) -> str:
    """The words of an answer that is not JSON: those of a page of HTML, without its marks."""
    if data is not None:
        return ""
    text = _HIDDEN.sub(" ", body[:PAGE].decode("utf-8", "replace"))
    return wire.text(" ".join(html.unescape(_MARKS.sub(" ", text)).split()), "sentence")


def _errors(answer: Any) -> Iterator[dict[str, Any]]:
    """The elements of `errors[]`, objects or sentences; an answer that has none is an error itself."""
    if isinstance(answer, str | list):
        yield from _told(answer)
    if isinstance(answer, dict):
        listed = [*_told(answer.get("errors")), *wire.objects([answer.get("error")])]
        yield from listed or [answer]
        if listed and answer.get("i18nkey") and not any(error.get("i18nkey") for error in listed):
            yield answer


def _told(errors: Any) -> list[dict[str, Any]]:
    listed = errors if isinstance(errors, list) else [errors]
    return [
        {"message": error} if isinstance(error, str) else error for error in listed if isinstance(error, str | dict)
    ]


def _place(error: dict[str, Any]) -> tuple[int | None, str]:
    """(index of the line, field within it), or (None, field) where the error is about the whole order."""
    path = wire.text(error.get("path") or error.get("field"), "path")
    named = _LINE_PATH.search(path)
    if named is None:
        return None, "" if path.startswith("/") else path  # an envelope's `path` is the address that was called
    return int(named[1]), named[2]


def _item(body: Any, line: int | None) -> Any:
    """The line that was sent, or all of them where none is named; {} where there is no such line."""
    items = body.get("lineitems") if isinstance(body, dict) else None
    if items is None or line is None:
        return body if items is None else {"": items}
    return items[line] if isinstance(items, list) and line < len(items) else {}


def _sentence(error: dict[str, Any], column: str, personal: list[str] | None = None) -> str:
    text = next((wire.text(error[name], "sentence") for name in _WORDS if wire.text(error.get(name), "sentence")), "")
    text = text or wire.text(error.get("errorcodename"), "path")
    values = [*(personal or ()), *echoed_value(error)]
    return safe(f"{column}: {text}" if column and text else text or column, values)


def _personal_by_reference(body: Any) -> dict[str, list[str]]:
    return {wire.text(i.get("externalreflineitemid"), "reference"): list(personal_values(i)) for i in _items(body)}


def _items(body: Any) -> list[dict[str, Any]]:
    return wire.objects(body.get("lineitems")) if isinstance(body, dict) else []


def _joined(*parts: str) -> str:
    return " ".join(dict.fromkeys(filter(None, parts)))


LONGEST_PHRASE = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
# Order-level texts and codes of a line: everything else in a line may be about a person.
_IMPERSONAL = frozenset(
    {"utid", "amount", "quantity", "deliverymethod", "deliverydate", "etid", "ptid", "expirationdate", "country",
     "stateorprovince", "shippingmethod", "externalreflineitemid", "externalrefid", "customeridentifier",
     "accountidentifier", "campaign", "purchaseordernumber", "sendemail"}
)  # fmt: skip


def safe(sentence: object, personal: Iterable[str] = ()) -> str:
    """One line of at most 500 characters without e-mail addresses, phone numbers and the `personal` values."""
    words = _CONTROL.sub(" ", sentence if isinstance(sentence, str) else "")[: 20 * LONGEST_PHRASE]
    for value in sorted(personal, key=len, reverse=True):
        if value in words:
            words = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, words)
    words = without_numbers(words).strip()
    return words if len(words) <= LONGEST_PHRASE else words[: LONGEST_PHRASE - 1] + "…"


def personal_values(line: object) -> Iterator[str]:
    """Every text of a line item (or of part of one) that may be about a person."""
    if isinstance(line, dict):
        for key, value in line.items():
            if key.lower() not in _IMPERSONAL:
                yield from personal_values(value)
    elif isinstance(line, list):
        for item in line:
            yield from personal_values(item)
    elif isinstance(line, str) and len(line.strip()) > 1:
        yield line.strip()


def echoed_value(error: dict[str, Any]) -> list[str]:
    """`invalidValue` of an error (keys in lower case) repeats what was sent."""
    value = error.get("invalidvalue")
    return [str(value)] if value not in (None, "") else []
