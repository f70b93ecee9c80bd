"""What does one command ask for on top of the settings?  Control totals, accepted warnings, a fresh catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from campaign_runner.settings import Settings


@dataclass(frozen=True)
class Overrides:
    """The options of one command, on top of the settings."""

    refresh: bool = False
    accept: list[str] | None = None
    rows: int | None = None
    totals: list[str] | None = None

    def on(self, settings: Settings) -> Settings:
        """The settings with these demands; raises UsageError for one that cannot be understood."""
        limits: dict[str, Any] = {} if self.rows is None else {"expected_rows": self.rows}
        if self.totals:
            totals = dict(map(_total, self.totals))
            limits["expected_total"] = {**settings.limits.expected_total, **totals}
        accept = (*settings.preflight.accept, *(self.accept or ()))
        return settings.model_copy(update={
            "limits": settings.limits.model_copy(update=limits),
            "preflight": settings.preflight.model_copy(update={"accept": accept}),
        })  # fmt: skip


def _total(text: str) -> tuple[str, Decimal]:
    currency, _, amount = text.partition("=")
    plain = amount.strip().replace(",", "")
    if len(currency.strip()) == 3 and currency.strip().isalpha() and plain.replace(".", "", 1).isdecimal():
        return currency.strip().upper(), Decimal(plain)
    raise UsageError(f"--expect-total {text}: give a currency and an amount, such as USD=6000.")
