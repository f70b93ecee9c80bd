"""rules: the rules of a delivery method as a table, from the rule book."""

from __future__ import annotations

from pathlib import Path

from campaign_runner import validation
from campaign_runner.model.errors import UsageError
from campaign_runner.reporting.rules_table import RulesTable, rules_table


def rules_of_method(method: str = "", schemas: Path | None = None) -> RulesTable:
    """The table for one method, or for all of them; raises UsageError for an unknown one."""
    book, wanted = validation.load_book(schemas), method.upper()
    if wanted and wanted not in book.methods:
        raise UsageError(f'There is no delivery method "{method}". Known: {", ".join(book.methods)}.')
    return rules_table(book, wanted or None)
