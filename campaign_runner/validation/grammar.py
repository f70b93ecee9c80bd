"""What may stand in a rule book?  The keys of its files, and the checks with their arguments.

A mistake is a SettingsError that names file and key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from campaign_runner.model.errors import SettingsError
from campaign_runner.model.words import did_you_mean, nearest

FIELD_KEYS = {"title", "description", "checks", "metadata"}
METADATA_KEYS = {
    "noun", "example", "source", "spellings", "kind", "choices", "regions", "country", "group", "sentences",
    "variants",
}  # fmt: skip
METHOD_KEYS = {"method", "title", "description", "spellings", "source", "required", "optional", "rules", "example"}
BOOK_KEYS = {"sentences", "lists", "fields"}
OPTIONS = {"rule", "error", "remedy", "calendar", "severity", "countries", "stop"}
SENTENCES = {"required", "column-missing", "not-allowed", "key"}

# How the spellings of a value are made one before it is judged (normalisation.py).
KINDS = {
    "text", "message", "place", "choice", "email", "phone", "region", "postal", "code", "amount", "count", "date",
    "instant",
}  # fmt: skip

# pandera's own checks, then the project's (checks.py); each with the arguments that it needs.
CHECKS: dict[str, set[str]] = {
    "isin": {"allowed_values"},
    "str_length": {"max_value"},
    "str_matches": {"pattern"},
    "only_characters": {"pattern"},
    "without_characters": {"characters"},
    "by_country": {"patterns"},
    "email_address": {"value"},
    "likely_domain": {"value"},
    "likely_name": {"value"},
    "phone_number": {"countries"},
    "dialable": {"value"},
    "decimal_amount": {"value"},
    "amount_positive": {"value"},
    "amount_digits": {"value"},
    "whole_number": {"value"},
    "count_at_least": {"value"},
    "count_at_most": {"value"},
    "iso_date": {"value"},
    "days_ahead": {"value"},
    "days_ahead_at_most": {"value"},
    "iso_instant": {"value"},
    "expires_after": {"value"},
    "expires_within": {"value"},
}
OPTIONAL_ARGUMENTS = {"str_length": {"min_value"}}
WORDS = {
    "length", "bad", "near", "method", "noun", "example", "today", "limit", "choices", "header", "cells",
}  # fmt: skip
NUMBERS = {"max_value", "min_value"}
COUNTING = {
    "amount_digits", "count_at_least", "count_at_most", "days_ahead", "days_ahead_at_most", "expires_after",
    "expires_within",
}  # fmt: skip


def checks_of(path: Path, where: str, checks: Any, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The checks of one column, `isin` filled in from the choices; each must have its arguments and sentences."""
    known_keys(path, f"{where}.checks", checks, CHECKS)
    filled = {}
    for name, arguments in checks.items():
        here = f"{where}.checks.{name}"
        arguments = dict(arguments) if isinstance(arguments, dict) else arguments
        if name == "isin" and isinstance(arguments, dict):
            arguments.setdefault("allowed_values", list(metadata.get("choices") or {}))
        known_keys(path, here, arguments, CHECKS[name] | OPTIONAL_ARGUMENTS.get(name, set()) | {"options"})
        if missing := sorted((CHECKS[name] | {"options"}) - set(arguments)):
            raise SettingsError(f"{path}: {here}: {missing[0]} is missing.")
        _options(path, f"{here}.options", arguments["options"])
        _patterns(path, here, arguments)
        _numbers(path, here, name, arguments)
        filled[name] = arguments
    return filled


def choices_of(path: Path, where: str, choices: Any) -> dict[str, list[str]]:
    """The words that will do, each with its other spellings; YAML takes a bare NO for false, so keys are looked at."""
    if not isinstance(choices, dict):
        raise SettingsError(f"{path}: {where}: expected words, each with a list of other spellings.")
    for word, spellings in choices.items():
        if not isinstance(word, str):
            raise SettingsError(f'{path}: {where}: {word} is not a text. Put it in quotes, like "NO".')
        if not isinstance(spellings, list):
            raise SettingsError(f"{path}: {where}.{word}: expected a list of other spellings, perhaps empty: [].")
    return choices


def known_keys(path: Path, where: str, values: Any, known: Iterable[str]) -> None:
    """Raise unless `values` is a mapping of nothing but known keys."""
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: {where}: expected keys and values.")
    for key in values:
        if key not in known:
            place = f"{where}.{key}" if where else str(key)
            raise SettingsError(f"{path}: {place}: unknown key.{near(str(key), known)}")


def known_words(path: Path, where: str, text: str) -> None:
    """Raise where a sentence names something that no one will fill in."""
    if unknown := [word for word in re.findall(r"\{(\w*)\}", text) if word not in WORDS]:
        raise SettingsError(f"{path}: {where}: {{{unknown[0]}}} is unknown.{near(unknown[0], WORDS)}")


def text_of(path: Path, where: str, value: Any) -> str:
    """A text that is there, its line breaks made blanks."""
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{path}: {where}: a text is missing.")
    return " ".join(value.split())


def near(word: str, known: Iterable[str]) -> str:
    """The question about a known word, behind a blank; or nothing."""
    return f" {did_you_mean(nearest(str(word), known))}".rstrip()


def _options(path: Path, where: str, options: Any) -> None:
    known_keys(path, where, options, OPTIONS)
    text_of(path, f"{where}.rule", options.get("rule"))
    places = options.get("countries") or {}
    for here, sentence in ((where, options), *((f"{where}.countries.{code}", text) for code, text in places.items())):
        for key in ("error", "remedy"):
            known_words(path, here, text_of(path, f"{here}.{key}", sentence.get(key)))


def _patterns(path: Path, where: str, arguments: Mapping[str, Any]) -> None:
    patterns = arguments.get("patterns")
    if patterns is not None and "other" not in patterns:
        raise SettingsError(f"{path}: {where}.patterns: other is missing: the rule for every other country.")
    for pattern in (arguments.get("pattern", ""), *(patterns or {}).values()):
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise SettingsError(f"{path}: {where}: {pattern!r} is not a pattern: {error}.") from None
        if re.search(r"\(\?[=!<]|\\[0-9]", pattern):
            raise SettingsError(
                f"{path}: {where}: {pattern!r} looks around or back, which is too slow. Say it plainly."
            )


def _numbers(path: Path, where: str, name: str, arguments: Mapping[str, Any]) -> None:
    for key, value in arguments.items():
        if (key in NUMBERS or (key == "value" and name in COUNTING)) and type(value) is not int:
            raise SettingsError(f"{path}: {where}.{key}: {value!r} is not a whole number.")
