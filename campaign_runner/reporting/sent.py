"""What was sent by this very call, what was sent before, and what is still open?  In sentences, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from campaign_runner.model import Books, Sent, SentFile, money
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.model.status_texts import STATUS_TEXTS
from campaign_runner.model.wording import count, day, listed, per_currency
from campaign_runner.reporting.summary_shape import SentFileLines, SentLines

NEW_OCCASION = "A new occasion needs a new campaign id ([campaign] id in campaign.toml)."
_OPEN = (RowStatus.UNSENT, RowStatus.UNKNOWN, RowStatus.PENDING)
FILES_SHOWN = 3


def sent(books: Books) -> list[str]:
    """What was sent now and before, and what is open; nothing where nothing ever left."""
    if not books.sent_now.lines and not books.sent_before.lines:
        return []
    now = [f"Sent now: {_sum(books.sent_now)}."] if books.sent_now.lines else []
    before = books.sent_before
    earlier = [f"Sent before: {_sum(before)} ({where_from(before)})."] if before.lines else []
    still = [f"{books.rows[status]:,} {STATUS_TEXTS[status].state}" for status in _OPEN if books.rows.get(status, 0)]
    left = sum(books.rows.get(status, 0) for status in _OPEN)
    return [*now, *earlier, *([f"Still open: {count(left, 'row')} ({listed(still)})."] if still else [])]


def warnings(books: Books) -> list[str]:
    """That nothing was sent although somebody asked for it, or that the file is another one's, sent before."""
    before, sendable = books.sent_before, _sendable(books)
    if not before.lines:
        return []
    if books.placing and not books.sent_now.lines and not books.rows.get(RowStatus.UNSENT, 0):
        return [
            f"Nothing was sent now: {_all_or_some(before, books)} {where_from(before, placed=True)}. {NEW_OCCASION}"
        ]
    name = Path(books.source).name
    if before.lines * 2 > sendable and all(file.name not in ("", name) for file in before.files):
        most = f"{before.lines:,} of {count(sendable, 'row')} of {name}"
        return [
            f"{most} {_were(before.lines)} sent before ({where_from(before)}). Nothing is sent twice. {NEW_OCCASION}"
        ]
    return []


def values(sent: Sent, *, with_files: bool = False) -> SentLines:
    """For `summary.json`; `with_files`: from which file, on which day, how many lines."""
    amounts = {currency: money.text(each) for currency, each in sent.amounts.items()}
    if not with_files:
        return {"lines": sent.lines, "amounts": amounts}
    files: list[SentFileLines] = [{"name": one.name, "day": one.day, "lines": one.lines} for one in sent.files]
    return {"lines": sent.lines, "amounts": amounts, "files": files}


def where_from(sent: Sent, *, placed: bool = False) -> str:
    """`27 Nov 2026, q4.csv`; as the end of a sentence (`placed`): `placed on 27 Nov 2026 from q4.csv`."""
    if placed:
        return f"placed {_days(sent.files)} {_names(sent.files)}"
    parts = [f"{day(file.day)}, {file.name or 'found at Tango'}" for file in sent.files[:FILES_SHOWN]]
    more = len(sent.files) - len(parts)
    return "; ".join([*parts, *([f"and {more:,} more"] if more else [])])


def _days(files: Sequence[SentFile]) -> str:
    days = sorted({file.day for file in files})
    return f"on {day(days[0])}" if len(days) == 1 else f"between {day(days[0])} and {day(days[-1])}"


def _names(files: Sequence[SentFile]) -> str:
    names = list(dict.fromkeys(file.name for file in files if file.name))
    if not names:
        return "by another run"
    more = len(names) - FILES_SHOWN
    return "from " + listed([*names[:FILES_SHOWN], *([f"{more:,} more files"] if more > 0 else [])])


def _all_or_some(before: Sent, books: Books) -> str:
    if before.lines == books.total_rows == 1:
        return "its only row was"
    if before.lines == books.total_rows:
        return f"all {books.total_rows:,} rows were"
    return f"{before.lines:,} of {books.total_rows:,} rows {_were(before.lines)}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _sum(sent: Sent) -> str:
    return f"{count(sent.lines, 'row')}, {per_currency(sent.amounts)}"


def _sendable(books: Books) -> int:
    return books.total_rows - books.rows.get(RowStatus.REJECTED, 0) - books.rows.get(RowStatus.HELD, 0)


def of(sendings: Sequence[tuple[str, str, str, int, Decimal]]) -> Sent:
    """(file, day, currency, lines, amount) added up."""
    amounts: dict[str, Decimal] = {}
    lines: dict[tuple[str, str], int] = {}
    for file, when, currency, number, amount in sendings:
        amounts[currency] = amounts.get(currency, Decimal(0)) + amount
        lines[file, when] = lines.get((file, when), 0) + number
    files = tuple(SentFile(file, when, number) for (file, when), number in lines.items())
    return Sent(sum(lines.values()), dict(sorted(amounts.items())), files)
