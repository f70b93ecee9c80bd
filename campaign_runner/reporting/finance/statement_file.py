"""What does Tango's order history say?  A CSV export of the portal -> sums by reference, whatever its headers are."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from campaign_runner.model.errors import FileUnusable
from campaign_runner.reporting.finance import statement_amounts
from campaign_runner.reporting.finance.statement_amounts import NotAnAmount
from campaign_runner.tango.words import line_status

# The keys by which lines can be found, the finest first; headers are compared as letters and digits alone.
KEYS: dict[str, tuple[str, ...]] = {
    "reference": (
        "externalreflineitemid",
        "externallineitemid",
        "lineitemexternalreference",
        "externallineitemrefid",
    ),
    "tango_reference": ("referencelineitemid", "lineitemid", "lineitemreference", "referencelineitem"),
    "order_reference": (
        "externalrefid",
        "externalreferenceid",
        "externalreference",
        "externalref",
        "clientreference",
    ),
    "tango_order_id": ("referenceorderid", "orderid", "ordernumber", "ordernum", "reference", "order"),
}
_AMOUNTS = (
    "amountcharged", "totalamountcharged", "chargedamount", "amountchargedtotal", "totalcharged", "total", "ordertotal",
    "totalamount", "amount", "value", "amountchargedvalue",
)  # fmt: skip
_CURRENCIES = ("amountchargedcurrency", "chargedcurrency", "amountchargedcurrencycode", "currency", "currencycode")
_STATUSES = ("lineitemstatus", "orderstatus", "status")
_DAYS = ("createdat", "datecreated", "createddate", "orderdate", "dateordered", "date", "created", "placedat")
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Statement:
    """`key` is the column of `PLACED_COLUMNS` by which it is compared; `lines` as `matching.SIDE_COLUMNS`."""

    name: str
    key: str
    lines: pd.DataFrame
    notes: tuple[str, ...] = ()


def read_statement(path: Path) -> Statement:
    """Raises FileUnusable where the file is not CSV, or has no reference or no amount."""
    table = _table(path)
    headers = {re.sub(r"[^a-z0-9]", "", str(header).casefold()): header for header in table.columns}
    key, column = next(
        ((key, headers[name]) for key, names in KEYS.items() for name in names if name in headers), ("", "")
    )
    amount = _first(headers, _AMOUNTS)
    if not key or amount is None:
        wanted = "a reference (externalRefID or referenceOrderID)" if not key else "an amount (Amount charged)"
        raise FileUnusable(
            f"{path.name}: no column holds {wanted}. It has {', '.join(map(repr, table.columns[:12]))}. Export the order "
            "history of the Tango portal as CSV, with references and amounts."
        )
    table = table[table[column].str.strip() != ""]
    lines = pd.DataFrame({"key": table[column].str.strip(), "units": _units(table[amount], amount, path.name)})
    lines["currency"] = _texts(table, _first(headers, _CURRENCIES)).str.upper()
    lines["status"] = _statuses(_texts(table, _first(headers, _STATUSES)))
    lines["lines"] = 1
    lines["day"] = _days(_texts(table, _first(headers, _DAYS)))
    return Statement(path.name, key, lines.reset_index(drop=True))


def _table(path: Path) -> pd.DataFrame:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileUnusable(f"{path}: cannot be read ({error.strerror}). Check the name.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if any(row)]
    if len(rows) < 2 or "\0" in text:
        raise FileUnusable(f"{path.name} is not a CSV file with a header and rows. Export the order history as CSV.")
    header = rows[0]
    return pd.DataFrame([_fitted(row, len(header)) for row in rows[1:]], columns=header, dtype="str")


def _fitted(row: list[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))][:width]


def _first(headers: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((headers[name] for name in names if name in headers), None)


def _texts(table: pd.DataFrame, column: str | None) -> pd.Series:
    return table[column].str.strip() if column is not None else pd.Series("", index=table.index, dtype="str")


def _units(amounts: pd.Series, header: str, name: str) -> pd.Series:
    try:
        words = statement_amounts.amounts(amounts.unique())
    except NotAnAmount as error:
        place = int((amounts == error.word).to_numpy().argmax()) + 2
        raise FileUnusable(f'{name}, column "{header}", about row {place}: {error.why}') from None
    return amounts.map(words).astype("int64")


def _statuses(words: pd.Series) -> pd.Series:
    known = {word: _status(word) for word in words.unique()}
    return words.map(known).astype("str")


def _status(word: str) -> str:
    """Our word for Tango's; a word that nobody knows is not compared."""
    status = str(line_status("COMPLETE" if word.upper() == "COMPLETED" else word)) if word else ""
    return "" if status == "unknown" else status


def _days(words: pd.Series) -> pd.Series:
    if not (words != "").any():
        return words
    times = pd.to_datetime(words, errors="coerce", utc=True, format="mixed")
    return times.dt.strftime("%Y-%m-%d").fillna("").astype("str")
