"""Which rows are right, and what is wrong with the others?  The story of one chunk is `Validator.__call__`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.errors import SettingsError
from campaign_runner.model import Checked, CleanRows, Column, Problem, RawRows, RuleBook
from campaign_runner.validation import columns as _columns
from campaign_runner.validation.arrowtext import TEXT, arrow, joined, series
from campaign_runner.validation.choices import Choices
from campaign_runner.validation.failures import Failure, failures_of
from campaign_runner.validation.garbage import uncollected
from campaign_runner.validation.kinds import NORMALISE, Case
from campaign_runner.validation.normalisation import tidy
from campaign_runner.validation.schemas import PLACED, Shape, shape_of, shape_of_default, shape_of_none
from campaign_runner.validation.wording import Wording
from campaign_runner.validation.worth import worth_of

METHOD = "deliveryMethod"


@dataclass(slots=True)
class _Chunk:
    """One chunk on its way: `fields` are normalised arrow columns by Tango's name, `shapes` a shape name per row."""

    rows: RawRows
    index: pd.Index[Any]
    fields: dict[str, Any]
    shapes: np.ndarray[Any, Any]
    named: set[tuple[int, int]]
    problems: list[Problem]


class Validator:
    """Judges chunk after chunk of one file."""

    def __init__(
        self, book: RuleBook, columns: tuple[Column, ...], choices: Choices, defaults: Mapping[str, str],
        key: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._book, self._choices, self._columns = book, choices, columns
        self._where, self._own = _columns.by_field(columns), _columns.own(columns)
        self._key = _columns.key_columns(book, key, columns)
        self._words = Wording(book, choices)
        self._defaults = self._normalised(_columns.known_defaults(book, defaults))
        self._present = [name for name in book.fields if name in self._where or name in self._defaults]
        _columns.demand(book, set(book.required_always) - set(self._present), columns, "every row")
        self._shapes = self._compiled()
        self._begun = False

    @property
    def key(self) -> tuple[str, ...]:
        """The key columns as `CleanRows` has them: a Tango field, or the header of an own column."""
        headers = {column.position: header for header, column in self._own.items()}
        return tuple(column.field or headers[column.position] for column in self._key)

    def __call__(self, rows: RawRows) -> Checked:
        """Judge some rows; raises FileUnusable where all of the first chunk's rows lack a column that they need."""
        with uncollected():
            chunk = self._read(rows)
            self._look_for_columns(chunk)
            for name in pd.unique(chunk.shapes):
                self._judge(chunk, self._shapes[name])
            self._judge_keys(chunk)
            return self._checked(chunk)

    def _read(self, rows: RawRows) -> _Chunk:
        """Everything tidied and in canonical spelling; a default where the cell is empty and the row may have it."""
        index = rows.cells.index
        named = {(problem.row, problem.column.position) for problem in rows.problems if problem.column}
        chunk = _Chunk(rows, index, {}, np.empty(0, object), named, list(rows.problems))
        texts = {name: self._text(rows, name) for name in self._present}
        self._put(chunk, METHOD, texts, None)
        self._put(chunk, "utid", texts, None)
        chunk.shapes = self._shapes_of(chunk)
        countries = {self._book.fields[name].metadata.get("country") for name in self._present}
        for name in sorted(self._present, key=lambda name: name not in countries):
            if name not in chunk.fields:
                self._put(chunk, name, texts, chunk.shapes)
        return chunk

    def _text(self, rows: RawRows, name: str) -> Any:
        column = self._where.get(name)
        if column is None:
            return pa.nulls(len(rows.cells), TEXT)
        return tidy(arrow(rows.cells[column.position]), self._book.fields[name].metadata["kind"])

    def _put(self, chunk: _Chunk, name: str, texts: Mapping[str, Any], shapes: Any) -> None:
        field = self._book.fields[name]
        normalise = NORMALISE.get(field.metadata["kind"])
        country = chunk.fields.get(field.metadata.get("country", ""))
        text = texts[name]
        default = self._defaults.get(name)
        if default is not None and text.null_count:
            text = pc.if_else(pc.and_(pc.is_null(text), self._takers(name, shapes, len(text))), default, text)
        chunk.fields[name] = normalise(text, Case(field, self._choices, country)) if normalise else text

    def _takers(self, name: str, shapes: Any, length: int) -> Any:
        """The rows whose method may have the field: a default must not make other rows wrong."""
        if shapes is None:
            return pa.array(np.full(length, True))
        takers = [shape.name for shape in self._shapes.values() if name in shape.takes]
        return pa.array(np.isin(shapes.astype(str), takers))

    def _shapes_of(self, chunk: _Chunk) -> np.ndarray[Any, Any]:
        known = pa.array(list(self._book.methods), TEXT)
        method = chunk.fields[METHOD]
        names = pc.if_else(pc.is_in(method, value_set=known), method, "")
        if self._choices.address_utids:
            listed = pc.is_in(
                chunk.fields["utid"], value_set=pa.array([u.upper() for u in self._choices.address_utids], TEXT)
            )
            more = joined(names, "with address", by=" ")
            open_to = pc.is_in(more, value_set=pa.array(list(self._shapes), TEXT))
            names = pc.if_else(pc.and_(listed, open_to), more, names)
        return np.asarray(names.fill_null("").to_numpy(zero_copy_only=False), dtype=object)

    def _look_for_columns(self, chunk: _Chunk) -> None:
        """Columns that all rows need are the file's fault, columns that some rows need are told row by row."""
        seen = [self._shapes[name] for name in pd.unique(chunk.shapes) if name]
        lacking = {shape.name: [f for f in self._book.fields if f in shape.required and f not in self._present]
                   for shape in seen}  # fmt: skip
        if seen and not self._begun:
            everywhere = set.intersection(*(set(names) for names in lacking.values()))
            _columns.demand(self._book, everywhere, self._columns, " and ".join(s.method for s in seen))
        self._begun = True
        for shape in seen:
            if names := lacking[shape.name]:
                for row in chunk.index[chunk.shapes == shape.name]:
                    chunk.problems.append(self._words.columns_missing(int(row), names, shape.method))

    def _judge(self, chunk: _Chunk, shape: Shape) -> None:
        """One method's rows against its schema."""
        here = chunk.shapes == shape.name
        rows = None if here.all() else pa.array(here)
        columns = {name: self._placed(chunk, name) for name in shape.schema.columns}
        if rows is not None:
            columns = {name: text.filter(rows) for name, text in columns.items()}
        columns = {
            name: text for name, text in columns.items() if name in shape.required or text.null_count < len(text)
        }
        index = chunk.index if rows is None else chunk.index[here]
        frame = pd.DataFrame({name: series(text, index) for name, text in columns.items()}, index=index, copy=False)
        strangers: list[tuple[str, np.ndarray[Any, Any]]] = []
        stopped: dict[str, set[int]] = {}
        for failure in sorted(failures_of(shape.schema, frame), key=self._position):
            name = failure.column.removesuffix(PLACED)
            if failure.rule == "not-allowed":
                strangers.append((name, failure.rows))
                continue
            if stopped.get(name):
                failure = failure.without(stopped[name])
            if getattr(failure.check, "stop", False):
                stopped.setdefault(name, set()).update(failure.rows.tolist())
            self._tell(chunk, shape, name, self._where.get(name), failure)
        self._tell_strangers(chunk, shape, strangers)

    def _position(self, failure: Failure) -> int:
        """Problems of a row are told from left to right."""
        column = self._where.get(failure.column.removesuffix(PLACED))
        return column.position if column else -1

    def _placed(self, chunk: _Chunk, name: str) -> Any:
        """The column of a schema: a field, or country and field as one text where the country is a known one."""
        if not name.endswith(PLACED):
            return chunk.fields[name]
        field = self._book.fields[name.removesuffix(PLACED)]
        country = chunk.fields.get(field.metadata["country"])
        if country is None:
            return pa.nulls(len(chunk.index), TEXT)
        known = pa.array(self._book.fields[field.metadata["country"]].choices, TEXT)
        both = joined(country, chunk.fields[field.name], by=PLACED)
        return pc.if_else(pc.is_in(country, value_set=known), both, None)

    def _tell(self, chunk: _Chunk, shape: Shape, name: str, column: Column | None, failure: Failure) -> None:
        field, words = self._book.fields[name], self._words
        position = column.position if column else -1
        numbers = failure.rows.tolist()
        if failure.check is None:
            for row in numbers:
                if (row, position) not in chunk.named:
                    chunk.problems.append(words.presence(row, column, name, "required", shape.method))
            return
        places = chunk.index.get_indexer(pd.Index(failure.rows))
        values = chunk.fields[name].take(pa.array(places)).to_pylist()
        shown = values if column is None else _shown(chunk.rows, column, places, values)
        country = chunk.fields.get(field.metadata.get("country", ""))
        lands = [""] * len(values) if country is None else country.take(pa.array(places)).to_pylist()
        found = words.teller(field, failure.check, shape.method).problems(
            numbers, column, shown, values, [land or "" for land in lands]
        )
        if chunk.named:
            found = (problem for problem in found if (problem.row, position) not in chunk.named)
        chunk.problems.extend(found)

    def _tell_strangers(self, chunk: _Chunk, shape: Shape, strangers: list[tuple[str, Any]]) -> None:
        """Filled cells that the method does not take: one problem for each object (recipient, shipping) of a row."""
        objects: dict[tuple[int, str], list[str]] = {}
        for name, where in strangers:
            group = str(self._book.fields[name].metadata.get("group", name)).split(".")[0]
            for row in where.tolist():
                objects.setdefault((row, group), []).append(name)
        for (row, _), names in objects.items():
            found = sorted((self._where[name] for name in names), key=lambda column: column.position)
            if (row, found[0].position) not in chunk.named:
                others = "".join(f", {column.cell(row)}" for column in found[1:])
                text = str(chunk.rows.cells[found[0].position].at[row]).strip()
                name = str(found[0].field)
                chunk.problems.append(
                    self._words.presence(row, found[0], name, "not-allowed", shape.method, text, others)
                )

    def _judge_keys(self, chunk: _Chunk) -> None:
        for column in self._key:
            text = chunk.fields.get(column.field or "")
            text = tidy(arrow(chunk.rows.cells[column.position]), "text") if text is None else text
            if text.null_count:
                told = {(problem.row, problem.column.position) for problem in chunk.problems if problem.column}
                for row in chunk.index[pc.is_null(text).to_numpy(zero_copy_only=False)].tolist():
                    if (row, column.position) not in told:
                        chunk.problems.append(self._words.key(row, column))

    def _checked(self, chunk: _Chunk) -> Checked:
        rejected: set[int] = set()
        late: set[int] = set()
        for problem in chunk.problems:
            if problem.severity == "error":
                (late if problem.calendar else rejected).add(problem.row)
        good = ~chunk.index.isin(list(rejected)) if rejected else None
        bad = np.asarray(chunk.index.isin(list(late))) if late else np.zeros(len(chunk.index), bool)
        worth = worth_of(chunk.fields, chunk.index, bad if good is None else bad | ~good)
        chunk.problems.sort(key=attrgetter("row"))
        return Checked(self._clean(chunk, good), tuple(chunk.problems), frozenset(late - rejected), worth)

    def _clean(self, chunk: _Chunk, good: Any) -> CleanRows:
        mask = None if good is None else pa.array(good)
        index = chunk.index if good is None else chunk.index[good]
        own = {header: tidy(arrow(chunk.rows.cells[column.position]), "text") for header, column in self._own.items()}
        fields, mine = (
            pd.DataFrame(
                {name: series(text if mask is None else text.filter(mask), index) for name, text in columns.items()},
                index=index, copy=False,
            )
            for columns in ({name: chunk.fields[name] for name in self._present}, own)
        )  # fmt: skip
        return CleanRows(fields, mine)

    def _compiled(self) -> dict[str, Shape]:
        shapes = [shape_of(self._book, m, self._present, self._choices, False) for m in self._book.methods.values()]
        if self._choices.address_utids and "ADDRESS" in self._book.methods:
            digital = [
                m for m in self._book.methods.values() if "recipient.firstName" in m.required and m.name != "ADDRESS"
            ]
            shapes += [shape_of(self._book, method, self._present, self._choices, True) for method in digital]
        shapes.append(shape_of_none(self._book, self._present, self._choices))
        return {shape.name: shape for shape in shapes}

    def _normalised(self, defaults: Mapping[str, str]) -> dict[str, str]:
        """The defaults in canonical spelling; raises SettingsError for one that would do for no method."""
        done = {}
        for name, value in defaults.items():
            field = self._book.fields[name]
            kind = field.metadata["kind"]
            text = tidy(pa.array([value], TEXT), kind)
            text = NORMALISE[kind](text, Case(field, self._choices)) if kind in NORMALISE else text
            frame = pd.DataFrame({name: series(text, pd.Index([0]))})
            takers = [m for m in self._book.methods.values() if name in (*m.required, *m.optional)]
            failures = [failures_of(shape_of_default(field, m, self._choices), frame) for m in takers]
            if all(failures):
                check = failures[0][0].check if failures else None
                raise SettingsError(self._bad_default(name, value, text[0].as_py(), check))
            done[name] = text[0].as_py()
        return done

    def _bad_default(self, name: str, value: str, canonical: str, check: Any) -> str:
        if check is None:
            return f"[defaults] {name}: no delivery method takes it. Delete the line."
        advice = self._words.teller(self._book.fields[name], check, "").advice(canonical, "")
        return f'[defaults] {name}: "{value}" {advice.error} {advice.remedy}'


def _shown(rows: RawRows, column: Column, places: Any, values: list[str]) -> list[str]:
    """The cells as the user wrote them (the default where the cell is empty)."""
    cells = arrow(rows.cells[column.position]).take(pa.array(places)).to_pylist()
    return [cell.strip() or value for cell, value in zip(cells, values, strict=True)]
