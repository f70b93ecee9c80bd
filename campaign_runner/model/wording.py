"""How are counts, money, lists and days put into words?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from campaign_runner.model import Sums, money


def count(number: int, one: str, many: str = "") -> str:
    """`1 row`, `1,200 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def cash(amount: Decimal, currency: str) -> str:
    """`1,250.00 USD`."""
    whole, _, cents = money.text(amount).partition(".")
    return f"{int(whole):,}.{cents} {currency}" if int(whole) else f"{whole}.{cents} {currency}"


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def per_currency(amounts: Mapping[str, Decimal]) -> str:
    """`1,250.00 USD and 20.00 EUR`, without the currencies that come to nothing."""
    return listed([cash(amount, currency) for currency, amount in amounts.items() if amount]) or "nothing"


def rows(numbers: Sequence[int], shown: int = 10) -> str:
    """`row 3`, `rows 3, 5 and 9`, `rows 3, 5 … and 90 more`."""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if len(numbers) <= shown:
        return f"rows {listed([str(number) for number in numbers])}"
    return f"rows {', '.join(str(number) for number in numbers[:shown])} and {len(numbers) - shown:,} more"


def came_to(sums: Sums) -> str:
    """`Planned 10,585.00 USD, placed 10,585.00 USD, charged 10,840.30 USD with fees and shipping for 190 lines.`"""
    planned, placed, charged = (cash(each, sums.currency) for each in (sums.planned, sums.placed, sums.charged))
    if not sums.charged_lines:
        return f"Planned {planned}, placed {placed}, nothing charged in {sums.currency}."
    lines = count(sums.charged_lines, "line")
    return f"Planned {planned}, placed {placed}, charged {charged} with fees and shipping for {lines}."


def sentence(text: str) -> str:
    """With a full stop, if it has no end."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def day(text: str) -> str:
    """A date or an instant in ISO 8601, for people: `2026-11-27T10:00:00Z` -> `27 Nov 2026`; other texts as they are."""
    try:
        when = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
