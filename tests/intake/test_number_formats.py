# ruff: noqa: DTZ001  (cells have no time zone)
"""Typed cells are judged as the sheet shows them: currency, percent, masks, digits rounded away, dates, yes and no."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.workbooks import HEADER, checked, ods, ods_cell, ods_row, patched, shown_as, xls, xlsx

ACCOUNTING = '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)'
OTHERS = [
    "#,##0.00 [$€-407]", "[$EUR] 0.00", '"CHF" 0.00', '0.00 "kr"', "£#,##0", "[$$-1009]#,##0.00", 'General" €"',
    '0.00;[Red]-0.00 "x";0;@"€"', "_-* #,##0.00 [$€-1]_-", "0.00\\ \\€", '#,##0.00" points"', "[$R$-416] 0.00",
]  # fmt: skip
OWN = [
    "$#,##0.00",
    "[$USD] 0.00",
    "[$-409]0.00",
    ACCOUNTING,
    "0.00_ ;[Red]\\-0.00\\ ",
    "#,##0.00\\ _€",
    "[$$-409]0.00",
]


@pytest.mark.parametrize("code", [code for code in OTHERS if "@" not in code])
def test_an_amount_shown_in_another_currency_is_rejected_at_its_cell(code, tmp_path):
    assert list(checked(tmp_path / "q4.xlsx", shown_as(code)).problems) == ["C2"]


@pytest.mark.parametrize("code", OWN)
def test_an_amount_shown_in_the_currency_of_the_reward_or_in_none_is_fine(code, tmp_path):
    assert checked(tmp_path / "q4.xlsx", shown_as(code)).problems == {}


@pytest.mark.parametrize(("code", "shown"), [('"-"0', "-25"), ("(0.00)", "(25)"), ("\\-0.00", "-25")])
def test_a_positive_amount_that_the_sheet_shows_as_a_negative_one_is_rejected(code, shown, tmp_path):
    assert f'"{shown}"' in checked(tmp_path / "q4.xlsx", shown_as(code)).problems["C2"]


def test_the_name_of_a_region_in_a_format_is_no_part_of_the_currency(tmp_path):
    assert '"€25" is in EUR' in checked(tmp_path / "q4.xlsx", shown_as("[$€-x-euro2]0.00")).problems["C2"]


def test_a_note_says_that_a_number_typed_anew_is_shown_by_the_same_format(tmp_path):
    assert any('like "25 €"' in note for note in checked(tmp_path / "q4.xlsx", shown_as("0.00 [$€-407]")).notes)
    assert checked(tmp_path / "q4.xlsx", shown_as("#,##0.00")).notes == ()


def test_the_section_that_shows_the_number_decides(tmp_path):
    both = '0.00 "USD";0.00 "EUR"'
    assert checked(tmp_path / "q4.xlsx", shown_as(both)).problems == {}
    assert checked(tmp_path / "q4.xlsx", shown_as('[<20]0.00 "USD";0.00 "EUR"')).rows[2][2] == "25 EUR"


def test_a_reward_in_euros_may_be_shown_in_euros(tmp_path):
    assert checked(tmp_path / "q4.xlsx", shown_as("#,##0.00 [$€-407]"), currency="EUR").problems == {}
    assert list(checked(tmp_path / "q4.xlsx", shown_as("$#,##0.00"), currency="EUR").problems) == ["C2"]


@pytest.mark.parametrize(("code", "value", "seen"), [
    ("0%", 0.25, "25%"), ("0.0%", 0.125, "12.5%"), ("# ?/?", 25.5, "25 1/2"), ("0.00E+00", 25, "2.50E+1"),
])  # fmt: skip
def test_percent_fractions_and_exponents_are_no_amounts(code, value, seen, tmp_path):
    found = checked(tmp_path / "q4.xlsx", shown_as(code, value))
    assert (found.rows[2][2], list(found.problems)) == (seen, ["C2"])


def test_a_third_place_is_named_as_what_it_is_and_the_advice_can_be_typed(tmp_path):
    found = checked(tmp_path / "q4.xlsx", shown_as("General", 41.625))
    assert found.problems["C2"].endswith("has more than two places after the point. Type at most two, like 41.63.")
    assert checked(tmp_path / "q4.xlsx", shown_as("0.00", 41.625)).problems.keys() == {"C2"}
    assert "two places" in checked(tmp_path / "q4.xlsx", shown_as("$0.00", 41.625)).problems["C2"]
    assert checked(tmp_path / "q4.xlsx", shown_as("0.00", 41.63)).problems == {}


@pytest.mark.parametrize(("code", "value", "seen"), [
    ("0", 25.4, "25"), ("#,##0", 24.5, "25"), ("0,", 25000, "25"), ("0.0", 25.25, "25.3"), ("$#,##0", 25.5, "26"),
])  # fmt: skip
def test_an_amount_that_the_sheet_rounds_is_not_sent_unseen(code, value, seen, tmp_path):
    found = checked(tmp_path / "q4.xlsx", shown_as(code, value))
    assert f"the sheet shows {seen}." in found.problems["C2"]


def test_a_number_that_its_format_hides_is_named(tmp_path):
    assert "its number format hides it" in checked(tmp_path / "q4.xlsx", shown_as(";;;")).problems["C2"]
    assert "its number format hides it" in checked(tmp_path / "q4.xlsx", shown_as("0.00;;", -5)).problems["C2"]


@pytest.mark.parametrize(("header", "code", "value", "seen"), [
    ("ZIP", "00000", 2134, "02134"), ("ZIP", "00000-0000", 21340001, "02134-0001"),
    ("Mobile", "(000) 000-0000", 4155550100, "(415) 555-0100"),
    ("Mobile", "[<=9999999]###-####;(###) ###-####", 4155550100, "(415) 555-0100"),
    ("Mobile", "0.00E+00", 14155550100, "14155550100"), ("UTID", '"U"000000', 561593, "U561593"),
    ("Message", "0%", 0.25, "25%"), ("Employee ID", "00000", 42, "00042"), ("Cost", "0%", 0.25, "0.25"),
])  # fmt: skip
def test_other_fields_are_read_through_their_mask_and_own_columns_as_stored(header, code, value, seen, tmp_path):
    rows = ([*HEADER, header], ["Ana", "ana@example.com", 25])
    assert checked(tmp_path / "q4.xlsx", shown_as(code, value, "D2", *rows)).rows[2][3] == seen


@pytest.mark.parametrize("value", [dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 9, 30), dt.time(10, 30), True])
def test_a_date_a_time_and_a_yes_stand_in_no_column_of_text_or_numbers(value, tmp_path):
    for at, cell in ((0, "A2"), (2, "C2")):
        row = ["Ana", "ana@example.com", 25]
        row[at] = value
        found = checked(tmp_path / "q4.xlsx", xlsx(HEADER, row))
        assert " in the sheet, not " in found.problems[cell]


def test_dates_stand_in_columns_of_dates_and_count_from_1904_where_the_workbook_does(tmp_path):
    rows = ([*HEADER, "Delivery date"], ["Ana", "ana@example.com", 25, dt.date(2026, 12, 24)])
    assert checked(tmp_path / "q4.xlsx", xlsx(*rows)).problems == {}

    def since_1904(book, sheet):
        book.epoch = openpyxl_1904()

    found = checked(tmp_path / "q4.xlsx", xlsx(*rows, fill=since_1904))
    assert (found.rows[2][3], found.problems) == ("2026-12-24", {})


def openpyxl_1904() -> dt.datetime:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    return CALENDAR_MAC_1904


@pytest.mark.parametrize(("code", "value", "wrong"), [
    ("#,##0.00 [$€-407]", 25, True), ("0%", 0.25, True), (ACCOUNTING, 25, False), ("0", 25.4, True),
    ("General", 41.625, True), ("yyyy-mm-dd", 25, True), (";;;", 25, True), ("$#,##0.00", 25, False),
])  # fmt: skip
def test_old_workbooks_are_judged_alike(code, value, wrong, tmp_path):
    cells = {(0, at): header for at, header in enumerate(HEADER)}
    cells |= {(1, 0): "Ana", (1, 1): "ana@example.com", (1, 2): value}
    found = checked(tmp_path / "q4.xls", xls(cells, {(1, 2): code}))
    assert list(found.problems) == ["C2"] * wrong


@pytest.mark.parametrize(("cell", "wrong"), [
    (ods_cell("currency", "25,00 €", value="25", currency="EUR"), True),
    (ods_cell("currency", "$25.00", value="25", currency="USD"), False),
    (ods_cell("currency", "$25.00", value="25", currency="CAD"), True),
    (ods_cell("currency", "25,00 €", value="25"), True), (ods_cell("float", "CHF 25.00", value="25"), True),
    (ods_cell("percentage", "25%", value="0.25"), True), (ods_cell("float", "25", value="25.4"), True),
    (ods_cell("float", "1,250.00", value="1250"), False), (ods_cell("float", "1.250,50", value="1250.5"), False),
    (ods_cell("float", "41,625", value="41.625"), True), (ods_cell("float", "25 1/2", value="25.5"), True),
    (ods_cell("float", "2.50E+01", value="25"), True), (ods_cell("float", "", value="25"), True),
    (ods_cell("date", "02.01.26", date_value="2026-01-02"), True),
    (ods_cell("boolean", "WAHR", boolean_value="true"), True),
    (ods_cell("float", "25.00", value="25"), False),
    ('<table:table-cell office:value-type="float" office:value="25"/>', False),
])  # fmt: skip
def test_opendocument_cells_are_judged_alike(cell, wrong, tmp_path):
    found = checked(tmp_path / "q4.ods", ods(ods_row("Ana", "ana@example.com", cell)))
    assert list(found.problems) == ["C2"] * wrong


def test_a_zip_code_and_a_phone_number_of_an_opendocument_sheet_keep_their_masks(tmp_path):
    row = ods_row("Ana", "ana@example.com", "25", ods_cell("float", "02134-0001", value="21340001"),
                  ods_cell("float", "(415) 555-0100", value="4155550100"))  # fmt: skip
    content = patched(ods(row), lambda name, data: (name, data.replace(
        b">Amount</text:p></table:table-cell>",
        b">Amount</text:p></table:table-cell><table:table-cell><text:p>ZIP</text:p></table:table-cell>"
        b"<table:table-cell><text:p>Mobile</text:p></table:table-cell>")))  # fmt: skip
    assert checked(tmp_path / "q4.ods", content).rows[2][3:] == ["02134-0001", "(415) 555-0100"]


def test_a_merged_amount_carries_its_currency_into_every_row(tmp_path):
    def fill(_, sheet):
        sheet["C2"].number_format = "0.00 [$€-407]"
        sheet.merge_cells("C2:C3")

    assert list(checked(tmp_path / "q4.xlsx", xlsx(fill=fill)).problems) == ["C2", "C3"]
