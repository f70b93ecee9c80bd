"""How is a broken rule told?  From the book's sentence, or a better one where the kind knows what went wrong."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from campaign_runner.model import Column, Field, Problem, RuleBook
from campaign_runner.validation.choices import Choices
from campaign_runner.validation.domains import TYPING_MISTAKES
from campaign_runner.validation.kinds import EXPLAIN, Advice, Case
from campaign_runner.validation.kinds.choice import nearest
from campaign_runner.validation.schemas import limit_of

_REMEMBERED = 100_000
_EXPLAINED = frozenset({"format", "region"})


class Wording:
    """The sentences of one run; equal mistakes are worded once."""

    def __init__(self, book: RuleBook, choices: Choices) -> None:
        self._book, self._choices = book, choices
        self._said: dict[tuple[Any, ...], Advice] = {}

    def broken(
        self, row: int, column: Column | None, field: Field, check: Any, method: str, shown: str, value: str,
        country: str,
    ) -> Problem:  # fmt: skip
        """The problem of a filled cell: `shown` as the user wrote it, `value` as it was judged."""
        key = (field.name, id(check), method, value, country)
        said = self._said.get(key)
        if said is None:
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            said = self._said[key] = self._advice(field, check, method, value, country)
        severity, calendar = getattr(check, "severity", "error"), getattr(check, "calendar", False)
        return Problem(row, column, said.rule, shown, said.error, said.remedy, severity, calendar)

    def standing(self, row: int, column: Column | None, name: str, rule: str, method: str, shown: str = "",
                 others: str = "") -> Problem:  # fmt: skip
        """A problem of presence: `required`, `not-allowed`."""
        field = self._book.fields[name]
        sentence = field.metadata["sentences"][rule]
        words = {"method": method or "every row", "noun": field.metadata["noun"], "example": field.example,
                 "others": others}  # fmt: skip
        error, remedy = (sentence[key].format(**words) for key in ("error", "remedy"))
        return Problem(row, column, f"{name}:{rule}", shown, error, remedy)

    def key(self, row: int, column: Column) -> Problem:
        """An empty cell in a column of `[identity] key`."""
        sentence = next(iter(self._book.fields.values())).metadata["sentences"]["key"]
        return Problem(row, column, f"{column.field or column.header}:key", "", sentence["error"], sentence["remedy"])

    def columns_missing(self, row: int, names: list[str], method: str) -> Problem:
        """A row needs columns that the file does not have; one problem, however many they are."""
        fields = [self._book.fields[name] for name in names]
        sentence = fields[0].metadata["sentences"]["column-missing"]
        words = {"method": method, "noun": _list([field.metadata["noun"] for field in fields]),
                 "header": _list([f'"{field.title}"' for field in fields])}  # fmt: skip
        error, remedy = (sentence[key].format(**words) for key in ("error", "remedy"))
        return Problem(row, None, f"{names[0]}:column-missing", "", error, remedy)

    def _advice(self, field: Field, check: Any, method: str, value: str, country: str) -> Advice:
        explain = EXPLAIN.get(field.metadata["kind"])
        if explain and check.rule in _EXPLAINED and (
            advice := explain(value, Case(field, self._choices, country))
        ):  # fmt: skip
            return advice._replace(rule=f"{field.name}:{advice.rule}")
        countries = getattr(check, "countries", None) or {}
        sentence = countries.get(country) or countries.get("other") or {"error": check.error, "remedy": check.remedy}
        words = self._words(field, check, method, value)
        error, remedy = (sentence[key].format(**words) for key in ("error", "remedy"))
        return Advice(f"{field.name}:{check.rule}", error, remedy + words["hint"])

    def _words(self, field: Field, check: Any, method: str, value: str) -> dict[str, Any]:
        """What the sentence may name, and a `hint` that is added to it."""
        hint, near, bad = "", "", ""
        statistics = check.statistics or {}
        if check.name == "isin":
            near = nearest(value, field.metadata.get("choices") or {})
            hint = f" Did you mean {near}?" if near else ""
        elif check.name == "only_characters":
            bad = _listed(re.sub(f"(?:{statistics['pattern']})+", "", value))
            hint = _plainer(value, f"(?:{statistics['pattern']})*")
        elif check.name == "without_characters":
            bad = _listed("".join(letter for letter in value if letter in statistics["characters"]))
        elif check.name == "likely_domain":
            name, _, domain = value.rpartition("@")
            near = f"{name}@{TYPING_MISTAKES[domain]}"
        return {
            "length": len(value), "bad": bad, "near": near, "hint": hint, "method": method or "every row",
            "noun": field.metadata["noun"], "example": field.example, "choices": _list(list(field.choices), "or"),
            "today": self._choices.today.isoformat(), "limit": limit_of(check), "header": field.title, "others": "",
        }  # fmt: skip


def _listed(letters: str) -> str:
    return _list([f'"{letter}"' for letter in dict.fromkeys(letters)])


def _list(words: list[str], link: str = "and") -> str:
    return f"{', '.join(words[:-1])} {link} {words[-1]}" if len(words) > 1 else "".join(words)


def _plainer(value: str, pattern: str) -> str:
    """The value without its accents, where that would do."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", value) if not unicodedata.combining(letter))
    return f" For example {bare}." if bare != value and re.fullmatch(pattern, bare) else ""
