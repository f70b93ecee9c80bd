"""What must be done at the very least: read a file, hash its rows, put as many lines into SQLite.  Each alone."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

COLUMNS = 16


def read(path: str) -> str:
    """Arrow's own reader, every cell as text."""
    import pyarrow.csv

    return f"{pyarrow.csv.read_csv(path).num_rows} rows"


def hash_rows(path: str) -> str:
    """SHA-256 over each line of the file."""
    digests = {sha256(line).digest()[:16] for line in Path(path).read_bytes().splitlines()}
    return f"{len(digests)} digests"


def insert(path: str) -> str:
    """Rows of sixteen columns into a table with one index, in one transaction."""
    rows = len(Path(path).read_bytes().splitlines()) - 1
    with tempfile.TemporaryDirectory(dir=Path.cwd() / "bench-data") as folder:
        database = sqlite3.connect(Path(folder) / "floor.sqlite")
        database.execute("pragma journal_mode = wal")
        names = [f"c{number}" for number in range(COLUMNS)]
        database.execute(f"create table lines (id integer primary key, {', '.join(names)})")
        marks = ", ".join("?" * COLUMNS)
        some = ((f"reference-{row:032x}", *(row,) * 7, *("text",) * 8) for row in range(rows))
        database.executemany(f"insert into lines ({', '.join(names)}) values ({marks})", some)  # noqa: S608
        database.execute("create unique index reference on lines (c0)")
        database.commit()
        database.close()
    return f"{rows} rows"


if __name__ == "__main__":
    print({"read": read, "hash": hash_rows, "insert": insert}[sys.argv[1]](sys.argv[2]))
