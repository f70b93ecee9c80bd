"""Is this plan within what its owner allows?  Limits and control totals, each refused with both figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from campaign_runner.model.errors import RefusedBeforeSending
from campaign_runner.model.money import from_units, text
from campaign_runner.model.wording import cash
from campaign_runner.planning.plan import Plan, totals

_NEXT = "Correct the file or the limit in campaign.toml, and run again."


def check_limits(
    plan: Plan,
    *,
    rows: int,
    max_amount: Decimal | None = None,
    max_rows: int | None = None,
    max_total: Mapping[str, Decimal] | None = None,
    expected_rows: int | None = None,
    expected_total: Mapping[str, Decimal] | None = None,
) -> list[str]:
    """All reasons why this plan may not be sent; `rows` = rows of the file that are not blank.

    Totals count every valid row of the file that is not held, placed before or not: the file as a whole is limited.
    """
    sums = totals(plan.new)
    for currency, amount in totals(plan.known).items():
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return [
        *_rows(rows, max_rows, expected_rows),
        *_amounts(plan, max_amount),
        *(f"The file sends {text(sums.get(c, Decimal(0)))} {c}, but [limits] max_total allows {text(most)} {c}."
          for c, most in (max_total or {}).items() if sums.get(c, Decimal(0)) > most),
        *(f"The file sends {text(sums.get(c, Decimal(0)))} {c}, but {text(due)} {c} was expected "
          "([limits] expected_total)."
          for c, due in (expected_total or {}).items() if sums.get(c, Decimal(0)) != due),
    ]  # fmt: skip


def refuse(reasons: list[str]) -> None:
    """Raise RefusedBeforeSending if there is any reason."""
    if reasons:
        raise RefusedBeforeSending("\n".join([*reasons, f"Nothing was sent. {_NEXT}"]))


def _rows(rows: int, most: int | None, due: int | None) -> list[str]:
    reasons = []
    if most is not None and rows > most:
        reasons.append(f"The file has {rows} rows, but [limits] max_rows allows {most}.")
    if due is not None and rows != due:
        reasons.append(f"The file has {rows} rows, but {due} were expected ([limits] expected_rows).")
    return reasons


def _amounts(plan: Plan, most: Decimal | None) -> list[str]:
    if most is None or plan.new.empty:
        return []
    over = plan.new[plan.new["face_units"] > most * 10_000].sort_values("row")
    return [
        f"Row {row}: {cash(from_units(units), currency)} is more than [limits] max_amount = {text(most)}."
        for row, units, currency in zip(over["row"][:10], over["face_units"][:10], over["currency"][:10], strict=True)
    ] + ([f"… and {len(over) - 10} more rows above max_amount."] if len(over) > 10 else [])
