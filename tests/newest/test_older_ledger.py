"""A ledger that is older than what was sent sends nothing, however it came about; recovered, it pays nobody twice."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from campaign_runner.app.doctor import diagnose
from campaign_runner.app.plan import plan_file
from campaign_runner.app.purge import purge_data
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.ledger import newest_heads
from campaign_runner.model.errors import ExitCode
from tests.newest.conftest import row

LISTED = "of this campaign that this ledger does not know: campaign-runner recover FILE"
ENDS_AT = (
    r"This ledger ends at event \d+ of .*; the newest one used here had event \d+ of .*campaign-runner recover FILE"
)


def edited(camp, how: str) -> dict[str, int]:
    """What people do to a file or a command; returns settings that change with it."""
    people = {"a row added": (46, 1), "a row removed": (44, 1), "another first row": (45, 2)}
    if how in people:
        camp.people(*people[how])
    if how == "three days later":
        camp.clock.turn(days=3)
    return {"batch_size": 20} if how == "other batch size" else {}


CHANGES = ("nothing", "a row added", "a row removed", "another first row", "other batch size", "three days later")


def test_the_same_run_again_sends_nothing(camp):
    assert camp.send().exit_code is camp.send().exit_code is ExitCode.DONE
    camp.everybody_once(45)


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("files", ["*", "ledger.sqlite*"])
def test_restored_from_before_the_orders(camp, how, files):
    camp.plan()
    camp.back_up()
    camp.send()
    camp.put_back(only=files)
    before, settings = camp.asked(), edited(camp, how)
    camp.refused(LISTED if files == "*" else ENDS_AT, **settings)
    assert files == "*" or camp.asked() == before
    camp.recover(**settings)
    camp.send(**settings)
    camp.everybody_once(46 if how == "a row added" else 45)


def test_commands_that_send_nothing_tell_it(camp):
    camp.send()
    camp.back_up()
    camp.people(46)
    camp.send()
    camp.put_back(only="ledger.sqlite*")
    for command in (track_campaign, report_campaign, lambda runtime: plan_file(ReadOptions(camp.path), runtime)):
        runtime = camp.runtime()
        command(runtime)
        assert any("campaign-runner recover FILE" in notice for notice in runtime.notices), runtime.notices
    camp.refused(ENDS_AT)  # what they wrote made it no newer
    assert [one.subject for one in diagnose(camp.runtime()) if not one.well] == ["heads"]


def test_restored_and_the_canary_left_out(camp):
    camp.plan()
    camp.back_up()
    camp.send(canary=3)
    camp.put_back()
    camp.refused(LISTED)
    camp.recover()
    assert camp.send().exit_code is ExitCode.DONE
    camp.everybody_once(45)


def test_a_date_that_has_run_out_cuts_the_orders_otherwise(camp):
    headers = [
        "Employee ID",
        "Method",
        "First name",
        "Last name",
        "E-mail",
        "Mobile",
        "UTID",
        "Amount",
        "Delivery date",
    ]
    day = (camp.clock.now() + timedelta(days=8)).date().isoformat()
    camp.file(*(f"{row(n)},{day if n == 7 else ''}" for n in range(1, 46)), headers=headers)
    camp.plan()
    camp.back_up()
    camp.send()
    camp.put_back()
    camp.clock.turn(days=3)
    camp.refused(LISTED)
    camp.recover()
    assert camp.send().exit_code is ExitCode.DONE
    camp.everybody_once(45)


def test_a_backup_that_has_an_earlier_upload_of_the_campaign(camp):
    camp.people(30)
    camp.send()
    camp.back_up()
    camp.people(45)
    camp.send()
    camp.put_back()
    camp.people(46)
    camp.refused(LISTED)
    assert "Recovered from Tango" in camp.recover()
    camp.send()
    camp.everybody_once(46)


def test_no_state_folder_at_all(camp):
    camp.people(25)
    camp.send()
    camp.lose()
    camp.people(26)
    camp.refused(LISTED)
    camp.recover()
    camp.send()
    camp.everybody_once(26)


def test_the_state_copied_to_a_second_machine_and_both_send(camp):
    camp.plan()
    camp.back_up("second")
    camp.people(60)
    camp.send()
    here, camp.state = camp.state, camp.folder / "second"
    camp.people(61)
    camp.refused(LISTED)
    camp.recover()
    camp.send()
    camp.everybody_once(61)
    camp.state = here
    camp.people(62)
    camp.refused(LISTED)
    camp.recover()
    camp.send()
    camp.everybody_once(62)


def test_a_wal_that_is_lost_is_noticed_without_asking_anybody(camp):
    """As a kill leaves it: what was written since the last checkpoint is in the -wal, which somebody deletes."""
    camp.people(30)
    camp.send()
    with sqlite3.connect(camp.state / "ledger.sqlite") as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    camp.back_up()
    camp.people(45)
    camp.send()
    camp.put_back(only="ledger.sqlite")
    before = camp.asked()
    camp.people(46)
    camp.refused(ENDS_AT)
    assert camp.asked() == before


def test_a_ledger_of_yesterday_after_a_purge(camp):

    camp.people(30)
    camp.send()
    camp.clock.turn(days=2)
    camp.back_up()
    camp.people(45)
    camp.send()
    purge_data(camp.runtime(), 1)
    camp.put_back(only="ledger.sqlite*")
    camp.refused(ENDS_AT)
    camp.recover()
    camp.send()
    camp.everybody_once(45)


def test_a_ledger_that_was_vacuumed_is_the_same(camp):
    camp.people(30)
    camp.send()
    with sqlite3.connect(camp.state / "ledger.sqlite", isolation_level=None) as ledger:
        ledger.execute("VACUUM")
    camp.people(31)
    assert camp.send().exit_code is ExitCode.DONE
    camp.everybody_once(31)


def test_a_note_that_nobody_can_read_is_as_good_as_none_and_tango_is_asked(camp):
    camp.plan()
    camp.back_up()
    camp.send()
    camp.put_back(only="ledger.sqlite*")
    (camp.state / newest_heads.FOLDER / "simulator-q4.json").write_bytes(b"")
    camp.people(46)
    camp.refused(LISTED)


def test_what_another_campaign_sent_since_is_missing_too(camp):
    camp.send()
    camp.back_up()
    camp.values["campaign"] = {"id": "q5", "name": "Q5"}
    camp.file(row(99))
    camp.send()
    camp.put_back(only="ledger.sqlite*")
    camp.values["campaign"] = {"id": "q4", "name": "Q4"}
    camp.people(46)
    camp.refused("lacks what the campaign q5 sent since")
    camp.clock.turn(days=30)
    assert camp.send().exit_code is ExitCode.DONE


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_that_differs_from_tangos_stops_nothing(camp, hours):
    """The stand-in has a clock of its own, a day ahead or behind."""
    from tests.clock import HandClock

    camp.tango.clock = HandClock((camp.clock.now() + timedelta(hours=hours)).replace(tzinfo=None).isoformat())
    assert camp.send().exit_code is ExitCode.DONE
    camp.everybody_once(45)


@pytest.mark.parametrize("fault", ["500", "html", "503", "404-customer", "truncated", "unknown-key", "cursor-loop"])
def test_a_list_that_cannot_be_read_sends_nothing_on_the_second_try_either(camp, fault):
    camp.plan()
    camp.back_up()
    camp.send()
    camp.put_back()
    camp.people(46)
    camp.tango.set_faults([{"kind": fault, "call": "list", "times": 1000}])
    for _ in range(2):
        result = camp.send(max_tries=2)
        assert (result.exit_code, "nothing was sent" in result.books.stopped) == (ExitCode.STOPPED, True)
    camp.everybody_once(45)


def test_a_list_that_lags_does_not_hide_what_is_planned(camp):
    camp.send()
    camp.lose()
    camp.people(46)
    camp.tango.change(knobs={"list_lag": 3600})
    camp.refused(LISTED)


def test_an_order_that_tango_had_before_stops_a_run_from_which_it_was_hidden(camp):
    camp.send()
    posts = camp.posts()
    camp.lose()
    camp.clock.turn(hours=1)
    camp.tango.change(knobs={"list_lag": 86_400})
    camp.tango.set_faults([{"kind": "not-found", "call": "look_up", "times": 5}])
    camp.refused("had the order .* of this campaign before this ledger sent it")
    assert camp.posts() == posts + 1
    camp.refused("A recovery of this campaign began on")


def test_orders_of_another_campaign_of_the_same_name_are_none_of_ours(camp):
    camp.values["campaign"] = {"id": "q4-2", "name": "Q4"}
    camp.send()
    camp.values["campaign"] = {"id": "q4", "name": "Q4"}
    camp.values["identity"] = {"duplicate_window_days": 0}
    assert camp.send().exit_code is ExitCode.DONE
    assert len(camp.sent()) == 90


def test_a_campaign_without_a_name_is_found_as_well(camp):
    camp.values["campaign"] = {"id": "q4"}
    camp.send()
    camp.lose()
    camp.people(46)
    camp.refused(LISTED)


def test_one_more_question_for_a_run_that_sends_and_none_for_one_that_does_not(camp):
    camp.people(5)
    camp.send()
    lists = [seen for seen in camp.tango.requests if seen.path == "/asyncOrders" and seen.method == "GET"]
    assert len(lists) == 1
    before = camp.asked()
    camp.send()
    assert camp.asked() == before
