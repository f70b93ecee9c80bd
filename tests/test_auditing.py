"""What an auditor and finance type: reconcile, audit verify, audit export, purge, reports over a period."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from campaign_runner.entrypoints import cli

SAMPLES = Path(__file__).parent.parent / "samples"
CAMPAIGN = "2026-q4-recognition"
LEDGER = Path(".campaign-runner/ledger.sqlite")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    """`command("audit", "verify")` -> exit code, standard output, standard error; email.csv was run before."""
    for name in [name for name in os.environ if name.startswith(("TANGO_", "CAMPAIGN_RUNNER__"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CAMPAIGN_RUNNER__TANGO__REQUESTS_PER_SECOND", "0")
    for name in ("campaign.toml", "email.csv"):
        shutil.copy(SAMPLES / name, tmp_path)
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        out, error = capfdbinary.readouterr()
        return int(ended.value.code or 0), out.decode(), error.decode()

    command("run", "email.csv", "--wait", "0")
    return command


def statement(change: Callable[[dict[str, str]], dict[str, str]] = dict) -> str:
    """Tango's order history as it would be, each line `change`d."""
    with Path(f"reports/{CAMPAIGN}/finance.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [change({"External Ref Line Item ID": row["externalRefLineItemID"], "Amount": row["Total"],
                         "Currency": row["Currency"]}) for row in csv.DictReader(file)]  # fmt: skip
    with Path("history.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    return "history.csv"


def test_a_statement_that_agrees_says_so(command):
    code, out, _ = command("reconcile", CAMPAIGN, "--statement", statement())
    assert (code, out.splitlines()[1]) == (0, "The statement agrees with the books.")


def test_a_statement_that_differs_names_what_and_where(command):
    code, out, _ = command("reconcile", "--statement", statement(lambda row: row | {"Amount": "1.00"}))
    assert code == 1
    assert "THE STATEMENT AND THE BOOKS DIFFER:" in out
    assert Path(f"reports/{CAMPAIGN}/statement.csv").exists()


def test_reconcile_answers_machines_too(command):
    _, out, _ = command("reconcile", "--statement", statement(), "--json")
    assert json.loads(out)["agrees"] is True


def test_a_statement_that_is_not_there_is_an_error_that_names_it(command):
    code, _, error = command("reconcile", "--statement", "nowhere.csv")
    assert (code, "nowhere.csv" in error) == (3, True)


def test_the_chain_is_proved_with_its_head(command):
    code, out, _ = command("audit", "verify")
    told = json.loads(command("audit", "verify", "--json")[1])
    whole = f"The chain of {told['events']} events is intact; its head is {told['head']}."
    assert (code, out.splitlines()[0]) == (0, whole)
    assert "signed with a key stored beside the ledger" in out


def test_the_first_broken_link_is_named(command):
    with sqlite3.connect(LEDGER) as ledger:
        ledger.execute("UPDATE events SET kind = 'nothing' WHERE id = 2")
    code, out, _ = command("audit", "verify")
    assert (code, out.startswith("The chain breaks at event 2 of ")) == (1, True)
    assert json.loads(command("audit", "verify", "--json")[1])["broken"] == 2


def test_lines_that_were_changed_by_hand_are_noticed(command):
    with sqlite3.connect(LEDGER) as ledger:
        ledger.execute("UPDATE line_items SET face_units = face_units + 1 WHERE id = 1")
    code, out, _ = command("audit", "verify")
    assert (code, out.splitlines()[0].startswith("The chain of "), out.splitlines()[1]) == (1, True, (
        "The lines of 1 order do not add up to the recorded totals: they were changed. Restore a backup of the ledger, "
        "and find out who had access."
    ))  # fmt: skip
    assert json.loads(command("audit", "verify", "--json")[1])["differing"] == 1


def test_every_event_is_a_line_of_json(command):
    code, out, _ = command("audit", "export")
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, [event["id"] for event in events]) == (0, list(range(1, len(events) + 1)))
    assert all(one["hash"] == two["previous"] for one, two in pairwise(events))


def test_the_head_of_the_chain_stands_in_every_workbook_and_in_the_journal(command):
    command("reports", CAMPAIGN)
    head = json.loads(command("audit", "verify", "--json")[1])["head"]
    folder = Path("reports") / CAMPAIGN
    for name in ("results.xlsx", "failures.xlsx", "finance.xlsx"):
        shutil.unpack_archive(folder / name, name, "zip")
        assert head in Path(name, "docProps", "custom.xml").read_text("utf-8"), name
    assert f"; Head of the ledger's chain of events: {head}" in (folder / "journal.beancount").read_text("utf-8")
    assert head in (folder / "report.html").read_text("utf-8")


def test_purge_says_what_it_erased_and_what_it_would(command):
    command("track", "--wait", "1m")
    with sqlite3.connect(LEDGER) as ledger:
        ledger.execute("UPDATE uploads SET created_at = '2020-01-01T00:00:00.000+00:00'")
    assert command("purge", "--older-than", "400d", "--dry-run")[1] == (
        "1 file and the contents of 1 order would be erased. Nothing was erased (--dry-run).\n"
    )
    assert command("purge", "--older-than", "400")[1].startswith("1 file and the contents of 1 order erased.")
    assert command("purge", "--older-than", "400d")[1].startswith(
        "Nothing to erase: nothing final is older than 400 days"
    )


def test_a_recipient_is_erased_with_what_stays_and_which_reports_to_delete(command):
    command("track", "--wait", "1m")
    code, out, _ = command("purge", "--recipient", "yusuf.okafor.10245@example.com")
    assert (code, out.splitlines()[0]) == (0, (
        "1 file and the contents of 1 order, and 1 order in the simulator, erased. References, amounts, statuses, "
        "totals and the chain of events stay."
    ))  # fmt: skip
    assert "recognised stay for 21 days after sending" in out
    assert f"  reports/{CAMPAIGN}/results.csv" in out.splitlines()
    assert command("purge", "--recipient", "yusuf.okafor.10245@example.com")[1].startswith(
        "Nothing to erase: the ledger has no final data of yusuf"
    )


def test_what_is_not_final_yet_is_left_and_the_code_says_so(command):
    code, out, _ = command("purge", "--campaign", CAMPAIGN)
    assert (code, "with lines that are not final: run purge again later" in out) == (5, True)


def test_the_copy_of_an_older_ledger_is_told_on_standard_error(command):
    LEDGER.unlink()
    with sqlite3.connect(LEDGER) as ledger:
        ledger.executescript((Path(__file__).parent / "ledger" / "older" / "version-2.sql").read_text("utf-8"))
    _, _, error = command("status", "--quiet")
    assert "The ledger was upgraded from version 2. A copy as it was before: " in error
    assert "upgraded" not in command("status")[2]


@pytest.mark.parametrize(("words", "said"), [
    (("purge", "--older-than", "soon"), "--older-than soon: give a number of days, such as 400 or 400d."),
    (("purge", "--older-than", "abcd"), "--older-than abcd: give a number of days"),
    (("purge",), "[retention] is empty. Set days, uploads_days or logs_days there, or give one of --older"),
    (("purge", "--recipient", "ana@example.com", "--campaign", "q4"), "Give one of --older-than 400d, --recipient"),
    (("purge", "--campaign", "q9"), f"There is no campaign q9 here. Known: {CAMPAIGN}."),
    (("purge", "--older-than", "0d"), "at least one day"),
    (("reports", "--all", "--from", "2026-12-31", "--to", "2026-01-01"), "turn them round"),
    (("reports", "--all", "--from", "last week"), "--from last week: give a day as year-month-day"),
    (("reports", "--only", "result.csv"), "--only result.csv: there is no such report. Known: results.xlsx, results.csv"),
    (("reports", "--group-by", "E-mail"), "this column is about a person"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_with_what_to_do(command, words, said):
    code, _, error = command(*words)
    assert (code, said in error) == (2, True)


def test_finance_of_a_period_over_all_campaigns(command):
    code, out, _ = command("reports", "--all", "--from", "2020-01-01", "--to", "2020-12-31", "--parquet")
    assert code == 0
    assert "Finance reports of 1 campaign in simulator, placed from 2020-01-01 to 2020-12-31" in out
    assert Path("reports/all/finance.csv").read_text("utf-8").count("\n") == 1
    assert Path("reports/all/finance.parquet").exists()


def test_one_report_can_be_written_alone(command):
    shutil.rmtree(f"reports/{CAMPAIGN}")
    command("reports", CAMPAIGN, "--only", "results.csv")
    command("reports", "--all", "--only", "journal.csv")
    assert [path.name for path in Path("reports").rglob("*.*")] == ["results.csv", "journal.csv"]


def test_the_account_is_reconciled_over_all_campaigns_and_a_period(command):
    code, out, _ = command("reconcile", "--all", "--statement", statement())
    assert (code, out.splitlines()[1]) == (0, "The statement agrees with the books.")
    assert "difference 0.00 USD" in out
    assert Path("reports/all/statement.csv").exists()


def test_figures_of_all_campaigns_stand_on_the_screen_and_on_a_page(command):
    command("track", "--wait", "1m")
    code, out, _ = command("reports", "--all")
    assert (code, out.splitlines()[0]) == (0, "Finance reports of 1 campaign in simulator.")
    assert " USD, charged " in out.splitlines()[1]
    page = Path("reports/all/finance.html").read_text("utf-8")
    assert "Finance report" in page
    assert "@example.com" not in page
    told = json.loads(command("reports", "--all", "--json")[1])
    assert (told["environment"], told["campaigns"]) == ("simulator", 1)


def test_an_environment_is_chosen_only_for_all_campaigns(command):
    code, _, error = command("reports", CAMPAIGN, "--environment", "sandbox")
    assert (code, "--environment needs --all" in error) == (2, True)
