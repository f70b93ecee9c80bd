"""What is wrong with the rows of one method?  pandera finds it, every failure becomes a problem at its cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pyarrow as pa

from campaign_runner.model import Column, Problem, RuleBook
from campaign_runner.validation.arrowtext import arrow
from campaign_runner.validation.chunk import TidyChunk, placed
from campaign_runner.validation.failed_checks import CheckResults, Failure
from campaign_runner.validation.messages import Wording, listed
from campaign_runner.validation.schemas import PLACED, RowSchema


class Judge:
    """Puts the problems of the rows into their chunk."""

    def __init__(self, book: RuleBook, where: Mapping[str, Column], words: Wording) -> None:
        self._book, self._where, self._words = book, where, words

    def judge(self, chunk: TidyChunk, shapes: Sequence[RowSchema]) -> None:
        """All rows of a chunk, shape after shape, each against its schema from left to right."""
        groups = [(shape, chunk.shapes == shape.name) for shape in shapes]
        verdicts = CheckResults(
            lambda name: placed(chunk, self._book, name), [(shape.schema, here) for shape, here in groups]
        )
        for shape, here in groups:
            self._judge(chunk, shape, verdicts.failures(shape.schema, here, chunk.index.to_numpy()))

    def _judge(self, chunk: TidyChunk, shape: RowSchema, failures: Iterable[Failure]) -> None:
        strangers: list[Failure] = []
        stopped: dict[str, set[int]] = {}
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


def _field_of(failure: Failure) -> str:
    return failure.column.removesuffix(PLACED)
