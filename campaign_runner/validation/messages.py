"""How is a broken rule shown?  In the book's sentence, or a better one where the kind knows what went wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from campaign_runner.model import Column, Field, Problem, RuleBook
from campaign_runner.model.words import did_you_mean
from campaign_runner.validation.checks import TYPING_MISTAKES
from campaign_runner.validation.kinds import EXPLAIN, CellContext, Hint
from campaign_runner.validation.kinds.choice import nearest
from campaign_runner.validation.rule_options import RuleOptions
from campaign_runner.validation.schemas import limit_of

_REMEMBERED = 50_000
_EXPLICABLE = 300  # characters; what is longer is not a slip of the pen, and looking closely would take long
_LETTERS_NAMED = 5
_EXPLAINED = frozenset({"format", "region"})
_OF_THE_VALUE = ("length", "bad", "near")


class MessageBuilder:
    """Words the failures of one check of one field for one method; what does not depend on the value once only."""

    def __init__(self, field: Field, check: Any, method: str, choices: RuleOptions) -> None:
        self._field, self._check, self._choices = field, check, choices
        self._explain = EXPLAIN.get(field.metadata["kind"]) if check.rule in _EXPLAINED else None
        words = {
            "method": method or "every row", "noun": field.metadata["noun"], "example": field.example,
            "choices": listed(field.choices, "or"), "today": choices.today.isoformat(), "limit": limit_of(check),
            "header": field.title,
        }  # fmt: skip
        self._own = self._advised(check.error, check.remedy, words)
        self._by_country = {
            code: self._advised(sentence["error"], sentence["remedy"], words)
            for code, sentence in (getattr(check, "countries", None) or {}).items()
        }
        self._hint = _HINTS.get(check.name)
        self._said: dict[tuple[str, str], Hint] = {}

    def problems(
        self, rows: Iterable[int], column: Column | None, shown: list[str], values: list[str], countries: list[str]
    ) -> Iterable[Problem]:
        """One problem per row: `shown` as the user wrote it, `values` as they were judged."""
        severity, calendar = getattr(self._check, "severity", "error"), getattr(self._check, "calendar", False)
        for row, text, value, country in zip(rows, shown, values, countries, strict=True):
            rule, error, remedy = self.advice(value, country)
            if calendar and text != value:
                error = f"means {value}, which {error}"
            yield Problem(row, column, rule, text, error, remedy, severity, calendar)

    def advice(self, value: str, country: str) -> Hint:
        """The sentences for one value; equal values are worded once."""
        sentence = self._said.get((value, country))
        if sentence is None:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            sentence = self._said[value, country] = self._advice(value, country)
        return sentence

    def _advice(self, value: str, country: str) -> Hint:
        if (
            self._explain
            and len(value) <= _EXPLICABLE
            and (
                advice := foreign_digits(value)
                or self._explain(value, CellContext(self._field, self._choices, country))
            )
        ):
            return Hint(f"{self._field.name}:{advice.rule}", advice.error, advice.remedy)
        sentence = self._by_country.get(country) or self._by_country.get("other") or self._own
        words = self._hint(value, self._check.statistics, self._field) if self._hint else {}
        if "{" in sentence.error or "{" in sentence.remedy:
            words = {"length": len(value), **words}
            sentence = Hint(sentence.rule, sentence.error.format_map(words), sentence.remedy.format_map(words))
        return sentence._replace(remedy=sentence.remedy + words["hint"]) if words.get("hint") else sentence

    def _advised(self, error: str, remedy: str, words: Mapping[str, str]) -> Hint:
        """The sentences with all that is the same for every value; the words of the value stay in braces."""
        known = {**words, **{word: f"{{{word}}}" for word in _OF_THE_VALUE}}
        return Hint(f"{self._field.name}:{self._check.rule}", error.format_map(known), remedy.format_map(known))


def listed(words: Iterable[str], link: str = "and") -> str:
    """`a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} {link} {last}" if most else last


def _known_word(value: str, statistics: Mapping[str, Any], field: Field) -> dict[str, Any]:
    near = nearest(value, field.metadata.get("choices") or {})
    return {"near": near, "hint": f" {did_you_mean(near)}".rstrip()}


def _only(value: str, statistics: Mapping[str, Any], field: Field) -> dict[str, Any]:
    allowed = re.compile(f"(?:{statistics['pattern']})*")
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", value) if not unicodedata.combining(letter))
    hint = f" For example {bare}." if bare != value and allowed.fullmatch(bare) else ""
    return {"bad": _quoted(letter for letter in value if not allowed.fullmatch(letter)), "hint": hint}


def _without(value: str, statistics: Mapping[str, Any], field: Field) -> dict[str, Any]:
    return {"bad": _quoted(letter for letter in value if letter in statistics["characters"])}


def _usual_domain(value: str, statistics: Mapping[str, Any], field: Field) -> dict[str, Any]:
    name, _, domain = value.rpartition("@")
    return {"near": f"{name}@{TYPING_MISTAKES[domain]}"}


def _quoted(letters: Iterable[str]) -> str:
    return listed(f'"{letter}"' for letter in list(dict.fromkeys(letters))[:_LETTERS_NAMED])


# What a check can say of a value beyond its own sentence; `hint` is added to the remedy.
_HINTS = {
    "isin": _known_word,
    "only_characters": _only,
    "without_characters": _without,
    "likely_domain": _usual_domain,
}


class Wording:
    """The sentences of one run."""

    def __init__(self, book: RuleBook, choices: RuleOptions) -> None:
        self._book, self._choices = book, choices
        self._tellers: dict[tuple[str, int, str], MessageBuilder] = {}

    def teller(self, field: Field, check: Any, method: str) -> MessageBuilder:
        """Who words the failures of a check; the schemas live as long as this, so a check's id stays its own."""
        key = (field.name, id(check), method)
        if key not in self._tellers:
            self._tellers[key] = MessageBuilder(field, check, method, self._choices)
        return self._tellers[key]

    def presence(
        self,
        row: int,
        column: Column | None,
        name: str,
        rule: str,
        method: str,
        shown: str = "",
        cells: str = "the cell",
    ) -> Problem:
        """A problem of presence: `required`, `not-allowed`."""
        field = self._book.fields[name]
        words = {"method": method or "every row", "noun": field.metadata["noun"], "example": field.example,
                 "cells": cells}  # fmt: skip
        error, remedy = _sentence(field, rule, words)
        return Problem(row, column, f"{name}:{rule}", shown, error, remedy)

    def key(self, row: int, column: Column) -> Problem:
        """An empty cell in a column of `[identity] key`."""
        error, remedy = _sentence(next(iter(self._book.fields.values())), "key", {})
        return Problem(row, column, f"{column.field or column.header}:key", "", error, remedy)

    def columns_missing(self, row: int, names: list[str], method: str) -> Problem:
        """A row needs columns that the file does not have; one problem, however many they are."""
        fields = [self._book.fields[name] for name in names]
        words = {"method": method, "noun": listed(field.metadata["noun"] for field in fields),
                 "header": listed(f'"{field.title}"' for field in fields)}  # fmt: skip
        error, remedy = _sentence(fields[0], "column-missing", words)
        return Problem(row, None, f"{names[0]}:column-missing", "", error, remedy)


def _sentence(field: Field, rule: str, words: dict[str, str]) -> tuple[str, str]:
    sentence = field.metadata["sentences"][rule]
    return sentence["error"].format_map(words), sentence["remedy"].format_map(words)


def foreign_digits(value: str) -> Hint | None:
    """`２５` and `٢٥` are 25: what to type instead, in the digits 0 to 9; None where all digits are those."""
    digits = [letter for letter in value if letter > "\x7f" and letter.isdecimal()]
    if not digits:
        return None
    script = unicodedata.name(digits[0]).partition(" DIGIT ")[0].title().replace("Fullwidth", "full-width")
    plain = "".join(_MARKS.get(letter) or (str(int(letter)) if letter.isdecimal() else letter) for letter in value)
    return Hint("digits", f"has {script} digits in it.", f"Type it with the digits 0 to 9: {plain}.")


_MARKS = {"．": ".", "，": ",", "－": "-", "＋": "+", "٫": ".", "٬": ",", "　": " "}
