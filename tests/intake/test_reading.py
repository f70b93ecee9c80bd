"""One sheet of any file as a table of text: what counts as a row, what is said, what is refused."""

from __future__ import annotations

import io

import openpyxl
import pyarrow as pa
import pytest

from campaign_runner import intake
from campaign_runner.intake import report_roundtrip
from campaign_runner.model.errors import FileUnusable
from campaign_runner.reporting.formula_guard import guard

HEAD = "First name,E-mail,Amount\n"


def _workbook(fill) -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Rewards"
    fill(book, book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_chunks_can_be_read_again_and_are_of_twenty_five_thousand_rows_at_most(read):
    table = read("q4.csv", HEAD + "Ana,a@example.com,5\n" * 60_000)
    assert [len(rows.cells) for rows in table.chunks()] == [25_000, 25_000, 10_000]
    assert [int(rows.cells.index[0]) for rows in table.chunks()] == [2, 25_002, 50_002]


def test_a_ragged_row_far_down_is_found_and_the_rows_before_it_are_read_once(read, shown):
    table = read("q4.csv", HEAD + "Ana,a@example.com,5\n" * 60_000 + "Bo,b@example.com,5,surplus\n")
    problems = [problem for rows in table.chunks() for problem in rows.problems]
    assert [(problem.row, problem.rule) for problem in problems] == [(60_002, "row:too many cells")]
    assert list(shown(table)) == list(range(2, 60_003))


def test_short_rows_are_warnings_and_named_a_thousand_times_at_most(read):
    table = read("q4.csv", HEAD + "Ana,a@example.com\n" * 1_500)
    problems = [problem for rows in table.chunks() for problem in rows.problems]
    assert len(problems) == 1_000
    assert {problem.severity for problem in problems} == {"warning"}


def test_no_such_file_and_a_folder_are_said_to_be_that(book, tmp_path):
    with pytest.raises(FileUnusable, match="there is no such file"):
        intake.read(tmp_path / "nowhere.xlsx", book)
    with pytest.raises(FileUnusable, match="is a folder"):
        intake.read(tmp_path, book)


def test_a_text_file_has_no_sheets(read):
    with pytest.raises(FileUnusable, match="without sheets"):
        read("q4.csv", HEAD + "Ana,a@example.com,5\n", sheet="Rewards")


def test_what_the_reports_guard_is_unguarded_again_and_nothing_else():
    texts = [
        "=1+1",
        "'=1+1",
        "''=x",
        "-5.00",
        "+14155550100",
        "@x",
        "\tx",
        "O'Hara",
        "'quoted'",
        "'-5",
        "",
        "＝x",
        " =x",
    ]
    guarded = guard(pa.array(texts, pa.large_string()))
    assert guarded.to_pylist() != texts
    assert report_roundtrip.unguarded(guarded).to_pylist() == texts


def test_a_totals_row_is_left_out_only_where_nothing_else_is_said(read, shown):
    assert list(shown(read("a.csv", HEAD + "Ana,a@example.com,5\nTotal (USD),,5\n"))) == [2]
    assert list(shown(read("b.csv", HEAD + "Ana,a@example.com,5\n,,5\n"))) == [2, 3]
    assert list(shown(read("c.csv", HEAD + "Ana,a@example.com,5\nBo,b@example.com,6\n,,11.00\n"))) == [2, 3]
    assert list(shown(read("d.csv", HEAD + "Ana,a@example.com,5\nBo,b@example.com,6\n,,12\n"))) == [2, 3, 4]
    assert list(shown(read("e.csv", HEAD + "Total,t@example.com,5\n"))) == [2]


def test_a_file_of_nothing_but_totals_has_no_rows(read):
    with pytest.raises(FileUnusable, match="no rows below it"):
        read("q4.csv", HEAD + "Total,,5\n")


def test_many_hidden_rows_are_counted_not_listed(read):
    def fill(book, sheet):
        for row in [["Amount"], *[[5]] * 30]:
            sheet.append(row)
        for number in range(2, 22):
            sheet.row_dimensions[number].hidden = True

    table = read("q4.xlsx", _workbook(fill))
    assert table.notes == (
        "Rows 2, 3, 4, 5, 6 … (20 rows) are hidden or filtered out: held for a decision (--hidden include, or "
        "--hidden skip).",
    )
    assert [len(rows.hidden) for rows in table.chunks()] == [20]


def test_hidden_blank_rows_and_rows_left_out_are_not_mentioned(read):
    def fill(book, sheet):
        for row in [["First name", "Amount"], ["Ana", 5], [], ["Total", 5]]:
            sheet.append(row)
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True

    table = read("q4.xlsx", _workbook(fill))
    assert table.notes == ("Row 4 was treated as totals and skipped.",)


def test_the_list_of_problems_of_an_earlier_check_is_passed_over(read):
    def fill(book, sheet):
        sheet.title = "Problems"
        sheet.sheet_properties.tabColor = "FFC00001"
        sheet["A1"] = "Amount"
        rewards = book.create_sheet("Rewards")
        rewards.append(["Amount"])
        rewards.append([5])

    table = read("q4.xlsx", _workbook(fill))
    assert table.sheet == "Rewards"
    assert table.notes == ('The sheet "Problems" lists the problems of an earlier check, and was skipped.',)


def test_a_first_sheet_of_the_users_own_called_problems_is_read(read):
    def fill(book, sheet):
        sheet.title = "Problems"
        sheet.append(["Amount"])
        sheet.append([5])
        book.create_sheet("Other")

    assert read("q4.xlsx", _workbook(fill)).sheet == "Problems"


def test_a_hidden_sheet_is_read_only_when_asked_for(read):
    def fill(book, sheet):
        sheet.append(["Amount"])
        sheet.append([5])
        secret = book.create_sheet("Secret", 0)
        secret.append(["Amount"])
        secret.append([6])
        secret.sheet_state = "hidden"

    assert read("q4.xlsx", _workbook(fill)).sheet == "Rewards"
    assert 'The sheet "Secret" is hidden.' in read("q4.xlsx", _workbook(fill), sheet="Secret").notes


def test_a_password_is_said_to_be_the_reason(read):
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(FileUnusable, match="protected with a password"):
        read("q4.xlsx", container)
    with pytest.raises(FileUnusable, match="an Outlook message"):
        read("q4.xls", container.replace("EncryptedPackage".encode("utf-16-le"), "__substg1.0_".encode("utf-16-le")))
    with pytest.raises(FileUnusable, match="an old Office file without a workbook"):
        read("q4.xls", container[:600])
    with pytest.raises(FileUnusable, match="is damaged"):
        read("q4.xls", container[:600] + "Workbook".encode("utf-16-le"))
