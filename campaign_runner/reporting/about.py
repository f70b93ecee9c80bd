"""Which ledger does a workbook speak of?  The head of the chain of events: properties, and a sheet for finance.

Properties, because a sheet would stand in the way where failures.xlsx is handed in again: Excel shows them under
File > Info > Properties > Advanced > Custom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaign_runner.model import Books

HEAD = "Ledger head"


def properties(all_books: Sequence[Books]) -> dict[str, str]:
    """What a report says of itself: the campaign, the environment, the head of the ledger's chain of events."""
    heads = list(dict.fromkeys(books.ledger_head for books in all_books if books.ledger_head))
    campaigns = ", ".join(books.order.campaign_id for books in all_books)
    environments = ", ".join(dict.fromkeys(books.environment for books in all_books))
    told = {"Campaign": campaigns, "Environment": environments, HEAD: ", ".join(heads)}
    return {name: text[:250] for name, text in told.items() if text}


def write_about(book: Any, all_books: Sequence[Books]) -> None:
    """The sheet `About`: whether each campaign ties out, its money, and the head of the chain."""
    sheet = book.add_worksheet("About")
    head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
    look = book.add_format({"num_format": "#,##0.00##"})
    for position, width in enumerate((34, 12, 16, 12, 16, 16, 16, 14)):
        sheet.set_column(position, position, width)
    titles = ("Campaign", "Ties out", "Environment", "Currency", "Planned", "Placed", "Charged", "Lines charged")
    sheet.write_row(0, 0, titles, head)
    row = 1
    for books in all_books:
        for sums in books.sums or (None,):
            told = [books.order.campaign_id, "yes" if books.ties_out else "NO", books.environment]
            sheet.write_row(row, 0, [*told, sums.currency] if sums else told)
            if sums:
                sheet.write_row(row, 4, [float(sums.planned), float(sums.placed), float(sums.charged)], look)
                sheet.write_number(row, 7, sums.charged_lines)
            row += 1
    for number, (name, text) in enumerate(properties(all_books).items(), row + 1):
        if name == HEAD:
            sheet.write_string(number, 0, "Head of the ledger's chain of events")
            sheet.write_string(number, 1, text)
            sheet.write_string(number + 1, 0, "`campaign-runner audit verify` proves it.")
    sheet.write_string(row + 5, 0, "Charged: in the reward's own currency, without what failed or was cancelled.")
