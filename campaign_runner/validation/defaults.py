"""Can the defaults of campaign.toml be?  Known fields, canonical spelling, right for at least one delivery method."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from campaign_runner.model import Field, RuleBook
from campaign_runner.model.errors import SettingsError
from campaign_runner.model.words import did_you_mean, nearest
from campaign_runner.validation.arrowtext import TEXT
from campaign_runner.validation.failed_checks import CheckResults, Failure
from campaign_runner.validation.kinds import NORMALISE, CellContext
from campaign_runner.validation.messages import Wording
from campaign_runner.validation.normalisation import tidy
from campaign_runner.validation.rule_options import RuleOptions
from campaign_runner.validation.schemas import shape_of_default


def normalised(book: RuleBook, defaults: Mapping[str, str], choices: RuleOptions, words: Wording) -> dict[str, str]:
    """The defaults in canonical spelling; raises SettingsError for one that no row could have."""
    done = {}
    for name, value in defaults.items():
        if name not in book.fields:
            raise SettingsError(_unknown(name, list(book.fields)))
        if text := _canonical(book.fields[name], str(value), choices):
            _possible(book, book.fields[name], str(value), text, choices, words)
            done[name] = text
    return done


def _canonical(field: Field, value: str, choices: RuleOptions) -> str:
    kind = field.metadata["kind"]
    text = tidy(pa.array([value], TEXT), kind)
    text = NORMALISE[kind](text, CellContext(field, choices)) if kind in NORMALISE else text
    return text[0].as_py() or ""


def _possible(book: RuleBook, field: Field, value: str, text: str, choices: RuleOptions, words: Wording) -> None:
    takers = [method for method in book.methods.values() if method.presence(field.name) != "not allowed"]
    if not takers:
        raise SettingsError(f"[defaults] {field.name}: no delivery method takes it. Delete the line.")
    schemas = [shape_of_default(field, method, choices) for method in takers]
    one = np.array([True])
    verdicts = CheckResults(lambda _: pa.array([text], TEXT), [(schema, one) for schema in schemas])
    failures = [list(verdicts.failures(schema, one, np.array([0]))) for schema in schemas]
    if all(_wrong(found) for found in failures):
        advice = words.teller(field, _wrong(failures[0])[0].check, takers[0].name).advice(text, "")
        raise SettingsError(f'[defaults] {field.name}: "{value}" {advice.error} {advice.remedy}')


def _wrong(found: list[Failure]) -> list[Failure]:
    """Warnings do not make a default impossible."""
    return [failure for failure in found if getattr(failure.check, "severity", "error") == "error"]


def _unknown(name: str, known: list[str]) -> str:
    hint = did_you_mean(nearest(name, known)) or f"Known: {', '.join(known)}."
    return f'[defaults] {name}: there is no field "{name}". {hint}'
