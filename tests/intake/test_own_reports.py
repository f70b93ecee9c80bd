"""Own reports uploaded again: known whatever people did to their columns, guards off, and whose row is whose."""

from __future__ import annotations

import pytest

HEADER = "First name,E-mail,Amount,Message"
ADDED = "Sheet,Row,Status,Problem,What to do"
RESULTS = "Status,Reason,externalRefLineItemID,externalRefID,referenceOrderID,Updated at"


def _own(table):
    return [column.header for column in table.columns]


def _original(table):
    return {row: place for rows in table.chunks() for row, place in rows.original_rows.items()}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (f"{HEADER},{ADDED},Checked by", "Ana,ana@example.com,25,'@team thanks,Q4,14,rejected,p,w,me"),
        (f"{HEADER},Sheet,Ok,Row,Status,Problem,What to do", "Ana,ana@example.com,25,'@team thanks,Q4,me,14,rejected,p,w"),
        (f"Row,Sheet,Checked by,{HEADER},Problem,What to do", "14,Q4,me,Ana,ana@example.com,25,'@team thanks,p,w"),
        (f"Row,Status,Problem,{HEADER}", "14,rejected,p,Ana,ana@example.com,25,'@team thanks"),
        (f"Checked by,{HEADER},SHEET,row,Status", "me,Ana,ana@example.com,25,'@team thanks,Q4,14,rejected"),
    ],
)  # fmt: skip
def test_a_failures_report_is_known_with_columns_added_moved_or_removed(read, shown, header, row):
    table = read("failures.csv", f"{header}\n{row}\n")
    assert table.report == "failures"
    assert set(_own(table)) - {"Checked by", "Ok"} == {"First name", "E-mail", "Amount", "Message"}
    assert "@team thanks" in shown(table)[2]
    assert _original(table) in ({2: ("Q4", 14)}, {2: ("", 14)})


def test_a_results_report_is_known_with_a_column_added_and_some_removed(read):
    table = read("results.csv", f"Row,{HEADER},{RESULTS},Ours\n7,Ana,ana@example.com,25,,completed,,a,b,c,d,x\n")
    assert (table.report, _own(table)) == ("results", ["First name", "E-mail", "Amount", "Message", "Ours"])
    assert _original(table) == {2: ("", 7)}


def test_a_column_of_the_users_own_that_is_called_like_one_of_ours_stays(read, shown):
    table = read("failures.csv", f"Status,First name,Amount,{ADDED}\nnew hire,Ana,25,Q4,14,rejected,p,w\n")
    assert shown(table) == {2: ["new hire", "Ana", "25"]}
    table = read("results.csv", f"Sheet,Row,First name,Amount,Row,{RESULTS}\nQ4,3,Ana,25,12,held,,a,b,c,d\n")
    assert (shown(table), _original(table)) == ({2: ["Ana", "25", "12"]}, {2: ("Q4", 3)})


def test_rows_that_a_person_added_to_a_report_have_no_original(read):
    table = read("failures.csv", f"First name,Amount,{ADDED}\nAna,25,Q4,14,rejected,p,w\nBo,5,,,,,\n")
    assert _original(table) == {2: ("Q4", 14)}


@pytest.mark.parametrize("header", ["Sheet,Row,Status", "Row,Problem,Status", "Problem,What to do"])
def test_columns_of_the_users_own_make_no_report_of_a_file(read, header):
    table = read("q4.csv", f"First name,Amount,{header}\nAna,25,a,b,c\n")
    assert (table.report, len(table.columns)) == ("", 5 if header.count(",") == 2 else 4)
