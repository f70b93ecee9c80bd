"""How is a statement carried out that every order goes through?  Put into SQL once, then handed to SQLite as it is.

SQLAlchemy's own part takes ten times as long as SQLite's. Other databases are further away than that: there it stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError


class Done(Protocol):
    """What came of it; both SQLAlchemy's results and SQLite's cursors are so."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, None after the last one."""
        ...

    def fetchall(self) -> Any:
        """All rows that are left."""
        ...


class Prepared:
    """A statement for numbers, texts and bytes; `columns` are those that an INSERT is given."""

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, columns: Collection[str] | None = None
    ) -> None:
        self._statement = statement
        compiled = statement.compile(dialect=sqlite.dialect(), column_keys=list(columns) if columns else None)
        self._sql, self._given, self._names = str(compiled), dict(compiled.params), compiled.positiontup or []

    def __call__(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Done:
        """Carry it out in the caller's transaction."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values or {})
        bound = {**self._given, **(values or {})}
        driver: Any = connection.connection.driver_connection
        try:
            done: Done = driver.execute(self._sql, [bound[name] for name in self._names])
        except sqlite3.Error as error:
            raise DBAPIError(self._sql, None, error) from error
        return done
