"""After a repair the reports show the whole campaign: everybody of the first file, with what came of them."""

from __future__ import annotations

import csv
from decimal import Decimal

import openpyxl
import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.plan import plan_file
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.ledger.sent_lines import RELEASED

ANA, BO, CY, DI = (
    "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25",
    "2,EMAIL,Bo,Berg,bo@@example.com,,U561593,10",
    "3,EMAIL,Cy,Cole,cy@example.com,,U561593,5",
    "4,EMAIL,Di,Dahl,di@example.com,,U561593,lots",
)
FILES = ("csv", "xlsx")


@pytest.fixture(params=["keyed", "without a key"])
def office(office, request):
    if request.param == "keyed":
        office.values = {**office.values, "identity": {"key": ["Employee ID"]}}
    return office


def corrected(office, changes, suffix="csv", name="failures"):
    """Type into the failures report as a person does: {employee: {header: value}}."""
    path = office.folder / "reports" / "q4" / f"{name}.{suffix}"
    if suffix == "xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book["Failures"]
        headers = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            for header, value in changes.get(row[headers.index("Employee ID")].value, {}).items():
                row[headers.index(header)].value = value
        book.save(path)
        return path
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for fields in rows:
        fields.update(changes.get(fields["Employee ID"], {}))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def consistent(office):
    """The counts and amounts of the summary are those of the rows; each row has one status."""
    summary, rows = office.summary(), office.report()
    assert summary["ties_out"], summary["findings"]
    counts = {status: number for status, number in summary["rows"].items() if status != "total"}
    assert sum(counts.values()) == summary["rows"]["total"] == len(rows)
    assert {status: number for status, number in counts.items() if number} == {
        status: [row["Status"] for row in rows].count(status) for status in {row["Status"] for row in rows}
    }
    for amounts in summary["amounts"].values():
        assert sum(Decimal(each) for name, each in amounts.items() if name != "total") == Decimal(amounts["total"])
    return summary


@pytest.mark.usefixtures("every_report")
@pytest.mark.parametrize("suffix", FILES)
def test_after_failures_were_corrected_everybody_is_in_the_results(office, suffix):
    office.run(office.file(ANA, BO, CY, DI))
    result = office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}, "4": {"Amount": "7"}}, suffix))
    assert [row["Employee ID"] for row in office.report()] == ["1", "2", "3", "4"]
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed", 5: "completed"}
    assert result.exit_code == 0
    summary = consistent(office)
    assert (summary["rows"]["total"], summary["source"]) == (4, "q4.csv")
    assert summary["amounts"] == {"USD": {**dict.fromkeys(summary["amounts"]["USD"], "0.00"), "total": "47.00",
                                          "completed": "47.00"}}  # fmt: skip
    assert summary["sent_now"] == {"lines": 2, "amounts": {"USD": "17.00"}}
    assert summary["sent_before"]["lines"] == 2
    bo = office.report()[1]
    assert (bo["E-mail"], bo["Row"]) == ("bo@example.com", "3")
    assert f'Corrected in failures.{suffix}, row 2: E-mail was "bo@@example.com".' in bo["Reason"]
    assert office.report("failures.csv" if suffix == "xlsx" else "failures (2).csv") == []


def test_the_original_again_says_that_the_row_was_corrected_and_placed(office):
    path = office.file(ANA, BO, CY)
    office.run(path)
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    result = office.run(path)
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed"}
    assert "Corrected and placed from failures.csv, row 2." in office.report()[1]["Reason"]
    assert (result.exit_code, result.tally.total, len(office.sent())) == (0, 0, 3)
    assert consistent(office)["sent_now"]["lines"] == 0


def test_a_plan_of_the_original_says_so_too(office):
    path = office.file(ANA, BO, CY)
    office.run(path)
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    result = plan_file(ReadOptions(path), office.runtime())
    assert (result.exit_code, result.books.rows["rejected"], result.books.rows["completed"]) == (0, 0, 3)


def test_what_is_still_wrong_stays_in_the_failures_as_it_was_corrected_last(office):
    office.run(office.file(ANA, BO, CY, DI))
    result = office.run(corrected(office, {"2": {"E-mail": "bo(at)example.com"}, "4": {"Amount": "7"}}))
    assert office.statuses() == {2: "completed", 3: "rejected", 4: "completed", 5: "completed"}
    consistent(office)
    assert result.exit_code == 1
    (left,) = office.report("failures (2).csv")
    assert (left["E-mail"], left["Row"], left["Status"]) == ("bo(at)example.com", "3", "rejected")


def test_a_second_repair_of_the_repair_is_the_same_campaign(office):
    office.run(office.file(ANA, BO, CY, DI))
    office.run(corrected(office, {"4": {"Amount": "7"}}))
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}, name="failures (2)"))
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed", 5: "completed"}
    assert consistent(office)["rows"]["completed"] == 4
    assert len(office.sent()) == 4


def test_the_same_repair_again_changes_nothing(office):
    office.run(office.file(ANA, BO, CY))
    path = corrected(office, {"2": {"E-mail": "bo@example.com"}})
    office.run(path)
    before = office.report()
    office.run(path)
    assert [row["Status"] for row in office.report()] == [row["Status"] for row in before]
    assert len(office.sent()) == 3
    consistent(office)


def test_reports_and_track_show_the_whole_campaign_too(office):
    office.run(office.file(ANA, BO, CY))
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}), patience=0)
    assert office.statuses() == {2: "completed", 3: "pending", 4: "completed"}
    office.clock.sleep(60)
    track_campaign(office.runtime(), patience=600)
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed"}
    report_campaign(office.runtime())
    assert consistent(office)["rows"]["completed"] == 3


def test_a_row_that_somebody_added_to_the_failures_stands_behind_the_others(office):
    office.run(office.file(ANA, BO, CY))
    path = corrected(office, {"2": {"E-mail": "bo@example.com"}})
    text = path.read_text("utf-8-sig")
    path.write_text(text.rstrip() + "\n9,EMAIL,Eve,East,eve@example.com,,U561593,4,,,,,\n", "utf-8-sig")
    office.run(path)
    assert [row["Employee ID"] for row in office.report()] == ["1", "2", "3", "9"]
    assert consistent(office)["rows"]["completed"] == 4


def test_rows_that_were_sorted_and_deleted_are_found_by_what_they_say(office):
    office.run(office.file(ANA, BO, CY, DI))
    path = corrected(office, {"2": {"E-mail": "bo@example.com"}, "4": {"Amount": "7"}})
    head, *rows = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8-sig")
    office.run(path)
    assert [row["Employee ID"] for row in office.report()] == ["1", "2", "3", "4"]
    assert consistent(office)["rows"]["completed"] == 4


def test_another_person_in_the_place_of_the_row_is_not_that_row(office):
    office.run(office.file(ANA, BO, CY))
    person = {"Employee ID": "8", "First name": "Zoe", "Last name": "Zorn", "E-mail": "zoe@example.com"}
    office.run(corrected(office, {"2": person}))
    assert [row["Employee ID"] for row in office.report()] == ["1", "2", "3", "8"]
    assert office.statuses()[3] == "rejected"
    consistent(office)


def test_an_annotated_workbook_is_the_whole_file(office):
    book = openpyxl.Workbook()
    for row in (["Employee ID", "Method", "First name", "Last name", "E-mail", "Mobile", "UTID", "Amount"],
                *(line.split(",") for line in (ANA, BO, CY))):  # fmt: skip
        book.worksheets[0].append(row)
    book.save(office.folder / "q4.xlsx")
    result = office.run(office.folder / "q4.xlsx")
    annotated = result.reports["annotated.xlsx"]
    book = openpyxl.load_workbook(annotated)
    book["Sheet"]["E3"] = "bo@example.com"
    book.save(annotated)
    office.run(annotated)
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed"}
    assert consistent(office)["sent_now"]["lines"] == 1


def test_failures_of_a_check_are_run_before_the_file_itself(office):
    path = office.file(ANA, BO, CY)
    check_file(ReadOptions(path), office.runtime())
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    assert len(office.report()) == 1
    office.run(path)
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed"}
    assert consistent(office)["exit_code"] == 0


def test_a_nightly_file_that_grows_after_a_repair(office):
    office.run(office.file(ANA, BO))
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    office.run(office.file(ANA, BO, CY))
    assert office.statuses() == {2: "completed", 3: "completed", 4: "completed"}
    summary = consistent(office)
    assert (summary["sent_now"]["lines"], summary["sent_before"]["lines"]) == (1, 2)


def test_a_row_corrected_in_the_original_as_well_is_the_same_row(office):
    office.run(office.file(ANA, BO))
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    office.run(office.file(ANA, BO.replace("@@", "@")))
    assert office.statuses() == {2: "completed", 3: "completed"}
    assert len(office.sent()) == 2
    consistent(office)


def test_a_failed_line_that_was_corrected_shows_the_corrected_one(office):
    office.run(office.file(ANA, "2,EMAIL,Bo,Berg,sim-fails@example.com,,U561593,10"))
    assert office.statuses() == {2: "completed", 3: "failed"}
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    assert len(office.report()) == 2
    consistent(office)


def test_explain_and_release_speak_of_the_rows_of_the_file(office):
    from campaign_runner.app import release
    from campaign_runner.app.explain import explain_row

    twin = ANA.replace("1,", "7,", 1) if office.values.get("identity") else ANA
    office.run(office.file(BO, ANA, twin))
    if office.statuses()[4] != "held":
        office.run(office.file(BO, ANA, ANA))
    assert office.statuses() == {2: "rejected", 3: "completed", 4: "held"}
    office.run(corrected(office, {"2": {"E-mail": "bo@example.com"}}))
    assert office.statuses() == {2: "completed", 3: "completed", 4: "held"}
    life = explain_row(office.runtime(), "2")
    assert (life.status, life.file, life.row) == ("completed", "failures.csv", 2)
    assert explain_row(office.runtime(), "3").file == "q4.csv"
    decided = release.decide(office.runtime(), release.RowsAsked((4,)), RELEASED, "two prizes")
    assert decided.rows == (4,)
