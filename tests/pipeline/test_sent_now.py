"""What happened now: sent by this very call, sent before (when, from which file), still open."""

from __future__ import annotations

import shutil

import pytest

from campaign_runner.app import screen
from campaign_runner.app.check import check_file
from campaign_runner.app.plan import plan_file
from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign

ANA, BO, CY = (
    "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25",
    "2,EMAIL,Bo,Berg,bo@example.com,,U561593,10",
    "3,EMAIL,Cy,Cole,cy@example.com,,U561593,5",
)
BAD = "9,EMAIL,Di,Dahl,di@@example.com,,U561593,7"
NOTHING = {"lines": 0, "amounts": {}}
DAYS = 86_400


def now_and_before(office):
    summary = office.summary()
    return summary["sent_now"], summary["sent_before"]


def lines_of(result):
    return screen.run(result.books, result.tally, result.reports)


def test_a_first_run_sends_now(office):
    office.run(office.file(ANA, BO, BAD))
    assert now_and_before(office) == ({"lines": 2, "amounts": {"USD": "35.00"}}, {**NOTHING, "files": []})


def test_the_same_file_again_was_sent_before(office):
    path = office.file(ANA, BO)
    office.run(path)
    day = office.clock.now().date().isoformat()
    result = office.run(path)
    before = {"lines": 2, "amounts": {"USD": "35.00"}, "files": [{"name": "q4.csv", "day": day, "lines": 2}]}
    assert now_and_before(office) == (NOTHING, before)
    assert "Sent now" not in " ".join(lines_of(result))


@pytest.mark.parametrize("name", ["q1.csv", "q4.csv"])
def test_a_file_of_which_everything_was_placed_before_ends_with_the_sentence(office, name):
    office.run(office.file(ANA, BO))
    office.clock.sleep(62 * DAYS)
    result = office.run(office.file(ANA, BO, name=name))
    ends_with = lines_of(result)[-1]
    assert ends_with.startswith("Nothing was sent now: all 2 rows were placed on ")
    assert ends_with.endswith(
        " from q4.csv. A new occasion needs a new campaign id ([campaign] id in campaign.toml)."
    )
    page = result.reports["report.html"].read_text("utf-8")
    assert "Nothing was sent now: all 2 rows were placed on" in page
    assert "Done. Every row was sent and completed." not in page
    assert office.summary()["sent_now"] == NOTHING
    assert ends_with in office.summary()["notes"]
    assert len(office.sent()) == 2


def test_a_growing_file_sends_what_is_new(office):
    office.run(office.file(ANA, BO))
    office.clock.sleep(DAYS)
    result = office.run(office.file(ANA, BO, CY))
    now, before = now_and_before(office)
    assert (now, before["lines"], before["amounts"]) == (
        {"lines": 1, "amounts": {"USD": "5.00"}}, 2, {"USD": "35.00"},
    )  # fmt: skip
    assert "Sent now: 1 row, 5.00 USD." in lines_of(result)
    assert not [note for note in office.summary()["notes"] if "Nothing was sent" in note]


def test_two_days_and_two_files_are_told_apart(office):
    office.run(office.file(ANA, name="monday.csv"))
    office.clock.sleep(DAYS)
    office.run(office.file(ANA, BO, name="tuesday.csv"))
    office.clock.sleep(DAYS)
    result = office.run(office.file(ANA, BO, name="wednesday.csv"))
    assert [(file["name"], file["lines"]) for file in office.summary()["sent_before"]["files"]] == [
        ("monday.csv", 1), ("tuesday.csv", 1),
    ]  # fmt: skip
    assert "all 2 rows were placed between " in lines_of(result)[-1]
    assert "from monday.csv and tuesday.csv" in lines_of(result)[-1]


def test_a_file_under_another_name_most_of_which_was_sent_is_warned_about(office):
    office.run(office.file(ANA, BO, name="january.csv"))
    result = office.run(office.file(ANA, BO, CY, name="march.csv"))
    assert any("2 of 3 rows of march.csv were sent before" in line and "january.csv" in line
               for line in lines_of(result))  # fmt: skip


def test_a_file_under_another_name_with_few_rows_that_were_sent_is_not(office):
    office.run(office.file(ANA, name="january.csv"))
    result = office.run(office.file(ANA, BO, CY, name="february.csv"))
    assert not any("were sent before" in line or "was sent before" in line for line in lines_of(result))


def test_a_plan_says_how_many_rows_were_sent_before(office):
    office.run(office.file(ANA, BO, name="january.csv"))
    result = plan_file(ReadOptions(office.file(ANA, BO, CY, name="march.csv")), office.runtime())
    assert result.tally is not None
    lines = screen.plan(result.books, result.tally, result.reports)
    assert any(line.startswith("2 rows were sent before and are not sent again: 35.00 USD (") for line in lines)
    assert any("2 of 3 rows of march.csv were sent before" in line for line in lines)
    assert now_and_before(office)[0] == NOTHING
    assert now_and_before(office)[1]["lines"] == 2


def test_what_a_retry_places_is_sent_now(office):
    office.run(office.file(ANA, "2,EMAIL,Bo,Berg,sim-fails@example.com,,U561593,10"))
    assert office.summary()["rows"]["failed"] == 1
    for _ in range(3):
        office.clock.sleep(3_600)
        track_campaign(office.runtime())
    retry_failed(office.runtime())
    assert now_and_before(office)[0] == {"lines": 1, "amounts": {"USD": "10.00"}}
    assert now_and_before(office)[1]["lines"] == 1


def test_what_is_open_is_said(office):
    result = office.run(office.file(ANA, BO), patience=0)
    assert "Still open: 2 rows (2 accepted by Tango, not final yet)." in lines_of(result)
    assert office.summary()["sent_now"]["lines"] == 2
    result = track_campaign(office.runtime(), patience=600)
    assert now_and_before(office)[0] == NOTHING
    assert now_and_before(office)[1]["lines"] == 2


def test_lines_that_recover_found_were_sent_before(office):
    path = office.file(ANA, BO)
    office.run(path)
    shutil.rmtree(office.folder / "state")
    recover_ledger(ReadOptions(path), office.runtime())
    assert now_and_before(office)[0] == NOTHING
    result = office.run(path)
    assert now_and_before(office) == (
        NOTHING,
        {"lines": 2, "amounts": {"USD": "35.00"}, "files": [
            {"name": "", "day": office.clock.now().date().isoformat(), "lines": 2}]},
    )  # fmt: skip
    assert "Nothing was sent now: all 2 rows were placed on " in lines_of(result)[-1]


def test_check_sends_nothing_now(office):
    check_file(ReadOptions(office.file(ANA)), office.runtime())
    assert now_and_before(office) == (NOTHING, {**NOTHING, "files": []})


def test_a_second_run_says_so_in_the_page_and_the_summary_and_leaves_the_rest(office):
    path = office.file(ANA, BO)
    first = office.run(path)
    stamps = {name: report.stat().st_mtime_ns for name, report in first.reports.items()}
    office.run(path)
    moved = {name for name, report in first.reports.items() if report.stat().st_mtime_ns != stamps[name]}
    assert moved == {"report.html", "summary.json"}
    page = first.reports["report.html"].read_text("utf-8")
    assert page.count("<!-- verdict -->") == page.count("<!-- end of sent -->") == 1
    assert "Sent now:" not in page
    stamps = {name: report.stat().st_mtime_ns for name, report in first.reports.items()}
    office.run(path)
    assert {name: report.stat().st_mtime_ns for name, report in first.reports.items()} == stamps
