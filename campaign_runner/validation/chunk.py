"""What does a chunk say, once tidied?  Every field in canonical spelling, defaults filled in, a shape for each row.
And can the defaults of campaign.toml be?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Column, Field, Problem, RawRows, RuleBook
from campaign_runner.model.errors import SettingsError
from campaign_runner.model.words import did_you_mean, nearest
from campaign_runner.validation.arrowtext import TEXT, arrow, joined
from campaign_runner.validation.failed_checks import CheckResults, Failure
from campaign_runner.validation.kinds import NORMALISE, CellContext
from campaign_runner.validation.messages import Wording
from campaign_runner.validation.normalisation import tidy
from campaign_runner.validation.rule_options import RuleOptions
from campaign_runner.validation.schemas import METHOD, PLACED, RowSchema, shape_of_default


@dataclass(slots=True)
class TidyChunk:
    """One chunk on its way: `fields` are arrow columns by Tango's name, `shapes` has the name of a shape per row.

    `named` are the cells, as (row, position), of which enough is said. `currencies`: the currency of each row's
    reward, or None where all have the setting's; `foreign`: the rows whose amount is in another one.
    """

    rows: RawRows
    index: pd.Index[Any]
    fields: dict[str, Any]
    shapes: np.ndarray[Any, Any]
    named: set[tuple[int, int]]
    problems: list[Problem]
    currencies: Any = None
    foreign: set[int] = field(default_factory=set)


class ChunkReader:
    """Makes chunks of raw rows."""

    def __init__(
        self, book: RuleBook, choices: RuleOptions, where: Mapping[str, Column], present: list[str],
        defaults: Mapping[str, str], shapes: Mapping[str, RowSchema], currencies: Callable[[Any], Any],
    ) -> None:  # fmt: skip
        self._book, self._choices, self._where = book, choices, where
        self._present, self._defaults, self._shapes = present, defaults, shapes
        self._currencies = currencies

    def read(self, rows: RawRows) -> TidyChunk:
        """The method first, since it decides where a default applies; then countries, since regions hang on them."""
        named = {(problem.row, problem.column.position) for problem in rows.problems if problem.column}
        chunk = TidyChunk(rows, rows.cells.index, {}, np.empty(0, object), named, list(rows.problems))
        first = (METHOD, "utid")
        for name in first:
            chunk.fields[name] = self._field(chunk, name)
        chunk.shapes = self._shapes_of(chunk)
        chunk.currencies = self._currencies(chunk.fields["utid"])
        countries = {self._book.fields[name].metadata.get("country") for name in self._present}
        for name in sorted(self._present, key=lambda name: name not in countries):
            if name not in first:
                chunk.fields[name] = self._field(chunk, name)
        return chunk

    def _field(self, chunk: TidyChunk, name: str) -> Any:
        field = self._book.fields[name]
        normalise = NORMALISE.get(field.metadata["kind"])
        text = self._text(chunk.rows, name)
        default = self._defaults.get(name)
        if default is not None and text.null_count:
            text = pc.if_else(pc.and_(pc.is_null(text), self._takers(name, chunk)), default, text)
        country = chunk.fields.get(field.metadata.get("country", ""))
        return normalise(text, CellContext(field, self._choices, country, chunk.currencies)) if normalise else text

    def _text(self, rows: RawRows, name: str) -> Any:
        column = self._where.get(name)
        if column is None:
            return pa.nulls(len(rows.cells), TEXT)
        return tidy(arrow(rows.cells[column.position]), self._book.fields[name].metadata["kind"])

    def _takers(self, name: str, chunk: TidyChunk) -> Any:
        """The rows whose method may have the field: a default must not make other rows wrong."""
        if name in self._book.required_always:
            return pa.array(np.full(len(chunk.index), True))
        takers = [shape.name for shape in self._shapes.values() if name in shape.takes]
        return pa.array(np.isin(chunk.shapes.astype(str), takers))

    def _shapes_of(self, chunk: TidyChunk) -> np.ndarray[Any, Any]:
        known = pa.array(list(self._book.methods), TEXT)
        method = chunk.fields[METHOD]
        names = pc.if_else(pc.is_in(method, value_set=known), method, "")
        if self._choices.address_utids:
            utids = pa.array([utid.upper() for utid in self._choices.address_utids], TEXT)
            more = joined(names, "with address", by=" ")
            open_to = pc.is_in(more, value_set=pa.array(list(self._shapes), TEXT))
            names = pc.if_else(pc.and_(pc.is_in(chunk.fields["utid"], value_set=utids), open_to), more, names)
        return np.asarray(names.fill_null("").to_numpy(zero_copy_only=False), dtype=object)


def placed(chunk: TidyChunk, book: RuleBook, name: str) -> Any:
    """The column of a schema: a field, or country and field as one text where the country is a known one."""
    if not name.endswith(PLACED):
        return chunk.fields[name]
    field = book.fields[name.removesuffix(PLACED)]
    country = chunk.fields.get(field.metadata["country"])
    if country is None:
        return pa.nulls(len(chunk.index), TEXT)
    known = pa.array(book.fields[field.metadata["country"]].choices, TEXT)
    both = joined(country, chunk.fields[field.name], by=PLACED)
    return pc.if_else(pc.is_in(country, value_set=known), both, None)


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
    if all(_wrong(failed) for failed in failures):
        advice = words.teller(field, _wrong(failures[0])[0].check, takers[0].name).advice(text, "")
        raise SettingsError(f'[defaults] {field.name}: "{value}" {advice.error} {advice.remedy}')


def _wrong(failures: list[Failure]) -> list[Failure]:
    """Warnings do not make a default impossible."""
    return [failure for failure in failures if getattr(failure.check, "severity", "error") == "error"]


def _unknown(name: str, known: list[str]) -> str:
    hint = did_you_mean(nearest(name, known)) or f"Known: {', '.join(known)}."
    return f'[defaults] {name}: there is no field "{name}". {hint}'
