"""Which column is which field?  Case, accents, spaces and punctuation do not count; near misses are proposed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from campaign_runner.intake.grid import HEAD_ROWS, Row
from campaign_runner.intake.header_text import Meaning, fold, meaning
from campaign_runner.model import Column, RuleBook
from campaign_runner.model.errors import FileUnusable, SettingsError
from campaign_runner.model.measures import other_measure
from campaign_runner.model.words import did_you_mean, nearest, quoted

_NOT_A_HEADER = re.compile(r"\S@\S+\.\S")
_VALUE = re.compile(r"[-+$€£]?\s?[0-9][0-9.,:/ -]*|U[0-9]{3,9}", re.I)


@dataclass(frozen=True, slots=True)
class Spellings:
    """`fields`: folded spelling -> field, from the rule book; `chosen`: folded header -> field ("" = the user's own)
    from `[columns]`, which wins. `kinds`: field -> its kind."""

    fields: Mapping[str, str]
    chosen: Mapping[str, str]
    titles: Mapping[str, str]
    kinds: Mapping[str, str]

    def meaning(self, header: str) -> Meaning:
        """What a header means; `[columns]` has the last word."""
        folded = fold(header)
        return Meaning(self.chosen[folded]) if folded in self.chosen else meaning(header, self.fields)

    def field(self, header: str) -> str | None:
        """The field of a header, None where it is the user's own column."""
        return self.meaning(header).field or None


def spellings(book: RuleBook, columns: Mapping[str, str]) -> Spellings:
    """Everything that a header may be; raises SettingsError where `[columns]` names an unknown field."""
    known: dict[str, str] = {}
    for field in book.fields.values():
        for spelling in (field.name, field.title, *field.spellings):
            known.setdefault(fold(spelling), field.name)
    for header, name in columns.items():
        if name and name not in book.fields:
            raise SettingsError(_unknown_field(header, name, list(book.fields)))
    known.pop("", None)
    chosen = {fold(header): name for header, name in columns.items()}
    titles = {field.name: field.title for field in book.fields.values()}
    kinds = {field.name: str(field.metadata.get("kind", "")) for field in book.fields.values()}
    return Spellings(known, chosen, titles, kinds)


def header_row(source: str, head: Sequence[Row], known: Spellings) -> Row:
    """The row that names the most fields, or two rows that do so together; raises FileUnusable where none names any.

    Among equals it is the one with the fewest cells that look like values, then the one with the most cells.
    """
    best = max(head, key=lambda row: _rank(row[1], known), default=None)
    if best is None or not score(best[1], known):
        raise FileUnusable(_no_header(source, head, known))
    pairs = [_together(upper, lower) for upper, lower in pairwise(head) if best in (upper, lower)]
    both = max(pairs, key=lambda row: score(row[1], known), default=best)
    return both if score(both[1], known) > score(best[1], known) else best


def score(cells: Sequence[str], known: Spellings) -> int:
    """How many fields a row names; a row with an e-mail address in it is data."""
    if any(_NOT_A_HEADER.search(cell) for cell in cells):
        return 0
    return len({field for cell in cells if (field := known.field(cell))})


def _rank(cells: Sequence[str], known: Spellings) -> tuple[int, int, int]:
    filled = [cell for cell in cells if cell.strip()]
    return score(cells, known), -sum(bool(_VALUE.fullmatch(cell.strip())) for cell in filled), len(filled)


def _together(upper: Row, lower: Row) -> Row:
    """A header of two rows: what stands one above the other is one name."""
    width = max(len(upper[1]), len(lower[1]))
    padded = [(*row[1], *[""] * (width - len(row[1]))) for row in (upper, lower)]
    if lower[0] != upper[0] + 1 or any(_VALUE.fullmatch(cell.strip()) for cells in padded for cell in cells):
        return lower[0], ()
    return lower[0], tuple(" ".join(f"{a} {b}".split()) for a, b in zip(*padded, strict=True))


def match(
    source: str, cells: Sequence[str], known: Spellings, columns: Mapping[str, str], ignored: Set[int] = frozenset()
) -> tuple[Column, ...]:
    """One `Column` per cell of the header that is not ignored; raises FileUnusable for two columns of one field."""
    _all_found(source, cells, columns)
    chosen = {field for field in known.chosen.values() if field}
    meanings = {at: known.meaning(header) for at, header in enumerate(cells) if at not in ignored}
    exact = {each.field for each in meanings.values() if each.exact}
    recognised: list[Column] = []
    for position, each in meanings.items():
        header, field = cells[position], each.field or None
        if field in chosen and fold(header) not in known.chosen:
            field = None  # [columns] names another column for it
        if field in exact and not each.exact:
            field = None  # another column is called just so
        twin = next((column for column in recognised if field and column.field == field), None)
        column = Column(position, header.strip(), field, each.unit if field else "")
        if twin:
            raise FileUnusable(_twins(source, twin, column))
        recognised.append(column)
    return tuple(recognised)


def remarks(columns: Sequence[Column], known: Spellings, mapping: Mapping[str, str]) -> list[str]:
    """What the user should know about the headers: near misses, doubles, cells without one."""
    taken: set[str | None] = {column.field for column in columns}
    own = [column for column in columns if not column.field]
    notes = [note for column in columns if (note := _read_as(column, known))]
    notes += [note for column in own if (note := _near(column, known, taken))]
    names = [column.header for column in own if column.header]
    notes += [f'Several columns are called "{name}": {_letters(own, name)}. All are kept as your own.'
              for name in dict.fromkeys(names) if names.count(name) > 1]  # fmt: skip
    notes += [f"Column {column.letter} has no header: it is kept as your own, and not used." for column in own
              if not column.header]  # fmt: skip
    return [*notes, *_overruled(own, known, mapping)]


def _overruled(own: Sequence[Column], known: Spellings, mapping: Mapping[str, str]) -> Iterator[str]:
    for column in own:
        field = known.fields.get(fold(column.header))
        header = next((header for header, name in mapping.items() if name and name == field), None)
        if header and fold(column.header) not in known.chosen:
            yield (
                f'"{column.header}" (column {column.letter}) is kept as your own: [columns] takes {field} from "{header}".'
            )


def _read_as(column: Column, known: Spellings) -> str:
    """A header with more in it than the name of its field."""
    if not column.field or known.meaning(column.header).exact:
        return ""
    unit = f" in {column.unit}" if column.unit and " " not in column.unit else ""
    header = " ".join(column.header.split())
    return f'"{header}" (column {column.letter}) was read as {known.titles[column.field]}{unit}.'


def _near(column: Column, known: Spellings, taken: set[str | None]) -> str:
    folded = fold(column.header)
    if len(folded) < 4 or folded in known.chosen or other_measure(column.header):
        return ""
    # Anyone who mistypes a word gets its first letter right; "Department" is not "Apartment".
    alike = [s for s, field in known.fields.items() if field not in taken and s[0] == folded[0]]
    close = nearest(folded, alike, 0.8)
    if not close:
        return ""
    title = known.titles[known.fields[close]]
    return (f'Column {column.letter} ("{column.header}") is kept as a column of your own. {did_you_mean(title)} Then '
            "correct the header.")  # fmt: skip


def _letters(own: Sequence[Column], name: str) -> str:
    return ", ".join(column.letter for column in own if column.header == name)


def _all_found(source: str, cells: Sequence[str], columns: Mapping[str, str]) -> None:
    there = {fold(cell): cell.strip() for cell in cells if cell.strip()}
    for header in columns:
        if fold(header) not in there:
            close = nearest(fold(header), there, 0.6)
            hint = did_you_mean(quoted(there.get(close, ""))) or f"Its headers are: {_some(there.values())}."
            raise SettingsError(
                f'[columns] names "{header}", but {source} has no such header. {hint} Correct campaign.toml.'
            )


def _twins(source: str, first: Column, second: Column) -> str:
    return (
        f'{source}: "{first.header}" (column {first.letter}) and "{second.header}" (column {second.letter}) both '
        f"mean {first.field}. Rename or delete one of them, or say which one counts under [columns] in "
        f'campaign.toml: "{first.header}" = "{first.field}".'
    )


def _unknown_field(header: str, name: str, fields: list[str]) -> str:
    hint = did_you_mean(quoted(nearest(name, fields))) or f"Known fields: {_some(fields)}."
    return f'[columns] maps "{header}" to "{name}", which is not a field. {hint} Correct campaign.toml.'


def _no_header(source: str, head: Sequence[Row], known: Spellings) -> str:
    number, cells = head[0]
    wanted = ", ".join(list(known.titles.values())[:5])
    return (
        f"{source}: no header row found in the first {HEAD_ROWS} rows. The first filled one, row {number}, reads: "
        f"{_some(cell for cell in cells if cell.strip())}. Write the names of the columns above the rows (such as "
        f"{wanted}), or map your own names under [columns] in campaign.toml, and run again."
    )


def _some(names: Iterable[str], at_most: int = 8) -> str:
    listed = [f'"{name.strip()[:40]}"' for name in names]
    return ", ".join(listed[:at_most]) + (" …" if len(listed) > at_most else "")
