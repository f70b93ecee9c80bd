"""Does the file have the columns that its rows need?  Asked before any row, so that no row repeats it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from campaign_runner.errors import FileUnusable
from campaign_runner.model import Column, RuleBook
from campaign_runner.validation.book import fold


def by_field(columns: tuple[Column, ...]) -> dict[str, Column]:
    """The first column of every Tango field."""
    found: dict[str, Column] = {}
    for column in columns:
        if column.field:
            found.setdefault(column.field, column)
    return found


def own(columns: tuple[Column, ...]) -> dict[str, Column]:
    """The user's own columns by a header that is theirs alone: `Team`, a second one `Team (column F)`."""
    found: dict[str, Column] = {}
    for column in columns:
        if not column.field:
            header = column.header or f"Column {column.letter}"
            found[f"{header} (column {column.letter})" if header in found else header] = column
    return found


def demand(book: RuleBook, names: Collection[str], columns: tuple[Column, ...], who: str) -> None:
    """Raise FileUnusable unless `names` is empty, naming the columns and the headers that would do."""
    if not names:
        return
    sentences = [_missing(book, name, columns, who) for name in book.fields if name in names]
    raise FileUnusable(" ".join(sentences) + " Nothing was sent.")


def key_columns(book: RuleBook, key: tuple[str, ...], columns: tuple[Column, ...]) -> list[Column]:
    """The columns of `[identity] key`, by header or Tango's name; raises FileUnusable where there is none."""
    named = {fold(column.field): column for column in columns if column.field}
    named |= {fold(column.header): column for column in columns}
    for header in key:
        if fold(header) not in named:
            near = get_close_matches(header, [column.header for column in columns], 1, 0.5)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            raise FileUnusable(
                f'The file has no column "{header}", which [identity] key names to tell the rows apart.{hint} '
                "Add the column, or correct the setting. Nothing was sent."
            )
    return [named[fold(header)] for header in key]


def _missing(book: RuleBook, name: str, columns: tuple[Column, ...], who: str) -> str:
    field = book.fields[name]
    spellings = ", ".join(f'"{spelling}"' for spelling in (field.title, *field.spellings[2:5]))
    sentence = f"The file has no column for {field.metadata['noun']}, which {who} needs. "
    headers = {fold(column.header): column for column in columns if not column.field and column.header}
    near = get_close_matches(fold(field.title), list(headers), 1, 0.7)
    if near:
        column = headers[near[0]]
        return sentence + f'Is it column {column.letter}, "{column.header}"? Then call it "{field.title}".'
    return sentence + f"Add a column with a header such as {spellings}, or a value under [defaults] in campaign.toml."
