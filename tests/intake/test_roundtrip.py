"""Any table of text written as CSV, XLSX or ODS comes back equal, and both ways of reading a CSV agree."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaign_runner import intake
from campaign_runner.intake.text import delimited, encodings
from campaign_runner.intake.totals_words import label
from campaign_runner.model.errors import FileUnusable
from tests.examples import examples

# On a busy machine examples take long to draw: that is no fault of what they are read by.
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
QUICK = settings(max_examples=examples(20), deadline=None, suppress_health_check=SLOW)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufffe\uffffσς")
TEXT = st.text(st.one_of(LETTERS, st.sampled_from("\",;\n\t'é=")), max_size=8)
TEXT = TEXT.filter(lambda text: text.strip() or not text)  # openpyxl does not protect white space alone
TEXT = TEXT.filter(lambda text: label(text) is None)  # a row of a total is no row of the list
HEADER = ["Amount", "Own", "First name"]
TABLES = st.lists(st.tuples(st.just("5"), TEXT, TEXT).map(list), min_size=1, max_size=24)


def _cells(path, book):
    table = intake.read(path, book)
    return pd.concat([rows.cells for rows in table.chunks()]).to_numpy().tolist()


@QUICK
@given(TABLES)
def test_csv_comes_back_equal(book, tmp_path, rows):
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    assert _cells(path, book) == rows


@QUICK
@given(TABLES)
def test_xlsx_comes_back_equal(book, tmp_path, rows):
    workbook = openpyxl.Workbook()
    for number, row in enumerate([HEADER, *rows], 1):
        for position, value in enumerate(row, 1):
            cell = workbook.worksheets[0].cell(number, position)
            cell.value, cell.data_type = value, "s"
    workbook.save(tmp_path / "t.xlsx")
    assert _cells(tmp_path / "t.xlsx", book) == rows


@QUICK
@given(TABLES)
def test_ods_comes_back_equal(book, tmp_path, rows):
    (tmp_path / "t.ods").write_bytes(_ods([HEADER, *rows]))
    assert _cells(tmp_path / "t.ods", book) == rows


@settings(QUICK, max_examples=examples(150))
@given(
    st.lists(
        st.sampled_from(["a", "1", '"', '""', ",", ";", "\n", "\r\n", "\r", " ", "é", "x,y,z\n", '"q","r","s"\n']),
        max_size=40,
    )
)
@example(pieces=["a", '"', ",", ",", '"'])  # ends inside quotation marks, with as many as it should have
def test_both_ways_of_reading_a_csv_agree(tmp_path, pieces):
    path = tmp_path / "t.csv"
    path.write_bytes(f"Amount,First name,Own\n5,Ana,x\n{''.join(pieces)}".encode())
    text = delimited.Text(path, encodings.detect(path), ",")
    careful = replace(text, encoding=replace(text.encoding, plain=False))
    assert _rows(text) == _rows(careful)


def _rows(text):
    try:
        blocks = list(delimited.read_rows(text, (1, ("Amount", "First name", "Own")), 3))
    except FileUnusable as error:
        return str(error)
    rows = [row for b in blocks for row in zip(b.numbers.tolist(), *(c.to_pylist() for c in b.columns), strict=True)]
    return rows, [defect for block in blocks for defect in block.defects]


def _ods(rows) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="T">{lines}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return out.getvalue()


def _ods_cell(text: str) -> str:
    paragraphs = "".join(
        f"<text:p>{escape(line).replace('	', '<text:tab/>')}</text:p>" for line in text.split("\n")
    )
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'
