"""A cell is corrected in the page: a new submission, the older file as it was, and a record of who changed what."""

from __future__ import annotations

import openpyxl
import pytest

from campaign_runner.app.correct_cells import correct_cells
from campaign_runner.app.submissions import restored
from campaign_runner.ledger import submissions
from campaign_runner.ledger.cell_corrections import corrections_of
from campaign_runner.ledger.submissions import Submission
from campaign_runner.model.errors import Conflict, UsageError
from tests.doors.conftest import ANA, BEN, FINN, HANNA, HEADERS, WRONG, House
from tests.workbooks import ods, ods_row


def bytes_of(house: House, submission: Submission) -> bytes:
    with house.workspace.ledger().read() as connection:
        current = submissions.get(connection, submission.id)
    with restored(house.workspace, current) as reading:
        return reading.path.read_bytes()


def correct(house: House, key: int, number: int, *cells: dict[str, object]) -> Submission:
    made = correct_cells(house.workspace, key, number, cells, FINN, "page")
    house.work()
    return made


def test_a_corrected_cell_is_a_new_upload_that_is_right_and_the_older_file_stays(house: House) -> None:
    key = house.campaign()
    older = house.submit(key, ANA, WRONG)
    newer = correct(house, key, 1, {"row": 3, "field": "recipient.email", "value": "cleo@example.com"})
    assert house.check(newer).result["rows"]["unsent"] == 2
    assert newer.number == 2
    assert newer.corrects == older.id
    assert b"cleo@@example.com" in bytes_of(house, older)
    assert bytes_of(house, newer) == bytes_of(house, older).replace(b"@@", b"@")


def test_who_corrected_what_is_a_record_with_the_value_before(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, WRONG)
    newer = correct(house, key, 1, {"row": 3, "field": "E-mail", "value": "cleo@example.com"})
    with house.workspace.ledger().read() as connection:
        (record,) = corrections_of(connection, newer.id)
    assert (record["before"], record["after"], record["row"]) == ("cleo@@example.com", "cleo@example.com", 3)
    assert record["actor"] == FINN


def test_all_rows_with_the_same_wrong_value_are_corrected_at_once(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA.replace("U561593", "U56159X"), WRONG.replace("@@", "@").replace("U561593", "U56159X"))
    newer = correct(house, key, 1, {"field": "utid", "before": "U56159X", "value": "U561593"})
    assert house.check(newer).result["rows"]["unsent"] == 2


def test_an_own_dialect_and_encoding_are_kept(house: House) -> None:
    key = house.campaign()
    path = house.folder / "q4.csv"
    rows = [HEADERS, ANA.replace("Silva", "Müller"), "", WRONG.replace("Cleo", '"Cleo ""C"" X"')]
    path.write_bytes("\r\n".join(rows).replace(",", ";").encode("cp1252"))
    older = house.bring(key, path)
    newer = correct(house, key, 1, {"row": 4, "field": "recipient.email", "value": "cleo@example.com"})
    assert bytes_of(house, newer) == bytes_of(house, older).replace(b"@@", b"@")


def test_a_letter_that_the_encoding_lacks_makes_it_utf_8(house: House) -> None:
    key = house.campaign()
    path = house.folder / "q4.csv"
    path.write_bytes("\n".join([HEADERS, ANA.replace("Silva", "Müller"), WRONG.replace("@@", "@")]).encode("cp1252"))
    house.bring(key, path)
    newer = correct(house, key, 1, {"row": 3, "field": "recipient.lastName", "value": "Łoś"})
    assert "Müller" in bytes_of(house, newer).decode("utf-8-sig")
    assert "Łoś" in bytes_of(house, newer).decode("utf-8-sig")


def test_a_workbook_keeps_its_other_sheets_and_formulas(house: House) -> None:
    key, path = house.campaign(), house.folder / "q4.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEADERS, ANA, WRONG):
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row.split(",")])
    sheet["G3"] = "=2+3"
    book.create_sheet("Notes")["A1"] = "=1+1"
    book.save(path)
    house.bring(key, path)
    newer = correct(
        house, key, 1, {"row": 3, "field": "recipient.email", "value": "cleo@example.com"},
        {"row": 3, "field": "amount", "value": "5.00"}, {"row": 2, "field": "recipient.lastName", "value": "S & T"},
    )  # fmt: skip
    target = house.folder / "corrected.xlsx"
    target.write_bytes(bytes_of(house, newer))
    after = openpyxl.load_workbook(target)
    assert after["Notes"]["A1"].value == "=1+1"
    assert [cell.value for cell in after["Sheet"][3]][4:] == ["cleo@example.com", "U561593", "5.00"]
    assert after["Sheet"]["D2"].value == "S & T"
    assert house.check(newer).result["rows"]["rejected"] == 0


def test_a_format_that_cannot_be_written_becomes_a_workbook_of_the_same_cells_with_its_hidden_rows(
    house: House,
) -> None:
    key, path = house.campaign(), house.folder / "q4.ods"
    rows = [ods_row(*HEADERS.split(",")), ods_row(*ANA.split(",")), ods_row(*WRONG.split(","))]
    rows.append(ods_row(*BEN.split(","), attributes='table:visibility="collapse"'))
    path.write_bytes(ods("".join(rows)))
    house.bring(key, path)
    newer = correct(house, key, 1, {"row": 4, "field": "recipient.email", "value": "cleo@example.com"})
    assert house.newest(key).name == "q4.xlsx"
    counts = house.check(newer).result["rows"]
    assert (counts["unsent"], counts["held"]) == (2, 1)


def test_a_correction_of_an_older_upload_is_a_conflict(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, WRONG)
    house.submit(key, ANA)
    with pytest.raises(Conflict, match="upload 2 came after it"):
        correct_cells(house.workspace, key, 1, [{"row": 3, "field": "E-mail", "value": "x"}], HANNA, "page")


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ({"row": 2, "field": "Salary", "value": "1"}, 'no column "Salary"'),
        ({"row": 2, "field": "E-mail", "value": 1}, "as text"),
        ({"row": 0, "field": "E-mail", "value": "x"}, "name the row"),
        ({"field": "E-mail", "before": "nobody", "value": "x"}, "no row has a problem"),
    ],
)
def test_a_cell_that_cannot_be_corrected_is_named(house: House, cell: dict[str, object], why: str) -> None:
    key = house.campaign()
    house.submit(key, ANA, WRONG)
    with pytest.raises(UsageError, match=why):
        correct_cells(house.workspace, key, 1, [cell], HANNA, "page")


def test_a_row_that_is_not_there_makes_the_correction_unusable(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, WRONG)
    newer = correct(house, key, 1, {"row": 99, "field": "E-mail", "value": "x@example.com"})
    assert house.check(newer).state == "unusable"
    assert "no row 99" in house.check(newer).result["reason"]
