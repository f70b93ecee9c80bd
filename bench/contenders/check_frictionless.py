"""Check a CSV file with `frictionless validate` and a table schema; one schema for all methods is all it can say."""

from __future__ import annotations

import sys

from frictionless import Checklist, Resource, Schema, fields, system

from bench.contenders.rules import COLUMNS, REQUIRED

METHODS = "|".join(REQUIRED)


def schema() -> Schema:
    """Every column as text with its pattern; only what all methods require can be required."""
    found = [fields.StringField(name="Employee ID", constraints={"required": True, "unique": True})]
    found.append(fields.StringField(name="Delivery method", constraints={"required": True, "pattern": METHODS}))
    for name, pattern in COLUMNS.items():
        constraints = {"pattern": pattern.pattern, **({"required": True} if name in ("UTID", "Amount") else {})}
        found.append(fields.StringField(name=name, constraints=constraints))
    return Schema(fields=found)


def main(path: str) -> None:
    with system.use_context(trusted=True):
        report = Resource(path=path, schema=schema()).validate(Checklist(), limit_errors=10_000_000)
    print(f"{report.tasks[0].stats.get('rows')} rows, {report.stats['errors']} problems")


if __name__ == "__main__":
    main(sys.argv[1])
