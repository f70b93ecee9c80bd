"""What may stand in a rule book?  Its two kinds of file as models, and a mistake as a sentence.

docs/rulebook.schema.json, for editors, is made of these models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from campaign_runner.model.words import near

# How the spellings of a value are made one before it is judged (normalisation.py).
Kind = Literal[
    "text", "message", "place", "choice", "email", "phone", "region", "postal", "code", "amount", "count", "date",
    "instant",
]  # fmt: skip
WORDS = ["length", "bad", "near", "method", "noun", "example", "today", "limit", "choices", "header", "cells"]


def _plain(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a pattern: {error}.") from None
    if re.search(r"\(\?[=!<]|\\[0-9]", pattern):
        raise ValueError(
            f"{pattern!r} uses look-around or back-references, which are too slow. Write it without them."
        )
    return pattern


def _known_words(text: str) -> str:
    if unknown := [word for word in re.findall(r"\{(\w*)\}", text) if word not in WORDS]:
        raise ValueError(f"{{{unknown[0]}}} is unknown.{near(unknown[0], WORDS)}")
    return text


Text = Annotated[str, Field(pattern=r"\S")]
Words = Annotated[Text, AfterValidator(_known_words)]
Pattern = Annotated[str, AfterValidator(_plain)]
Choices = dict[str, list[str]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Sentence(_Part):
    error: Words = Field(description="continues the quoted value")
    remedy: Words = Field(description="what to type instead")


class Options(Sentence):
    rule: Text = Field(description="names the rule")
    calendar: bool = Field(False, description="true: it depends on the day of the run")
    severity: Literal["error", "warning"] = Field("error", description="warning: it does not stop the row")
    stop: bool = Field(False, description="true: the later checks say nothing more of that cell")
    countries: dict[str, Sentence] = Field({}, description="sentences for a country's own rule")


class Patterns(_Part, extra="allow"):
    other: Pattern = Field(description="the rule for every other country")
    __pydantic_extra__: dict[str, Pattern]


def _check(name: str, **arguments: Any) -> type[_Part]:
    return create_model(name, __base__=_Part, options=(Options, ...), **arguments)


_YES, _NUMBER = _check("Yes", value=(bool, ...)), _check("Number", value=(int, ...))
_PATTERN = _check("Pattern", pattern=(Pattern, ...))
# pandera's own checks and the project's (checks.py), each with the arguments that it takes.
_ARGUMENTS: dict[str, Any] = {
    "isin": _check("Choice", allowed_values=(list[str], Field([], description="the field's choices, unless given"))),
    "str_length": _check("Length", max_value=(int, ...), min_value=(int, 0)),
    "str_matches": _PATTERN, "only_characters": _PATTERN,
    "without_characters": _check("Characters", characters=(Text, ...)),
    "by_country": _check("ByCountry", patterns=(Patterns, ...)),
    "email_address": _YES, "likely_domain": _YES, "likely_name": _YES,
    "phone_number": _check("Phone", countries=(Literal["us", "all"], ...)), "dialable": _YES,
    "decimal_amount": _YES, "amount_positive": _YES, "amount_digits": _NUMBER,
    "whole_number": _YES, "count_at_least": _NUMBER, "count_at_most": _NUMBER,
    "iso_date": _YES, "days_ahead": _NUMBER, "days_ahead_at_most": _NUMBER,
    "iso_instant": _YES, "expires_after": _NUMBER, "expires_within": _NUMBER,
}  # fmt: skip
Checks = create_model("Checks", __base__=_Part, **{n: (c, None) for n, c in _ARGUMENTS.items()})  # type: ignore[call-overload]
OtherChecks = create_model("OtherChecks", __base__=Checks, **{n: (c | None, None) for n, c in _ARGUMENTS.items()})  # type: ignore[call-overload]


class SentenceGrammar(_Part):
    required: Sentence
    column_missing: Sentence = Field(alias="column-missing")
    not_allowed: Sentence = Field(alias="not-allowed")
    key: Sentence


class Metadata(_Part):
    noun: Text = Field(description="how a sentence names it")
    example: Text = Field(description="a value that passes")
    source: Text = Field(description="the sentence of Tango's pages that it comes from")
    kind: Kind = Field("text", description="how its spellings are made one")
    spellings: list[str] = Field([], description="headers that mean it (case, blanks, - _ . do not count)")
    choices: Choices = Field({}, description="the words that will do, each with a list of other spellings")
    regions: dict[str, Choices] = Field({}, description="for each country its regions, each with other spellings")
    country: Text = Field("", description="the field that decides which place rules apply")
    group: Text = Field("", description="the object that it belongs to")
    sentences: dict[str, Sentence] = Field({}, description="in the place of the book's own")
    variants: dict[str, dict[str, Checks]] = Field(
        {}, description="other checks, by a choice of [rules] in campaign.toml"
    )


class ColumnGrammar(_Part):
    title: Text
    description: Text
    checks: Checks = Field(default_factory=Checks, description="by their pandera names, the first to judge first")
    metadata: Metadata


class Columns(_Part):
    """columns.yaml: every field of a line item, once."""

    lists: dict[str, Any] = Field({}, description="what fields refer to, by &name and *name")
    fields: dict[str, ColumnGrammar] = Field(min_length=1)
    sentences: SentenceGrammar


class Rule(_Part):
    checks: OtherChecks = Field(default_factory=OtherChecks, description="some replaced, added or (null) dropped")


class MethodFile(_Part):
    """EMAIL.yaml and its like: one delivery method; a field that is neither required nor optional is not allowed."""

    method: Text = Field(description="the file's own name")
    title: Text
    description: Text
    source: Text = Field(description="the sentence of Tango's pages that it comes from")
    spellings: list[str] = Field([], description="other words for the method")
    required: list[str] = Field([], description="names of fields")
    optional: list[str] = Field([], description="names of fields")
    rules: dict[str, Rule] = Field({}, description="for each field what is different about it")
    example: dict[str, Any] = Field({}, description="for each field a value")


def mistake(model: type[BaseModel], values: Any) -> str:
    """The first mistake in the content of a file, as a sentence that names the key; "" where there is none."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        odd_key_first = sorted(
            error.errors(), key=lambda each: each["type"] not in {"extra_forbidden", "invalid_key"}
        )
        return _sentence(model, odd_key_first[0])
    return ""


_WHY = {
    "model_type": "expected keys and values{about}.", "dict_type": "expected keys and values{about}.",
    "list_type": "expected a list, in [brackets]{about}.", "too_short": "there are none. Compare it with the shipped file.",
    "string_type": '{value!r} is not a text. Put it in quotes, like "NO".', "string_pattern_mismatch": "a text is missing.",
    "invalid_key": '{value!r} is not a text. Put it in quotes, like "NO".',
    "int_type": "{value!r} is not a whole number.", "bool_type": "{value!r} is neither true nor false.",
}  # fmt: skip


def _sentence(model: type[BaseModel], problem: Mapping[str, Any]) -> str:
    place = [str(part) for part in problem["loc"]]
    value, what = problem["input"], problem["type"]
    place = place[:-2] if place[-1:] == ["[key]"] else place[:-1] if what == "invalid_key" else place
    kind, about = _at(model, place)
    if what == "extra_forbidden":
        fields = _at(model, place[:-1])[0].model_fields
        why = f"unknown key.{near(place[-1], [info.alias or name for name, info in fields.items()])}"
    elif what == "missing" or (place and value in (None, "")):
        why = f"a {'text' if kind is str else 'value'} is missing."
    elif what == "literal_error":
        why = f'"{value}" is unknown.{near(value, get_args(kind))}'
    else:
        words = {"value": value, "about": about and f": {about}"}
        why = _WHY[what].format(**words) if what in _WHY else problem["msg"].removeprefix("Value error, ")
    return ": ".join(filter(None, (".".join(place), why)))


def _at(kind: Any, place: Iterable[str]) -> tuple[Any, str]:
    """What is expected at a place of a file, and the words about the last key on the way that has any."""
    about = ""
    for part in place:
        if hasattr(kind, "model_fields"):
            info = next((i for name, i in kind.model_fields.items() if part in (name, i.alias)), None)
            kind, about = (info.annotation, info.description or about) if info else (None, about)
        else:
            kind = (get_args(kind) or (None,))[-1]  # of a list or of keys and values
        kind = get_args(kind)[0] if hasattr(kind, "__metadata__") or type(None) in get_args(kind) else kind
    return kind, about
