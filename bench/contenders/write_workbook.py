"""Write the rows of a CSV file as a workbook, text in every cell: XlsxWriter in constant memory, or openpyxl write-only."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable


def xlsxwriter_rows(rows: Iterable[list[str]], path: str) -> None:
    """Cell by cell, as its documentation says."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Results")
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            sheet.write_string(number, position, cell)
    book.close()


def openpyxl_rows(rows: Iterable[list[str]], path: str) -> None:
    """Row by row."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Results")
    for row in rows:
        sheet.append(row)
    book.save(path)


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8-sig", newline="") as file:
        {"xlsxwriter": xlsxwriter_rows, "openpyxl": openpyxl_rows}[sys.argv[1]](csv.reader(file), sys.argv[3])
