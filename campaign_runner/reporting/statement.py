"""Does Tango's statement agree with the books?  `statement.csv/.xlsx`: matched, different, missing, extra."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from campaign_runner import money
from campaign_runner.model import Books, Finding
from campaign_runner.reporting.atomic import private_folder
from campaign_runner.reporting.csvfile import CsvFile
from campaign_runner.reporting.limits import fits
from campaign_runner.reporting.lines import amounts
from campaign_runner.reporting.matching import Verdict, match
from campaign_runner.reporting.passes import Shelf
from campaign_runner.reporting.sheetxml import Heading, Kind
from campaign_runner.reporting.statementfile import Statement, read_statement
from campaign_runner.reporting.table import texts
from campaign_runner.reporting.tallies import units
from campaign_runner.reporting.wording import count
from campaign_runner.reporting.workbook import SheetPlan, WorkbookFile

_MONEY = "#,##0.00##"
_COLUMNS = {
    "verdict": Heading("Verdict"),
    "key": Heading("Reference"),
    "difference": Heading("Differs in"),
    "units_ours": Heading("Our amount", Kind.NUMBER, _MONEY),
    "units_theirs": Heading("Statement amount", Kind.NUMBER, _MONEY),
    "gap": Heading("Difference", Kind.NUMBER, _MONEY),
    "currency_ours": Heading("Our currency"),
    "currency_theirs": Heading("Statement currency"),
    "status_ours": Heading("Our status"),
    "status_theirs": Heading("Statement status"),
    "day_ours": Heading("Placed on"),
    "day_theirs": Heading("Statement date"),
}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many references came to which verdict, what a person should know, and where the lists are."""

    statement: Statement
    verdicts: dict[str, int]
    findings: tuple[Finding, ...]
    reports: dict[str, Path]

    @property
    def agrees(self) -> bool:
        """Nothing is different, missing or extra."""
        return not self.findings


def reconcile_statement(all_books: Sequence[Books], path: Path, folder: Path) -> Reconciled:
    """Compare what `all_books` placed with the statement, and write the lists into `folder`.

    Raises FileUnusable where the statement cannot be read.
    """
    statement = read_statement(path)
    matched = match(our_side(all_books, statement.key), statement.lines)
    counts = matched["verdict"].value_counts()
    verdicts = {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Verdict}
    return Reconciled(statement, verdicts, tuple(_findings(matched, verdicts)), _write(matched, folder))


def our_side(all_books: Sequence[Books], key: str) -> pd.DataFrame:
    """What should be on the statement, one row per line: what Tango said it charged, else the face value.

    Lines that failed or were cancelled without a stated charge should not be there at all.
    """
    parts = [_our_part(placed, key) for books in all_books for placed in books.placed()]
    return pd.concat(parts, ignore_index=True) if parts else _our_part(pd.DataFrame(columns=_NEEDED), key)


_NEEDED = ["reference", "tango_reference", "order_reference", "tango_order_id", "charged", "charged_currency",
           "quantity", "face_units", "currency", "status", "placed_at"]  # fmt: skip


def _our_part(placed: pd.DataFrame, key: str) -> pd.DataFrame:
    charged = amounts(placed["charged"])
    stated = pd.Series(charged.to_numpy(zero_copy_only=False) != "", index=placed.index)
    face = placed["quantity"].astype("int64") * placed["face_units"].astype("int64")
    face = face.where(~placed["status"].isin(["failed", "cancelled"]), 0)
    return pd.DataFrame({
        "key": placed[key].astype("str"), "units": pd.Series(units(charged), index=placed.index).where(stated, face),
        "currency": placed["charged_currency"].where(stated, placed["currency"]).astype("str"),
        "status": placed["status"].astype("str"), "lines": 1, "day": placed["placed_at"].astype("str").str.slice(0, 10),
    })  # fmt: skip


def _findings(matched: pd.DataFrame, verdicts: dict[str, int]) -> list[Finding]:
    told = {
        Verdict.DIFFERENT: "{} on the statement with another amount, currency or status than in our books",
        Verdict.MISSING: "{} in our books that the statement does not have",
        Verdict.EXTRA: "{} on the statement that our books know nothing of",
    }
    found = []
    for verdict, words in told.items():
        if number := verdicts[verdict.value]:
            few = ", ".join(matched["key"][matched["verdict"] == verdict.value].head(5))
            more = ", …" if number > 5 else ""
            text = f"{words.format(count(number, 'reference'))}: {few}{more}."
            found.append(Finding(f"statement {verdict.value}", text, explained=False))
    return found


def _write(matched: pd.DataFrame, folder: Path) -> dict[str, Path]:
    shelf = Shelf(private_folder(folder), None)
    plan = SheetPlan("Statement", tuple(_COLUMNS.values()), 0, len(matched))
    columns = _texts(matched)
    with ExitStack() as stack:
        titles = [heading.title for heading in _COLUMNS.values()]
        sinks = [stack.enter_context(shelf.open("statement.csv", lambda draft: CsvFile(draft, titles)))]
        if fits(len(matched)):
            sinks.append(stack.enter_context(shelf.open("statement.xlsx", lambda draft: WorkbookFile(draft, plan))))
        for sink in sinks:
            sink.add(columns)
    return dict(sorted(shelf.written.items()))


def _texts(matched: pd.DataFrame) -> list[Any]:
    frame = matched.assign(gap=matched["units_theirs"].fillna(0) - matched["units_ours"].fillna(0))
    return [_amounts(frame[name]) if heading.kind is Kind.NUMBER else texts(frame[name].astype("str"))
            for name, heading in _COLUMNS.items()]  # fmt: skip


def _amounts(column: pd.Series) -> Any:
    words = ["" if pd.isna(value) else money.text(money.from_units(int(value))) for value in column]
    return pa.array(words, pa.large_string())
