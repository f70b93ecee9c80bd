"""What should a person know of a file itself?  Rows and sheets that were not read, rows that got lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from campaign_runner.model import Finding

Tally = Iterable[tuple[str, str, int, int]]


def unread(tally: Tally) -> Iterator[Finding]:
    """Rows whose amount cannot be read are in the counts and not in the money."""
    number = sum(count for _, _, count, units in tally if units < 0)
    if number:
        them = "1 row has" if number == 1 else f"{number:,} rows have"
        yield Finding("unreadable amount", f"{them} an amount that cannot be read: counted as rows, not as money.")


def unread_sheets(names: Sequence[str]) -> Iterator[Finding]:
    """Anyone who stands on another sheet is not forgotten without a word."""
    for name in names:
        yield Finding("unread sheet", f'The sheet "{name}" has rows below the same header, and was not read.')


def rows_lost(counts: Mapping[str, int], expected: int) -> Iterator[Finding]:
    """Every row of the file has one status."""
    total = sum(counts.values())
    if total != expected:
        sentence = (
            f"The file has {expected:,} rows, but {total:,} have a status: please report this fault with the ledger."
        )
        yield Finding("rows lost", sentence, explained=False)
