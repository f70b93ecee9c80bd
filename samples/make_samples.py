"""Where do the samples come from?  `make samples` writes them all: the same people, cells and bytes every time."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from making.catalogue import write_broken
from making.people import KINDS, Company, Row
from making.workbooks import settled
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

HERE = Path(__file__).parent
HEADERS = (
    "Employee ID", "First name", "Last name", "Department", "Cost centre", "Hired on", "Delivery method", "E-mail",
    "Mobile", "Reward", "Amount", "Quantity", "Delivery date", "Message", "Street", "City", "State", "ZIP", "Country",
    "Shipping method", "Shipping company", "Shipping contact", "Shipping e-mail", "Shipping street", "Shipping city",
    "Shipping state", "Shipping ZIP", "Shipping country", "Notes",
)  # fmt: skip
HOW_MANY = {"EMAIL": 120, "PHONE": 32, "EMBEDDED": 10, "NONE": 8, "ADDRESS": 20, "BULKDIGITAL": 4, "BULKSHIPMENT": 6}

# What somebody got wrong: the n-th row of a method, the cell, what stands there, what the notes column says of it.
SLIPS: tuple[tuple[str, int, str, object, str], ...] = (
    ("EMAIL", 11, "E-mail", "lena.fischer@@example.com", ""),
    ("EMAIL", 30, "Amount", "twenty-five", "amount to be confirmed"),
    ("EMAIL", 47, "E-mail", None, "address to follow"),
    ("EMAIL", 64, "Quantity", 3, "one for each project"),
    ("EMAIL", 90, "Delivery date", date(2025, 12, 24), "on Christmas Eve"),
    ("PHONE", 9, "Mobile", "+1 415 555 012", ""),
    ("ADDRESS", 5, "State", "ZZ", "moved lately"),
    ("ADDRESS", 12, "Reward", "Coffee card", ""),
)
# Test values of the simulator (README, "Test values"): two rows that Tango itself will not fulfil.
MAGIC: tuple[tuple[str, int, str, object, str], ...] = (
    ("EMAIL", 20, "E-mail", "sim-refused@example.com", "test value: refused by the simulator"),
    ("EMAIL", 75, "E-mail", "sim-fails@example.com", "test value: fails later at the simulator"),
)

CAMPAIGN = """\
# The settings of the samples. `campaign-runner init` writes a file with every setting explained.

[campaign]
id = "2026-q4-recognition"
name = "Q4 recognition"
purchase_order = "PO-20431"
sender = { firstName = "Acme", lastName = "Rewards", email = "rewards@example.com" }

[tango]
environment = "simulator"      # no money, no credentials, nothing leaves this machine
customer = "acme-customer"
account = "acme-account"
batch_size = 100

[identity]
key = ["Employee ID"]          # one reward per employee in this campaign

[limits]
max_amount = 500
max_rows = 5000
max_total = { USD = 50000 }
"""


def main(folder: Path) -> None:
    """Write every sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "campaign.toml").write_text(CAMPAIGN, "utf-8")
    write_workbook(folder / "quarterly.xlsx", quarterly())
    for number, method in enumerate(KINDS, 1):
        company = Company(number)
        write_csv(folder / f"{method.lower()}.csv", [company.row(method) for _ in range(5)])
    write_broken(folder / "broken")


def quarterly() -> list[Row]:
    """All methods mixed, with the slips, the test values and one row that stands there twice."""
    company = Company(2026)
    rows = {method: [company.row(method) for _ in range(many)] for method, many in HOW_MANY.items()}
    for method, number, header, value, note in (*SLIPS, *MAGIC):
        rows[method][number - 1] |= {header: value, "Notes": note}
    mixed = [row for some in rows.values() for row in some]
    company.random.shuffle(mixed)
    return [*mixed, rows["EMAIL"][2] | {"Notes": "pasted in once more"}]


def write_workbook(path: Path, rows: Sequence[Row]) -> None:
    """As somebody in HR would: real numbers and dates, a bold header, a filter, a frozen first row."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Q4 recognition"
    sheet.append(HEADERS)
    for row in rows:
        sheet.append([row.get(header) or None for header in HEADERS])
    for position, header in enumerate(HEADERS, 1):
        sheet.cell(1, position).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(position)].width = max(12, len(header) + 2)
    for name, style in (("Amount", "0.00"), ("Hired on", "yyyy-mm-dd"), ("Delivery date", "yyyy-mm-dd")):
        for (cell,) in sheet.iter_rows(2, len(rows) + 1, HEADERS.index(name) + 1, HEADERS.index(name) + 1):
            cell.number_format = style
    sheet.freeze_panes, sheet.auto_filter.ref = "A2", sheet.dimensions
    book.properties.creator, book.properties.title = "Acme People team", "Q4 recognition"
    path.write_bytes(settled(book))


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Only the columns that are used, as UTF-8."""
    headers = [header for header in HEADERS if any(row.get(header) for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headers)
        writer.writerows([_shown(header, row.get(header, "")) for header in headers] for row in rows)


def _shown(header: str, value: object) -> object:
    return f"{value:.2f}" if header == "Amount" else value


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
