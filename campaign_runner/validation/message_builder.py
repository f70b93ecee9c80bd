"""What is said of a cell that is empty, or filled, where it should not be?  And who tells of a broken check."""

from __future__ import annotations

from typing import Any

from campaign_runner.model import Column, Field, Problem, RuleBook
from campaign_runner.validation.messages import MessageBuilder, listed
from campaign_runner.validation.rule_options import RuleOptions


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
