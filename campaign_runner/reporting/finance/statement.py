"""Does Tango's statement agree with the books?  `statement.csv/.xlsx`: matched, different, missing, extra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from campaign_runner.model import Finding, OpenBooks, money
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.model.wording import count
from campaign_runner.reporting.atomic import private_folder
from campaign_runner.reporting.excel.sheet_xml import CellKind, Heading
from campaign_runner.reporting.excel.workbook_writer import SheetPlan, WorkbookFile
from campaign_runner.reporting.finance.lines import amounts
from campaign_runner.reporting.finance.statement_file import read_statement
from campaign_runner.reporting.finance.statement_matching import Match, match
from campaign_runner.reporting.finance.sums import units
from campaign_runner.reporting.report_folder import ReportFolder
from campaign_runner.reporting.table import Sink, csv_of, fits, texts
from campaign_runner.reporting.targets import Targets

_MONEY = "#,##0.00##"
_COLUMNS = {
    "verdict": Heading("Verdict"),
    "key": Heading("Reference"),
    "difference": Heading("Differs in"),
    "units_ours": Heading("Our amount", CellKind.NUMBER, _MONEY),
    "units_theirs": Heading("Statement amount", CellKind.NUMBER, _MONEY),
    "gap": Heading("Difference", CellKind.NUMBER, _MONEY),
    "currency_ours": Heading("Our currency"),
    "currency_theirs": Heading("Statement currency"),
    "status_ours": Heading("Our status"),
    "status_theirs": Heading("Statement status"),
    "day_ours": Heading("Placed on"),
    "day_theirs": Heading("Statement date"),
}


@dataclass(frozen=True, slots=True)
class BothSides:
    """The totals of both sides in one currency, without what is another campaign's or outside of the statement."""

    currency: str
    ours: Decimal
    theirs: Decimal

    @property
    def difference(self) -> Decimal:
        """The statement less our books."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many references came to which verdict, the totals of both sides, what a person should know, and the lists."""

    statement: str
    verdicts: dict[str, int]
    totals: tuple[BothSides, ...]
    findings: tuple[Finding, ...]
    reports: dict[str, Path]
    notes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Nothing is different, missing or extra."""
        return not self.findings

    def plain(self) -> dict[str, Any]:
        """As JSON: money as decimal texts."""
        totals = {
            each.currency: {"ours": money.text(each.ours), "statement": money.text(each.theirs),
                            "difference": money.text(each.difference)}
            for each in self.totals
        }  # fmt: skip
        return {"verdicts": self.verdicts, "agrees": self.agrees, "totals": totals,
                "reports": {name: str(path) for name, path in self.reports.items()}}  # fmt: skip


def reconcile_statement(
    all_books: Sequence[OpenBooks], path: Path, folder: Path, *, other_books: Sequence[OpenBooks] = (),
    period: FinanceOptions | None = None, targets: Targets | None = None,
) -> Reconciled:  # fmt: skip
    """Compare what `all_books` placed in a period with the statement, and write the lists into `folder`.

    What `other_books` placed is on the statement by right. Raises FileUnusable where the statement cannot be read, and
    where a period is asked for and it has no dates.
    """
    statement, options = read_statement(path), period or FinanceOptions()
    if options.has_period and not (statement.lines["day"] != "").any():
        raise FileUnusable(f"{path.name}: --from and --to need a column with the order date, and it has none.")
    ours = _within(our_side(all_books, statement.key), options)
    others = frozenset(our_side(other_books, statement.key)["key"])
    days = (options.since or "0", options.until or "9") if options.has_period else None
    matched = match(ours, _within(statement.lines, options), others, days)
    counts = matched["verdict"].value_counts()
    verdicts = {verdict.value: int(counts.get(verdict.value, 0)) for verdict in Match}
    reports = _write(matched, folder, targets)
    notes = tuple(targets.notes(reports)) if targets else ()
    return Reconciled(
        statement.name, verdicts, tuple(_totals(matched)), tuple(_findings(matched, verdicts)), reports, notes
    )


def _within(side: pd.DataFrame, options: FinanceOptions) -> pd.DataFrame:
    """The lines of the period; a line without a day is in none."""
    if not options.has_period:
        return side
    return side[(side["day"] >= options.since) & (side["day"] != "") & (side["day"] <= (options.until or "9"))]


def _totals(matched: pd.DataFrame) -> Iterator[BothSides]:
    compared = matched[~matched["verdict"].isin([Match.OTHER.value, Match.OUTSIDE.value])]
    sums: dict[str, list[int]] = {}
    for place, side in enumerate(("ours", "theirs")):
        other = "theirs" if side == "ours" else "ours"
        currencies = compared[f"currency_{side}"].where(
            compared[f"currency_{side}"] != "", compared[f"currency_{other}"]
        )
        for currency, total in compared[f"units_{side}"].fillna(0).groupby(currencies).sum().items():
            sums.setdefault(str(currency), [0, 0])[place] += int(total)
    for currency, (ours, theirs) in sorted(sums.items()):
        yield BothSides(currency, money.from_units(ours), money.from_units(theirs))


def our_side(all_books: Sequence[OpenBooks], key: str) -> pd.DataFrame:
    """What should be on the statement, one row per line: what Tango said it charged, else the face value.

    Lines that failed or were cancelled without a stated charge should not be there at all.
    """
    parts = [_our_part(placed, key) for opened in all_books for placed in opened.pages.placed()]
    return pd.concat(parts, ignore_index=True) if parts else _our_part(pd.DataFrame(columns=_NEEDED), key)


STATEMENT_REPORTS = ("statement.csv", "statement.xlsx")
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
    texts = {
        Match.DIFFERENT: "{} on the statement with another amount, currency or status than in our books",
        Match.MISSING: "{} in our books that the statement does not have",
        Match.EXTRA: "{} on the statement that our books do not have",
    }
    findings = []
    for verdict, words in texts.items():
        if number := verdicts[verdict.value]:
            few = ", ".join(matched["key"][matched["verdict"] == verdict.value].head(5))
            more = ", …" if number > 5 else ""
            text = f"{words.format(count(number, 'reference'))}: {few}{more}."
            findings.append(Finding(f"statement {verdict.value}", text, explained=False))
    return findings


def _write(matched: pd.DataFrame, folder: Path, targets: Targets | None) -> dict[str, Path]:
    private_folder(folder)
    shelf = ReportFolder(targets or Targets(folder), None)
    plan = SheetPlan("Statement", tuple(_COLUMNS.values()), 0, len(matched))
    columns = _texts(matched)
    with ExitStack() as stack:
        headings = tuple(_COLUMNS.values())
        sinks: list[Sink] = [
            stack.enter_context(shelf.open("statement.csv", lambda draft: csv_of(draft, headings, shelf.targets.csv)))
        ]
        if fits(len(matched)):
            sinks.append(stack.enter_context(shelf.open("statement.xlsx", lambda draft: WorkbookFile(draft, plan))))
        for sink in sinks:
            sink.add(columns)
    return dict(sorted(shelf.written.items()))


def _texts(matched: pd.DataFrame) -> list[Any]:
    frame = matched.assign(gap=matched["units_theirs"].fillna(0) - matched["units_ours"].fillna(0))
    return [_amounts(frame[name]) if heading.kind is CellKind.NUMBER else texts(frame[name].astype("str"))
            for name, heading in _COLUMNS.items()]  # fmt: skip


def _amounts(column: pd.Series) -> Any:
    words = ["" if pd.isna(value) else money.text(money.from_units(int(value))) for value in column]
    return pa.array(words, pa.large_string())
