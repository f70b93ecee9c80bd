"""Read a workbook and look at nothing: openpyxl in its read-only mode, or calamine."""

from __future__ import annotations

import sys


def openpyxl_rows(path: str) -> int:
    """Every row as a tuple."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))


def calamine_rows(path: str) -> int:
    """The whole sheet as lists."""
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())


if __name__ == "__main__":
    print({"openpyxl": openpyxl_rows, "calamine": calamine_rows}[sys.argv[1]](sys.argv[2]), "rows")
