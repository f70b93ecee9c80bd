"""What does Tango's order history say?  A CSV export of the portal -> sums by reference, whatever its headers are."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from campaign_runner.model import money
from campaign_runner.model.errors import FileUnusable
from campaign_runner.tango.status_words import line_status

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
            f"{path.name}: no column contains {wanted}. It has {', '.join(map(repr, table.columns[:12]))}. Export the "
            f"order "
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
        words = amounts_of(amounts.unique())
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


_SIGNS = re.compile(r"[\s\u00a0\u202f$€£¥]|^[A-Z]{3}|[A-Z]{3}$|'")
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = {mark: re.compile(rf"[0-9]{{1,3}}(?:\{mark}[0-9]{{3}})+") for mark in ",."}
# Whole part (grouped by the other mark, or not at all) and decimals behind this mark.
_DECIMAL = {
    point: re.compile(rf"(?:[0-9]*|[0-9]{{1,3}}(?:\{comma}[0-9]{{3}})+)\{point}[0-9]+")
    for point, comma in ((".", ","), (",", "."))
}


class NotAnAmount(ValueError):
    """`word` cannot be read; `why` says so in a sentence."""

    def __init__(self, word: str, why: str) -> None:
        super().__init__(word, why)
        self.word, self.why = word, why


def amounts_of(words: Iterable[str]) -> dict[str, int]:
    """Each word of a column in ten-thousandths; raises NotAnAmount.

    `$1,250.00`, `1250.00 USD`, `(25.00)` or `-25.00` for money back; "" is nothing.
    """
    bare = {word: _bare(word) for word in words}
    point = _decimal_mark({word: text.lstrip("-") for word, text in bare.items()})
    return {word: _units_of(word, text, point) for word, text in bare.items()}


def _bare(word: str) -> str:
    text = _SIGNS.sub("", word.strip())
    text = _SIGNS.sub("", text)
    if text.startswith("(") and text.endswith(")"):
        return "-" + _SIGNS.sub("", text[1:-1])
    return "-" + _SIGNS.sub("", text[1:]) if text.startswith(("-", "\u2212")) else text.removeprefix("+")


def _decimal_mark(texts: dict[str, str]) -> str:
    """`.` or `,`: what the column proves; `.` where nothing needs a proof."""
    proofs = {mark: [word for word, text in texts.items() if _proves(text, mark)] for mark in ".,"}
    if proofs["."] and proofs[","]:
        one, two = proofs["."][0], proofs[","][0]
        raise NotAnAmount(
            two, f'"{one}" has a decimal point and "{two}" a decimal comma. Export it with one of them.'
        )
    unclear = next((word for word, text in texts.items() if _is_unclear(text)), None)
    if unclear is not None and not proofs["."] and not proofs[","]:
        raise NotAnAmount(
            unclear,
            f'"{unclear}" may mean thousands or decimals, and no other amount shows which. Export it with two decimals.',
        )
    return "," if proofs[","] else "."


def _proves(text: str, mark: str) -> bool:
    """Whether the text can only be read with this decimal mark."""
    other = "," if mark == "." else "."
    if _is_unclear(text):
        return False
    return bool(_DECIMAL[mark].fullmatch(text)) or (other in text and bool(_GROUPED[other].fullmatch(text)))


def _is_unclear(text: str) -> bool:
    """`1,250` or `1.250`: one group of three behind a mark."""
    return bool(re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text))


def _units_of(word: str, text: str, point: str) -> int:
    if not text:
        return 0
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    comma = "," if point == "." else "."
    whole = _PLAIN.fullmatch(digits) or _GROUPED[comma].fullmatch(digits) or _DECIMAL[point].fullmatch(digits)
    if not whole:
        raise NotAnAmount(word, f'"{word}" is not an amount. Correct it, or export again.')
    try:
        return sign * money.to_units(Decimal(digits.replace(comma, "").replace(point, ".")))
    except ValueError:
        raise NotAnAmount(word, f'"{word}" is not an amount. Correct it, or export again.') from None
