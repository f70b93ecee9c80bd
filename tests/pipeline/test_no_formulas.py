"""No text of a file, of settings or of a statement becomes a formula: not in a cell, a header, a title, a name, a chart."""

from __future__ import annotations

import csv
import html
import random
import re
import unicodedata
import zipfile
from dataclasses import replace
from itertools import product
from pathlib import Path

import openpyxl
import pytest

from campaign_runner import validation
from campaign_runner.app.all_campaigns import report_all_campaigns
from campaign_runner.app.plan import plan_file
from campaign_runner.app.reconcile import reconcile_all, reconcile_campaign
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.reporting.excel.template_workbook import write_template

pytestmark = pytest.mark.usefixtures("every_report")

FRONTS = ("=", "+", "-", "@", " =", "\t=", "\n=", "\u00a0=", "\uff1d", "'=", "{=", "=-", "%=", ";=", "\ufeff=")
BODIES = ("evil(1)", 'HYPERLINK("http://evil.example.com","x")', "cmd|' /C evil'!A0", "Lines!A2&evil")
PAYLOADS = [f"{front}{body}{'}' if front == '{=' else ''}" for front, body in product(FRONTS, BODIES)]
WITH_OUR_FORMULAS = ("finance.xlsx", "statement.xlsx")
FORMULA = re.compile(rb"<(?:\w+:)?(?:f|formula|definedName)(?: [^>]*)?>([^<]*)</")
LITERAL = re.compile(r'"(?:[^"]|"")*"')  # text inside a formula of ours
VALIDATION = re.compile(rb"<(?:\w+:)?formula[12]>([^<]*)</")


def cells_of(path: Path):
    """Every cell of a CSV that was made of one of the texts."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from (cell for row in csv.reader(file) for cell in row if "evil" in cell)


def is_run_as_a_formula(cell: str) -> bool:
    """Whether a spreadsheet program would run a cell of a CSV."""
    bare = unicodedata.normalize("NFKC", cell).lstrip(" \t\r\n\u00a0\ufeff")
    return bare[:1] in tuple("=+-@") or cell[:1] in tuple("\t\r\n")


def cell_formulas(path: Path):
    """Every formula of a workbook's cells."""
    for sheet in openpyxl.load_workbook(path):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            yield str(getattr(cell.value, "text", cell.value))


def formulas_of(path: Path):
    """Every formula of a workbook's cells, charts and names; drop-downs but for lists of literal texts."""
    yield from cell_formulas(path)
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            data = book.read(name)
            yield from (found.decode() for found in FORMULA.findall(data))
            yield from (
                found.decode() for found in VALIDATION.findall(data) if not found.startswith((b'"', b"&quot;"))
            )


def written(office, seed: int) -> None:
    """Every report there is, of a campaign in which each text is one of the payloads; one row is wrong, one fails."""
    chance = random.Random(seed)
    texts = [chance.choice(PAYLOADS) for _ in range(40)]
    heads = ["Method", "First name", "Last name", "E-mail", "UTID", "Amount", "Message", *dict.fromkeys(texts[:4])]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = f"={chance.choice(('evil', 'evil+1', '@evil'))}"
    rows = [["EMAIL", texts[5], texts[6], f"{name}@example.com", "U561593", "25", texts[7], *texts[8 : 4 + len(heads)]]
            for name in ("ana", "ben", "sim-fails", "sim-refused", "no one")]  # fmt: skip
    rows.append(
        ["EMAIL", texts[20], texts[21], texts[22], texts[23], texts[24], texts[25], *texts[26 : 22 + len(heads)]]
    )
    for row in (heads, *rows):
        sheet.append([None] * len(row))
        for position, text in enumerate(row, 1):
            cell = sheet.cell(sheet.max_row if row is not heads else 1, position)
            cell.value, cell.data_type = text, "s"
    path = office.folder / f"{chance.choice(('=evil', '@evil', '-evil'))}.xlsx"
    book.save(path)
    office.values["campaign"] = {"id": "q4", "name": texts[30][:90].strip(), "purchase_order": texts[31][:40].strip(),
                                 "notes": texts[32][:90].strip()}  # fmt: skip
    office.values["finance"] = {"group_by": [heads[-1].strip()], "accounts": {}}
    runtime = replace(office.runtime(), finance=FinanceOptions(group_by=(heads[-1].strip(),)))
    plan_file(ReadOptions(path), runtime)
    run_file(ReadOptions(path), runtime, patience=600)
    report_campaign(runtime)
    statement = office.folder / "history.csv"
    lines = [["External Ref Line Item ID", "Amount", "Currency", "Status", "Created At"],
             *([text, "25.00", "USD", text, "2026-11-22"] for text in texts)]  # fmt: skip
    with statement.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    reconcile_campaign(runtime, statement)
    reconcile_all(runtime, statement)
    report_all_campaigns(runtime)
    rules = validation.load_book(None)
    fields = {name: replace(field, title=texts[at % 40], description=texts[(at + 1) % 40], example=texts[(at + 2) % 40])
              for at, (name, field) in enumerate(rules.fields.items())}  # fmt: skip
    methods = {name: replace(method, example=dict.fromkeys(method.example, texts[at]))
               for at, (name, method) in enumerate(rules.methods.items())}  # fmt: skip
    own = replace(rules, fields=fields, methods=methods)
    write_template(office.folder / "reports" / "template.xlsx", own, None, texts[:9])
    write_template(office.folder / "reports" / "template.csv", own, None, texts[:9])


@pytest.mark.parametrize("seed", range(6))
def test_no_text_becomes_a_formula_anywhere(office, seed):
    written(office, seed)
    reports = [path for path in (office.folder / "reports").rglob("*") if path.is_file()]
    assert len([path for path in reports if path.suffix == ".xlsx"]) >= 4
    for path in reports:
        if path.suffix == ".csv":
            assert [cell for cell in cells_of(path) if is_run_as_a_formula(cell)] == [], path.name
        elif path.suffix == ".xlsx":
            assert [text for text in formulas_of(path) if "evil" in LITERAL.sub("", html.unescape(text))] == [], (
                path.name
            )
            assert path.name in WITH_OUR_FORMULAS or list(cell_formulas(path)) == [], path.name
