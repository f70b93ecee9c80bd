"""Check a CSV file with pandera on one whole frame of `object` columns, a schema per method."""

from __future__ import annotations

import sys

import pandas as pd
import pandera.pandas as pa

from bench.contenders.rules import ALLOWED, COLUMNS, REQUIRED


def schemas() -> dict[str, pa.DataFrameSchema]:
    """One schema per method."""
    return {method: pa.DataFrameSchema({name: _column(method, name) for name in COLUMNS}) for method in REQUIRED}


def _column(method: str, name: str) -> pa.Column:
    required, allowed = name in REQUIRED[method], name in ALLOWED[method]
    checks = [pa.Check.str_matches(f"^({COLUMNS[name].pattern})$")] if allowed else [pa.Check.str_length(0, 0)]
    return pa.Column(object, checks, nullable=not required)


def main(path: str) -> None:
    with pd.option_context("future.infer_string", False):
        frame = pd.read_csv(path, dtype=object, keep_default_na=False)
    frame = frame.map(str.strip).replace("", None)
    methods = schemas()
    bad = set(frame.index[~frame["Delivery method"].isin(list(methods))])
    bad |= set(frame.index[frame["Employee ID"].duplicated()])
    found = len(bad)
    for method, some in frame.groupby("Delivery method"):
        try:
            methods.get(str(method), pa.DataFrameSchema({})).validate(some, lazy=True)
        except pa.errors.SchemaErrors as error:
            found += len(error.failure_cases)
            bad |= set(error.failure_cases["index"])
    print(f"{len(frame)} rows, {len(bad)} faulty, {found} problems")


if __name__ == "__main__":
    main(sys.argv[1])
