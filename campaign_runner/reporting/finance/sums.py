"""How much is it by status, method, reward, day and the user's own groups?  Exact sums, taken in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import money
from campaign_runner.reporting.finance.lines import TITLES

# title of the section: column of the finance report
SECTIONS = {
    "Status": "Status",
    "Delivery method": "deliveryMethod",
    "Reward": "utid",
    "Purchase order": "Purchase order",
    "Campaign": "Campaign ID",
    "Day": "Day",
}
_SUMMED = ("lines", "quantity", "total", "charged_alike", "charged", "fee", "shipping")


def key_name(title: str) -> str:
    """The name of a column to sum by: people may call their own as they like."""
    return f"by {title}"


_STATUS = key_name("Status")
_CURRENCIES = (key_name("Currency"), key_name("Charged currency"))


@dataclass(slots=True)
class ReportSums:
    """Counts, and money in ten-thousandths; `by_status` splits `total`. `charged_alike` is what was charged in the
    reward's own currency."""

    lines: int = 0
    quantity: int = 0
    total: int = 0
    charged_alike: int = 0
    charged: int = 0
    fee: int = 0
    shipping: int = 0
    by_status: dict[str, int] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any]) -> None:
        """Add one row of summed values that has a `status`."""
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + row[name])
        self.by_status[row[_STATUS]] = self.by_status.get(row[_STATUS], 0) + row["total"]


@dataclass(frozen=True, slots=True)
class PeriodSums:
    """Placed lines of one reward currency and one charged currency ("" = not stated): how many, and their money."""

    currency: str
    charged_currency: str
    lines: int
    total: Decimal
    charged: Decimal


@dataclass(frozen=True, slots=True)
class FinanceOfAll:
    """Finance reports over the campaigns of one environment: how many, the totals of their lines, and where they are.

    `left_out` counts the campaigns of the other environments.
    """

    environment: str
    campaigns: int
    left_out: dict[str, int]
    sums: tuple[PeriodSums, ...]
    reports: dict[str, Path]

    def plain(self) -> dict[str, Any]:
        """As JSON: money as decimal texts."""
        names = ("currency", "charged_currency", "lines")
        sums = [
            {name: getattr(each, name) for name in names}
            | {"total": money.text(each.total), "charged": money.text(each.charged)}
            for each in self.sums
        ]
        return {"environment": self.environment, "campaigns": self.campaigns, "left_out": self.left_out, "sums": sums,
                "reports": {name: str(path) for name, path in self.reports.items()}}  # fmt: skip


class Tallies:
    """Sums per section, by (key, currency); `charges` are by (reward currency, charged currency, status)."""

    def __init__(self, groups: Sequence[str] = ()) -> None:
        self.sections: dict[str, dict[tuple[str, str], ReportSums]] = {title: {} for title in (*SECTIONS, *groups)}
        self.charges: dict[tuple[str, str, str], ReportSums] = {}
        self._groups = tuple(groups)

    def add(self, columns: Sequence[Any]) -> None:
        """Add some lines: the columns of the finance report, the grouping columns behind them."""
        if not len(columns[0]):
            return
        lines = _lines(columns, self._groups)
        few = summed(lines, [name for name in lines.column_names if name not in _SUMMED], _SUMMED)
        for title, sums in self.sections.items():
            _add(sums, few, (key_name(title), _CURRENCIES[0]))
        _add(self.charges, few, (*_CURRENCIES, _STATUS))


def summed(table: Any, by: Sequence[str], values: Sequence[str]) -> Any:
    """The exact sums of these columns for all that is alike in the others, as a table of the same names."""
    sums = table.group_by(list(by), use_threads=False).aggregate([(name, "sum") for name in values])
    return sums.select([*by, *(f"{name}_sum" for name in values)]).rename_columns([*by, *values])


def _add(into: dict[Any, ReportSums], few: Any, keys: tuple[str, ...]) -> None:
    for row in summed(few, list(dict.fromkeys((*keys, _STATUS))), _SUMMED).to_pylist():
        into.setdefault(tuple(row[key] for key in keys), ReportSums()).add(row)


def _lines(columns: Sequence[Any], groups: Sequence[str]) -> pa.Table:
    by_title = dict(zip(TITLES, columns, strict=False))
    by_title |= {"Day": pc.utf8_slice_codeunits(by_title["Placed at"], 0, 10)}
    keys = {title: by_title[column] for title, column in SECTIONS.items()}
    keys |= dict(zip(groups, columns[len(TITLES) :], strict=True))
    keys |= {title: by_title[title] for title in ("Currency", "Charged currency")}
    alike = pc.equal(by_title["Currency"], by_title["Charged currency"])
    charged = pa.array(units(by_title["Amount charged"]))
    return pa.table({
        **{key_name(title): column for title, column in keys.items()},
        "lines": pa.repeat(1, len(alike)), "quantity": by_title["Quantity"].cast("int64"),
        "total": units(by_title["Total"]), "charged_alike": pc.if_else(alike, charged, 0), "charged": charged,
        "fee": units(by_title["Fees"]), "shipping": units(by_title["Shipping fee"]),
    })  # fmt: skip


def period_sums(tallies: Tallies) -> tuple[PeriodSums, ...]:
    """The totals of all lines, by reward currency and charged currency."""
    sums: dict[tuple[str, str], list[int]] = {}
    for (currency, paid_in, _), each in tallies.charges.items():
        kept = sums.setdefault((currency, paid_in), [0, 0, 0])
        kept[:] = [kept[0] + each.lines, kept[1] + each.total, kept[2] + each.charged]
    return tuple(
        PeriodSums(*key, lines, money.from_units(total), money.from_units(charged))
        for key, (lines, total, charged) in sorted(sums.items())
    )


def units(texts: Any) -> Any:
    """Plain amounts -> ten-thousandths; "" is nothing."""
    encoded = texts.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    known = pd.array([_units(word) for word in words], dtype="int64").to_numpy()
    return known[encoded.indices.to_numpy()]


def _units(word: str) -> int:
    return int((Decimal(word or "0") * money.UNITS).to_integral_value())
