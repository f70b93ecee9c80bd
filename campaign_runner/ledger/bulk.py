"""How do many rows get in and out quickly?  As the driver has them, without an object for each. And how do they leave
it, a million at a time?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, Table, Text, cast, func, insert, literal


def insert_many(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]],
    same: Mapping[str, int | str] | None = None,
) -> None:  # fmt: skip
    """A bulk insert of tuples: SQLite's driver takes them as they are, others get named values.

    `same` are columns with one value in all rows: numbers or empty texts, which SQLite need not be told row by row.
    """
    same = same or {}
    if connection.dialect.paramstyle == "qmark":
        marks = ", ".join([*"?" * len(names), *(str(int(value)) if value != "" else "''" for value in same.values())])
        columns = ", ".join((*names, *same))
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 (our own names)
        values = list(rows)
        if values:
            connection.exec_driver_sql(statement, values)
        return
    dicts = [{**dict(zip(names, row, strict=True)), **same} for row in rows]
    if dicts:
        connection.execute(insert(table), dicts)


def fetched(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """All rows of a query for numbers, text and bytes, as the driver gives them: half the time for a million rows."""
    cursor = connection.execute(query).cursor
    return list(cursor.fetchall()) if cursor else []


def in_pieces(connection: Connection, query: Select[Any], rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """The same, this many rows at a time; none but these is in memory."""
    if connection.dialect.name != "sqlite":  # where a driver must be told to stream, rows are read ahead
        # Options of a connection would be those of all that follows.
        for piece in connection.execute(query, execution_options={"yield_per": rows}).partitions():
            yield [tuple(row) for row in piece]
        return
    cursor = connection.execute(query).cursor
    while piece := cursor.fetchmany(rows) if cursor else ():
        yield list(piece)


def in_lines(connection: Connection, query: Select[Any], rows: int, *, printable: bool = False) -> Iterator[str]:
    """The rows of a query as CSV, this many lines at a time, the last one without its end.

    `printable` says that no text of these is NULL or holds a NUL character: SQLite is then three times as quick.
    """
    columns = list(query.selected_columns)
    quick = printable and connection.dialect.name == "sqlite"
    line = _printed(columns) if quick else _joined(columns)
    as_lines = query.with_only_columns(line, maintain_column_froms=True)
    for piece in in_pieces(connection, as_lines, rows):
        yield "\n".join([text for (text,) in piece])


def _printed(columns: list[ColumnElement[Any]]) -> ColumnElement[str]:
    """SQLite's `%w` doubles the quotes in a text, and ends it at a NUL character."""
    shape = ",".join("%d" if _is_number(column) else '"%w"' for column in columns)
    return func.printf(shape, *columns)


def _joined(columns: list[ColumnElement[Any]]) -> ColumnElement[str]:
    line, *rest = [_cell(column) for column in columns]
    for cell in rest:
        line = line.concat(",").concat(cell)
    return line


def _cell(column: ColumnElement[Any]) -> ColumnElement[str]:
    text = column if _is_number(column) else literal('"').concat(func.replace(column, '"', '""')).concat('"')
    return func.coalesce(cast(text, Text), "")


def _is_number(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, Integer)
