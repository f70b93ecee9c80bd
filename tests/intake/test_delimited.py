"""Text files of values: rows, delimiters, ragged rows."""

from __future__ import annotations


def test_a_csv_is_read_as_text_with_the_row_numbers_of_the_spreadsheet(read, shown):
    table = read(
        "q4.csv", "First name,E-mail,Amount,Cost centre\nAna,ana@example.com,025.00,NA\nBo,bo@example.com,+5,\n"
    )
    assert shown(table) == {2: ["Ana", "ana@example.com", "025.00", "NA"], 3: ["Bo", "bo@example.com", "+5", ""]}
    assert [column.field for column in table.columns] == ["recipient.firstName", "recipient.email", "amount", None]
    assert str(next(table.chunks()).cells[0].dtype) == "str"


def test_blank_lines_count_and_are_left_out_and_a_line_break_in_quotes_does_not_count(read, shown):
    table = read("q4.csv", 'Amount,Message\n1,"two\nlines"\n\n , \n2,b\n')
    assert shown(table) == {2: ["1", "two\nlines"], 5: ["2", "b"]}


def test_the_delimiter_is_found(read, shown):
    for delimiter in ";\t|":
        table = read("q4.csv", f"First name{delimiter}Amount\nAna{delimiter}1,5\n")
        assert shown(table) == {2: ["Ana", "1,5"]}
