"""Which ledger does a workbook speak of?  The head of the chain of events: properties, and a sheet for finance.

Properties, because a sheet would stand in the way where failures.xlsx is submitted again: Excel shows them under
File > Info > Properties > Advanced > Custom.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.model import Books, money
from campaign_runner.model.errors import UsageError
from campaign_runner.model.plan_facts import StatedHead
from campaign_runner.reporting.finance.sums import Tallies

HEAD = "Ledger head"


def properties(all_books: Sequence[Books]) -> dict[str, str]:
    """What a report says of itself: the campaign, the environment, the head of the ledger's chain of events."""
    heads = list(dict.fromkeys(books.ledger_head for books in all_books if books.ledger_head))
    campaigns = ", ".join(books.order.campaign_id for books in all_books)
    environments = ", ".join(dict.fromkeys(books.environment for books in all_books))
    numbers = ", ".join(dict.fromkeys(f"{books.ledger_events}" for books in all_books if books.ledger_events))
    values = {"Campaign": campaigns, "Environment": environments, HEAD: ", ".join(heads), "Ledger events": numbers}
    return {name: text[:250] for name, text in values.items() if text}


def write_about(book: Any, all_books: Sequence[Books], period: Tallies | None = None) -> None:
    """The sheet `About`: whether each campaign ties out, its money, and the head of the chain.

    `period`: what was placed in the period that is asked for; then only its campaigns and its money are shown.
    """
    sheet = book.add_worksheet("About")
    head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
    look = book.add_format({"num_format": "#,##0.00##"})
    for position, width in enumerate((34, 12, 16, 12, 18, 18, 16, 14)):
        sheet.set_column(position, position, width)
    if period is None:
        row = _campaigns(sheet, all_books, head, look)
    else:
        keys = {key for key, _ in period.sections["Campaign"]}
        all_books = [books for books in all_books if books.order.campaign_id in keys]
        row = _campaigns_of_period(sheet, all_books, period, head, look)
    for number, (name, text) in enumerate(properties(all_books).items(), row + 1):
        if name == HEAD:
            sheet.write_string(number, 0, "Head of the ledger's chain of events")
            sheet.write_string(number, 1, text)
            sheet.write_string(number + 1, 0, "`campaign-runner audit verify --report` with this file checks it.")
    if period is None:
        sheet.write_string(row + 5, 0, "Charged: in the reward's own currency, without what failed or was cancelled.")


def _campaigns(sheet: Any, all_books: Sequence[Books], head: Any, look: Any) -> int:
    """A row per campaign and currency, with the money of the whole campaign; returns the next free row."""
    titles = ("Campaign", "Ties out", "Environment", "Currency", "Planned", "Placed", "Charged", "Lines charged")
    sheet.write_row(0, 0, titles, head)
    row = 1
    for books in all_books:
        for sums in books.sums or (None,):
            values = [books.order.campaign_id, "yes" if books.ties_out else "NO", books.environment]
            sheet.write_row(row, 0, [*values, sums.currency] if sums else values)
            if sums:
                sheet.write_row(row, 4, [float(sums.planned), float(sums.placed), float(sums.charged)], look)
                sheet.write_number(row, 7, sums.charged_lines)
            row += 1
    return row


def _campaigns_of_period(sheet: Any, all_books: Sequence[Books], period: Tallies, head: Any, look: Any) -> int:
    """A row per campaign and currency, with what was placed in the period; returns the next free row."""
    titles = ("Campaign", "Ties out", "Environment", "Currency", "Total in the period", "Lines in the period")
    sheet.write_row(0, 0, titles, head)
    row = 1
    for books in all_books:
        for (campaign, currency), sums in sorted(period.sections["Campaign"].items()):
            if campaign == books.order.campaign_id:
                sheet.write_row(row, 0, [campaign, "yes" if books.ties_out else "NO", books.environment, currency])
                sheet.write_number(row, 4, float(money.from_units(sums.total)), look)
                sheet.write_number(row, 5, sums.lines)
                row += 1
    return row


LONGEST = 64 * 1024 * 1024
SHORTEST = 12
_HASH = re.compile(r"\b[0-9a-f]{64}\b")

# As people read it in pages, workbooks and journals: "event 41 of the ledger, head 3f2a…".
# As properties of a workbook and the first lines of a journal name it; whatever else has 64 digits (a plan, a file, a
# cell) is not a head.
_NAMED = re.compile(r"(?:Ledger head|chain of events)[^\n]{0,200}?((?:[0-9a-f]{64}(?:, )?)+)")
_STAMP = re.compile(r"event ([0-9]+) of the ledger, head ([0-9a-f]{64})")


def given(text: str) -> StatedHead:
    """A head as typed; raises UsageError."""
    digest = text.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", digest):
        raise UsageError(
            f"--head {text}: give the head as a report shows it, at least its first {SHORTEST} characters."
        )
    return StatedHead(digest)


def of_report(path: Path) -> list[StatedHead]:
    """The heads that a report names; raises UsageError where it names none."""
    try:
        data = path.read_bytes()[:LONGEST]
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be read ({error.strerror}). Check the name.") from None
    heads = _of_json(data) if data.lstrip()[:1] == b"{" else _of_text(_texts(path, data))
    if not heads:
        raise UsageError(
            f"--report {path}: this file names no head of a ledger. Give summary.json, plan.json, report.html, "
            "plan.html, finance.xlsx or a journal as campaign-runner wrote it."
        )
    return heads


def _of_json(data: bytes) -> list[StatedHead]:
    try:
        content = orjson.loads(data)
    except ValueError:
        return []
    digest = str(content.get("ledger_head") or "")
    number = content.get("ledger_events")
    return [StatedHead(digest, number if isinstance(number, int) else None)] if _HASH.fullmatch(digest) else []


def _of_text(text: str) -> list[StatedHead]:
    stamped = [StatedHead(digest, int(number)) for number, digest in _STAMP.findall(text)]
    if stamped:
        return list(dict.fromkeys(stamped))
    named = ", ".join(_NAMED.findall(text))
    return [StatedHead(digest) for digest in dict.fromkeys(_HASH.findall(named))]


def _texts(path: Path, data: bytes) -> str:
    """What a page, a journal or a workbook says."""
    if not zipfile.is_zipfile(path):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(path) as book:
        shown = [info for info in book.infolist() if info.filename.endswith(("custom.xml", "sharedStrings.xml"))]
        return "\n".join(book.read(info).decode("utf-8", "replace") for info in shown if info.file_size < LONGEST)
