"""Which rows are right, and what is wrong with the others?  The story of one chunk is `Validator.__call__`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Checked, CleanRows, Column, Problem, RawRows, RuleBook
from campaign_runner.model.money import UNITS
from campaign_runner.validation import columns as _columns
from campaign_runner.validation.arrowtext import arrow, series
from campaign_runner.validation.chunk import ChunkReader, TidyChunk, normalised, placed
from campaign_runner.validation.currency import CurrencyRule
from campaign_runner.validation.failed_checks import CheckResults, Failure
from campaign_runner.validation.messages import Wording, listed
from campaign_runner.validation.normalisation import tidy
from campaign_runner.validation.rule_options import RuleOptions
from campaign_runner.validation.schemas import METHOD, PLACED, RowSchema, shape_of, shape_of_none


class ChunkValidator:
    """Judges chunk after chunk of one file."""

    def __init__(
        self, book: RuleBook, columns: tuple[Column, ...], choices: RuleOptions, defaults: Mapping[str, str],
        key: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._made_of = book, columns, choices, defaults, key
        self._book, self._columns = book, columns
        self._where, self._own = _columns.by_field(columns), _columns.own(columns)
        self._key = _columns.key_columns(book, key, columns)
        self._words = Wording(book, choices)
        values = normalised(book, defaults, choices, self._words)
        self._present = [name for name in book.fields if name in self._where or name in values]
        self._lacking = frozenset(book.required_always) - set(self._present)
        if METHOD in self._lacking:
            _columns.demand(book, self._lacking, columns, "every row")
        self._shapes = _shapes(book, self._present, choices)
        self._currency = CurrencyRule(book, columns, self._where.get("amount"), choices)
        self._reader = ChunkReader(
            book, choices, self._where, self._present, values, self._shapes, self._currency.of_rewards
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process: what is compiled there again."""
        return ChunkValidator, self._made_of

    @property
    def key(self) -> tuple[str, ...]:
        """The key columns as `CleanRows` has them: a Tango field, or the header of an own column."""
        headers = {column.position: header for header, column in self._own.items()}
        return tuple(column.field or headers[column.position] for column in self._key)

    def __call__(self, rows: RawRows, *, first: bool = True) -> Checked:
        """Judge a chunk; raises FileUnusable where all of the first chunk's rows lack a column that they need."""
        chunk = self._reader.read(rows)
        self._look_for_columns(chunk, first)
        self._currency.judge(chunk)
        self._look_at_cells(chunk)
        self._look_at_keys(chunk)
        return self._checked(chunk)

    def _look_for_columns(self, chunk: TidyChunk, first: bool) -> None:
        """Columns that all rows need are the file's fault, columns that some rows need are told row by row."""
        seen = [self._shapes[name] for name in pd.unique(chunk.shapes) if name]
        lacking = {shape.name: [name for name in self._book.fields if name in shape.required - set(self._present)]
                   for shape in seen}  # fmt: skip
        if (seen and first) or self._lacking:
            everywhere = set.intersection(*(set(names) for names in lacking.values())) if seen else set()
            who = " and ".join(dict.fromkeys(shape.method for shape in seen))
            _columns.demand(self._book, everywhere | self._lacking, self._columns, who, self._lacking)
        for shape in seen:
            if names := lacking[shape.name]:
                for row in chunk.index[chunk.shapes == shape.name].tolist():
                    chunk.problems.append(self._words.columns_missing(row, names, shape.method))

    def _look_at_cells(self, chunk: TidyChunk) -> None:
        """Shape after shape, each row against its schema from left to right; every failure is a problem at its cell."""
        groups = [(self._shapes[name], chunk.shapes == name) for name in pd.unique(chunk.shapes)]
        results = CheckResults(
            lambda name: placed(chunk, self._book, name), [(shape.schema, here) for shape, here in groups]
        )
        for shape, here in groups:
            strangers: list[Failure] = []
            stopped: dict[str, set[int]] = {}
            failures = results.failures(shape.schema, here, chunk.index.to_numpy())
            for failure in sorted(failures, key=self._position):
                name = _field_of(failure)
                if failure.rule == "not-allowed":
                    strangers.append(failure)
                    continue
                if stopped.get(name):
                    failure = failure.without(stopped[name])
                if getattr(failure.check, "stop", False):
                    stopped.setdefault(name, set()).update(failure.rows.tolist())
                self._tell(chunk, shape, failure)
            self._tell_strangers(chunk, shape, strangers)

    def _tell(self, chunk: TidyChunk, shape: RowSchema, failure: Failure) -> None:
        name = _field_of(failure)
        column = self._where.get(name)
        rows = failure.rows.tolist()
        if failure.check is None:
            problems: Iterable[Problem] = (
                self._words.presence(row, column, name, "required", shape.method) for row in rows
            )
        else:
            teller = self._words.teller(self._book.fields[name], failure.check, shape.method)
            problems = teller.problems(rows, column, *self._texts(chunk, name, column, failure))
        if chunk.named:
            position = column.position if column else -1
            problems = (problem for problem in problems if (problem.row, position) not in chunk.named)
        chunk.problems.extend(problems)

    def _texts(
        self, chunk: TidyChunk, name: str, column: Column | None, failure: Failure
    ) -> tuple[list[str], list[str], list[str]]:
        """Of each failed cell: what the user wrote (or the default), what was judged, the country of the row."""
        places = pa.array(chunk.index.get_indexer(pd.Index(failure.rows)))
        values = chunk.fields[name].take(places).to_pylist()
        shown = values
        if column is not None:
            cells = arrow(chunk.rows.cells[column.position]).take(places).to_pylist()
            shown = [(cell or "").strip() or value for cell, value in zip(cells, values, strict=True)]
        country = chunk.fields.get(self._book.fields[name].metadata.get("country", ""))
        lands = [""] * len(values) if country is None else [land or "" for land in country.take(places).to_pylist()]
        return shown, values, lands

    def _tell_strangers(self, chunk: TidyChunk, shape: RowSchema, strangers: list[Failure]) -> None:
        """Filled cells that the method does not take: one problem for each object (recipient, shipping) of a row."""
        objects: dict[tuple[int, str], list[Column]] = {}
        for failure in strangers:
            column = self._where[failure.column]
            group = str(self._book.fields[failure.column].metadata.get("group", failure.column)).split(".")[0]
            for row in failure.rows.tolist():
                if (row, column.position) not in chunk.named:
                    objects.setdefault((row, group), []).append(column)
        for (row, _), columns in objects.items():
            cells = "the cells " + listed(column.cell(row) for column in columns) if columns[1:] else "the cell"
            text = str(chunk.rows.cells[columns[0].position].at[row]).strip()
            chunk.problems.append(
                self._words.presence(row, columns[0], str(columns[0].field), "not-allowed", shape.method, text, cells)
            )

    def _position(self, failure: Failure) -> int:
        column = self._where.get(_field_of(failure))
        return column.position if column else -1

    def _look_at_keys(self, chunk: TidyChunk) -> None:
        """An empty cell that is to name its row is a problem, unless one was told of it already."""
        for column in self._key:
            text = chunk.fields.get(column.field or "")
            text = tidy(arrow(chunk.rows.cells[column.position]), "text") if text is None else text
            if text.null_count:
                already = {(problem.row, problem.column.position) for problem in chunk.problems if problem.column}
                for row in chunk.index[pc.is_null(text).to_numpy(zero_copy_only=False)].tolist():
                    if (row, column.position) not in already:
                        chunk.problems.append(self._words.key(row, column))

    def _checked(self, chunk: TidyChunk) -> Checked:
        rejected: set[int] = set()
        late: set[int] = set()
        for problem in chunk.problems:
            if problem.severity == "error":
                (late if problem.calendar else rejected).add(problem.row)
        good = ~np.asarray(chunk.index.isin(list(rejected))) if rejected else np.ones(len(chunk.index), bool)
        stale = late - rejected
        kept_back = ~good | np.asarray(chunk.index.isin(list(stale))) if stale else ~good
        worth = worth_of(chunk.fields, chunk.index, kept_back & ~np.asarray(chunk.index.isin(list(chunk.foreign))))
        chunk.problems.sort(key=attrgetter("row"))
        return Checked(self._clean(chunk, good), tuple(chunk.problems), frozenset(stale), worth)

    def _clean(self, chunk: TidyChunk, good: np.ndarray[Any, Any]) -> CleanRows:
        own = {header: tidy(arrow(chunk.rows.cells[column.position]), "text") for header, column in self._own.items()}
        fields = {name: chunk.fields[name] for name in self._present}
        return CleanRows(_frame(fields, chunk.index, good), _frame(own, chunk.index, good))


def _field_of(failure: Failure) -> str:
    return failure.column.removesuffix(PLACED)


def _shapes(book: RuleBook, present: list[str], choices: RuleOptions) -> dict[str, RowSchema]:
    """Every shape that a row may have; a reward that needs an address makes digital rows a shape of their own."""
    shapes = [shape_of(book, method, present, choices, False) for method in book.methods.values()]
    if choices.address_utids and "ADDRESS" in book.methods:
        digital = [m for m in book.methods.values() if "recipient.firstName" in m.required and m.name != "ADDRESS"]
        shapes += [shape_of(book, method, present, choices, True) for method in digital]
    return {shape.name: shape for shape in (*shapes, shape_of_none(book, present, choices))}


def _frame(columns: Mapping[str, Any], index: pd.Index[Any], good: np.ndarray[Any, Any]) -> pd.DataFrame:
    if good.all():
        return pd.DataFrame({name: series(text, index) for name, text in columns.items()}, index=index, copy=False)
    mask, rest = pa.array(good), index[good]
    texts = {name: series(text.filter(mask), rest) for name, text in columns.items()}
    return pd.DataFrame(texts, index=rest, copy=False)


_READABLE = r"^[0-9]{1,9}\.[0-9]{2}$"
_COUNTABLE = r"^[0-9]{1,6}$"


def worth_of(fields: Mapping[str, Any], index: pd.Index[Any], rows: Any) -> dict[int, int]:
    """Quantity times face value in ten-thousandths, by row number; `rows` is a mask."""
    if not rows.any():
        return {}
    mask = pa.array(rows)
    amount = fields["amount"].filter(mask)
    quantity = fields["quantity"].filter(mask) if "quantity" in fields else pa.nulls(len(amount), amount.type)
    quantity = pc.fill_null(quantity, "1")
    readable = pc.and_(pc.match_substring_regex(amount, _READABLE), pc.match_substring_regex(quantity, _COUNTABLE))
    readable = readable.fill_null(False)
    cents = pc.replace_substring(amount.filter(readable), ".", "").cast(pa.int64())
    units = pc.multiply(pc.multiply(cents, UNITS // 100), quantity.filter(readable).cast(pa.int64()))
    numbers = index[rows][readable.to_numpy(zero_copy_only=False)]
    return dict(zip(numbers.tolist(), units.to_pylist(), strict=True))
