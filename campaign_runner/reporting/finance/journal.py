"""How does accounting software read it?  `journal.beancount` for Beancount and kin, `journal.csv` for the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa

from campaign_runner.model import money
from campaign_runner.model.wording import count
from campaign_runner.reporting.csv_file import DIALECTS, CsvFile
from campaign_runner.reporting.finance.entries import ACCOUNTS, BookEntry, Entries, Posting
from campaign_runner.reporting.finance.line_pass import LinePass
from campaign_runner.reporting.ledger_stamp import HEAD

HEADERS = (
    "Date", "Entry", "externalRefID", "referenceOrderID", "Narration", "Account", "Debit", "Credit", "Currency",
    "Reward amount", "Reward currency", "Purchase order", "Campaign ID",
)  # fmt: skip
_MONEY = frozenset({"Debit", "Credit", "Reward amount"})
_ROWS_AT_ONCE = 10_000


def beancount(draft: Path, lines: LinePass) -> None:
    """A file of its own: accounts are opened on the day of the first entry; the head is the event chain's.

    Entries of rewards that are still open are flagged `!`: they become others when those are final.
    """
    every = list(lines.booked)
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"option {_quoted('title')} {_quoted(', '.join(lines.campaign_ids))}\n\n")
        if head := lines.properties.get(HEAD, ""):
            file.write(f"; Head of the ledger's chain of events: {head}\n\n")
        for key, account in _opened(lines.accounts) if every else ():
            file.write(f"{every[0].day} open {account}  ; {ACCOUNTS[key][1]}\n")
        for entry in every:
            file.write(_transaction(entry, lines.accounts, lines.titles))


def csv(draft: Path, lines: LinePass) -> None:
    """One line per posting; debits equal credits per entry and currency."""
    money = [at for at, title in enumerate(HEADERS) if title in _MONEY]
    file = CsvFile(draft, [*HEADERS, *lines.titles], DIALECTS[lines.dialect], money)
    rows = _rows(lines.booked, lines.accounts)
    while portion := list(islice(rows, _ROWS_AT_ONCE)):
        file.add([pa.array(column, pa.large_string()) for column in zip(*portion, strict=True)])
    file.close()


def _opened(chart: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each account once, though two keys may share one."""
    seen: set[str] = set()
    for key, account in chart.items():
        if account not in seen:
            seen.add(account)
            yield key, account


def _transaction(entry: BookEntry, chart: Mapping[str, str], groups: Sequence[str]) -> str:
    facts = {
        "referenceOrderID": entry.tango_order_id,
        "purchaseOrder": entry.purchase_order,
        "campaign": entry.campaign,
    }
    lines = [f'\n{entry.day} {"*" if entry.settled else "!"} "Tango" {_quoted(_narration(entry))} ^{entry.reference}']
    lines += [f"  {key}: {_quoted(value)}" for key, value in facts.items() if value]
    for posting in entry.postings:
        lines.append(f"  {chart[posting.account]}  {_amount(posting)}")
        lines += [f"    {_key(title)}: {_quoted(value)}" for title, value in _named(groups, posting) if value]
    return "\n".join(lines) + "\n"


def _amount(posting: Posting) -> str:
    amount = f"{_text(posting.units)} {posting.currency}"
    if posting.currency == posting.weight_currency:
        return amount
    return f"{amount} @@ {_text(abs(posting.weight))} {posting.weight_currency}"


def _rows(entries: Entries, chart: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for number, entry in enumerate(entries, 1):
        for posting in entry.postings:
            debit = _text(posting.weight) if posting.weight >= 0 else ""
            credit = _text(-posting.weight) if posting.weight < 0 else ""
            foreign = posting.currency != posting.weight_currency
            yield (
                entry.day, str(number), entry.reference, entry.tango_order_id, _narration(entry),
                chart[posting.account], debit, credit, posting.weight_currency,
                _text(posting.units) if foreign else "", posting.currency if foreign else "",
                entry.purchase_order, entry.campaign,
                *(value for _, value in _named(entries.groups, posting)),
            )  # fmt: skip


def _named(groups: Sequence[str], posting: Posting) -> list[tuple[str, str]]:
    return list(zip(groups, posting.groups or [""] * len(groups), strict=True))


def _narration(entry: BookEntry) -> str:
    return f"{count(entry.lines, 'reward')} {entry.status}"


def _key(title: str) -> str:
    """A metadata key: a small letter, then letters, digits, hyphens."""
    return "own-" + re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"\s+", " ", escaped) + '"'


def _text(units: int) -> str:
    return money.text(money.from_units(units))
