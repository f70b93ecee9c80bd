"""Totals that somebody declared, on the command line or in the file itself, must be those of the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_runner.app.check import check_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.entrypoints import cli
from campaign_runner.model.errors import ExitCode, RefusedBeforeSending
from tests.pipeline.conftest import HEADERS

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,,U561593,10.50"


def types(office, *words: str) -> int:
    state, reports = str(office.folder / "state"), str(office.folder / "reports")
    config = office.folder / "campaign.toml"
    config.write_text('[campaign]\nid = "q4"\n', "utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--config", str(config), "--state", state, "--reports", reports])
    return int(ended.value.code or 0)


def test_a_totals_row_that_is_right_lets_the_file_go(office):
    assert office.run(office.file(ANA, BEN, "Total,,,,,,,35.50")).exit_code is ExitCode.DONE


def test_a_totals_row_that_is_wrong_is_refused_with_both_figures(office):
    with pytest.raises(RefusedBeforeSending) as refused:
        office.run(office.file(ANA, BEN, 'Total,,,,,,,"1,035.50"'))
    assert str(refused.value).startswith(
        "Row 4 of the file states a total of 1035.50, but its rows add up to 35.50. Correct the row that is wrong, or "
        "the total.\nNothing was sent."
    )
    assert office.sent() == []


@pytest.mark.parametrize("total", ["20.00", "50"])
def test_a_totals_row_may_count_rewards_or_what_they_come_to(office, total):
    rows = ["1,BULKDIGITAL,,,,,U561593,10,2", "2,BULKDIGITAL,,,,,U561593,10.00,3"]
    path = office.file(*rows, f"Total,,,,,,,{total},", headers=[*HEADERS, "Quantity"])
    assert office.run(path).exit_code is ExitCode.DONE


def test_rejected_rows_count_and_where_one_cannot_be_read_nothing_is_compared(office):
    wrong = "3,EMAIL,Cy,Roe,cy@@example.com,,U561593,4.50"
    assert office.run(office.file(ANA, BEN, wrong, "Total,,,,,,,40.00")).books.rows["completed"] == 2
    unread = "3,EMAIL,Cy,Roe,cy@example.com,,U561593,much"
    assert office.run(office.file(ANA, BEN, unread, "Total,,,,,,,99.00")).books.rows["rejected"] == 1


def test_a_total_that_can_be_read_in_two_ways_is_not_compared(office):
    assert office.run(office.file(ANA, BEN, 'Total,,,,,,,"35,5"')).exit_code is ExitCode.DONE


def test_check_says_what_a_run_would_be_refused_for(office):
    notes = check_file(ReadOptions(office.file(ANA, "Total,,,,,,,30")), office.runtime()).books.notes
    assert notes[-1].startswith("A run would be refused: Row 3 of the file states a total of 30.00")


@pytest.mark.parametrize("command", ["check", "plan", "run"])
@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--expect-rows=3", "The file has 2 rows, but 3 were expected ([limits] expected_rows)."),
        ("--expect-total=USD=36", "The file sends 35.50 USD, but 36.00 USD was expected ([limits] expected_total)."),
    ],
)
def test_expectations_on_the_command_line_refuse(office, capsys, command, option, says):
    path: Path = office.file(ANA, BEN)
    assert types(office, command, str(path), option) == ExitCode.REFUSED
    assert says in capsys.readouterr().err


def test_expectations_that_are_met_let_it_go(office):
    path = office.file(ANA, BEN)
    assert types(office, "check", str(path), "--expect-rows", "2", "--expect-total", "usd=35.50") == ExitCode.DONE


def test_an_expectation_that_cannot_be_understood_is_wrong_usage(office, capsys):
    assert types(office, "check", str(office.file(ANA)), "--expect-total", "6000") == ExitCode.USAGE
    assert "--expect-total 6000: give a currency and an amount, such as USD=6000." in capsys.readouterr().err
