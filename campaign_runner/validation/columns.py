"""Does the file have the columns that its rows need?  Asked before any row, so that no row repeats it."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import SequenceMatcher

from campaign_runner.model import Column, Field, RuleBook
from campaign_runner.model.currencies import named
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.measures import about_another, other_measure
from campaign_runner.model.words import did_you_mean, fold, nearest, quoted

_WHOLE_NAMES = frozenset(
    map(fold, ("Name", "Full name", "Whole name", "Complete name", "Recipient", "Recipient name", "Employee",
               "Employee name", "Nombre completo", "Nombre y apellidos", "Nom complet", "Nom et prénom", "Prénom et nom",
               "Vollständiger Name", "Vor- und Nachname", "Name, Vorname", "Nome completo", "Display name"))
)  # fmt: skip

# Where a column is missing: what helps on the command line.
OR_A_DEFAULT = ", or a value under [defaults] in campaign.toml"


def by_field(columns: tuple[Column, ...]) -> dict[str, Column]:
    """The first column of every Tango field."""
    fields: dict[str, Column] = {}
    for column in columns:
        if column.field:
            fields.setdefault(column.field, column)
    return fields


def own(columns: tuple[Column, ...]) -> dict[str, Column]:
    """The user's own columns by a header that is theirs alone: `Team`, a second one `Team (column F)`."""
    own_columns: dict[str, Column] = {}
    for column in columns:
        if not column.field:
            header = column.header or f"Column {column.letter}"
            own_columns[f"{header} (column {column.letter})" if header in own_columns else header] = column
    return own_columns


def demand(
    book: RuleBook, names: Collection[str], columns: tuple[Column, ...], who: str, always: Collection[str] = ()
) -> None:
    """Raise FileUnusable unless `names` is empty, naming the columns and the headers that would do.

    `who` needs them; those of `always` every row does.
    """
    if not names:
        return
    missing = [name for name in book.fields if name in names]
    sentences = [_missing(book, name, columns, "every row" if name in always else who) for name in missing]
    raise FileUnusable(" ".join(sentences) + " Nothing was sent.")


def key_columns(book: RuleBook, key: tuple[str, ...], columns: tuple[Column, ...]) -> list[Column]:
    """The columns of `[identity] key`, by header or Tango's name; raises FileUnusable where there is none."""
    named = {fold(column.field): column for column in columns if column.field}
    named |= {fold(column.header): column for column in columns}
    for header in key:
        if fold(header) not in named:
            hint = did_you_mean(quoted(nearest(header, [column.header for column in columns])))
            raise FileUnusable(
                f'The file has no column "{header}", which [identity] key names to tell the rows apart. {hint} '.rstrip()
                + " Add the column, or correct the setting. Nothing was sent."
            )
    return [named[fold(header)] for header in key]


def _missing(book: RuleBook, name: str, columns: tuple[Column, ...], who: str) -> str:
    field = book.fields[name]
    spellings = ", ".join(f'"{spelling}"' for spelling in (field.title, *field.spellings[2:5]))
    sentence = f"The file has no column for {field.metadata['noun']}, which {who} needs. "
    own = [column for column in columns if not column.field and column.header]
    if hint := _likely(field, own):
        return sentence + hint
    return sentence + f"Add a column with a header such as {spellings}{OR_A_DEFAULT}."


def _likely(field: Field, own: list[Column]) -> str:
    """Which column is probably meant, and what has to become of it."""
    for column in own:
        header = " ".join(column.header.split())
        called = f'column {column.letter}, "{header}"'
        if field.metadata["kind"] == "amount" and (measure := other_measure(header)) and _resembles(field, header):
            return (f'It cannot be {called}: that is in {measure}. Add a column "{field.title}" with the amounts in '
                    f"whole currency units, like {field.example}.")  # fmt: skip
        if field.metadata["kind"] == "amount" and named(header):
            return f'Is it {called}? Then call it "{field.title} ({header})".'
        if field.name == "recipient.firstName" and fold(header) in _WHOLE_NAMES:
            return f'Split {called}, into two columns "First name" and "Last name".'
    for measure_of in (_closeness, _resembles):
        there = {column: measure_of(field, column.header) for column in own if not _is_another(field, column.header)}
        best = max(there, key=lambda column: there[column], default=None)
        if best and there[best]:
            return f'Is it column {best.letter}, "{" ".join(best.header.split())}"? Then call it "{field.title}".'
    return ""


def _closeness(field: Field, header: str) -> float:
    """How near a mistyped header is to a spelling; 0 where it is none."""
    word = fold(header)
    near = nearest(word, map(fold, field.spellings), 0.75) if len(word) > 3 else ""
    return SequenceMatcher(None, word, near).ratio() if near else 0


def _resembles(field: Field, header: str) -> float:
    """Whether the words of a spelling stand in the header: `Amount per person`, `amount_cents`."""
    words = f" {' '.join(_words(header))} "
    return float(any(f" {' '.join(_words(spelling))} " in words for spelling in field.spellings[1:]))


def _is_another(field: Field, header: str) -> bool:
    return about_another(header) or (field.metadata["kind"] == "amount" and bool(other_measure(header)))


def _words(text: str) -> list[str]:
    return [fold(word) for word in re.findall(r"[^\W_]+", text.replace("E-mail", "Email").replace("e-mail", "email"))]
