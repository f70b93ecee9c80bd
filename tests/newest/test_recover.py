"""A recovery tells the ledger what it lacks; one that did not come to its end leaves the campaign closed to sending."""

from __future__ import annotations

import sys

import pytest

from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import ExitCode, NotNewest, TangoStopped
from campaign_runner.planning import known_lines, references
from campaign_runner.planning.cutting import FIRST
from tests.newest.conftest import row
from tests.planning.rows import ANA, BEN, CRATE, ORDER, planned
from tests.reliability.crashes import Bomb, Crash

CLOSED = (
    "A recovery of this campaign began on .* and did not finish, so nothing was sent. Finish it: campaign-runner rec"
)


@pytest.mark.parametrize("look_ups", [0, 3])
@pytest.mark.parametrize("ledger", ["lost", "restored"])
def test_killed_after_so_many_look_ups(camp, look_ups, ledger):
    camp.plan()
    camp.back_up()
    camp.send()
    camp.lose() if ledger == "lost" else camp.put_back()
    camp.people(46)
    places = Bomb()
    camp.tango.set_faults([{"kind": "html", "call": "look_up", "nth": look_ups + 1, "times": 9}])
    with places.armed(), pytest.raises(TangoStopped):
        camp.recover(max_tries=1)
    camp.lose() if ledger == "lost" else camp.put_back()
    camp.tango.set_faults([])
    with Bomb(len(places.seen) - 3).armed(), pytest.raises(Crash):
        camp.recover()
    camp.refused(CLOSED)
    assert "Recovered from Tango" in camp.recover()
    camp.send()
    camp.everybody_once(46)


@pytest.mark.parametrize("fault", ["404-customer", "503", "html"])
def test_a_list_that_fails_leaves_it_closed(camp, fault):
    camp.send()
    camp.lose()
    camp.people(46)
    camp.tango.set_faults([{"kind": fault, "call": "list", "times": 1000}])
    with pytest.raises(TangoStopped, match="nothing was sent"):
        camp.recover(max_tries=2)
    camp.tango.set_faults([])
    camp.refused(CLOSED)
    camp.recover()
    camp.send()
    camp.everybody_once(46)


def test_twice_in_a_row_and_with_a_file_edited_in_between(camp):
    camp.send()
    camp.lose()
    assert "Recovered from Tango: " in camp.recover()
    camp.people(47)
    assert camp.recover() == "Nothing was lost: this ledger knows every order of this campaign that Tango has."
    camp.send()
    camp.everybody_once(47)


def test_orders_of_an_older_program_are_known(camp, monkeypatch):
    """Format 1 cut every ten lines and named orders otherwise; a failed one is not even listed."""
    camp.file(*(row(n).replace("p7@", "sim-fails@") for n in range(7, 8)))
    _as_version_1(monkeypatch)
    camp.send()
    monkeypatch.undo()
    camp.lose()
    assert "Recovered from Tango: 1 order with 1 line" in camp.recover()
    camp.send()
    assert len(camp.sent()) == 1


def test_a_plan_that_an_older_program_wrote_is_sent_as_it_is(camp, monkeypatch):
    _as_version_1(monkeypatch)
    camp.tango.set_faults([{"kind": "402", "call": "place", "nth": 2, "times": 1000}])
    camp.send()
    monkeypatch.undo()
    camp.tango.set_faults([])
    camp.clock.turn(days=1)
    assert camp.send().exit_code is ExitCode.DONE
    assert [order.count for order in camp.tango.orders()] == [10, 10, 10, 10, 5]
    camp.everybody_once(45)


def test_a_further_attempt_that_was_sent_since_is_not_sent_again(camp):
    """Tango lists no failed order: it is recognised by its reference, and the run ends there."""
    camp.file(row(1), row(2).replace("p2@", "sim-fails@"))
    camp.send()
    camp.back_up()
    retry_failed(camp.runtime())
    camp.put_back()
    camp.clock.turn(hours=1)
    with pytest.raises(NotNewest, match="before this ledger sent it"):
        retry_failed(camp.runtime())
    camp.recover()
    track_campaign(camp.runtime())
    assert camp.statuses() == {2: "completed", 3: "failed"}
    assert len(camp.sent()) == 3


def test_a_further_attempt_of_a_line_that_only_the_ledger_has_is_that_lines():
    (before,) = planned({2: ANA, 3: BEN}).batches()
    line = before.lines[0]
    again = references.reference(ORDER, references.derived(line.identity, "attempt", "3"))
    found, attempt = known_lines(planned({4: CRATE}), [line], {again})[again]
    assert (found.identity, found.reference, attempt) == (line.identity, again, 3)


def test_whoever_is_gone_from_the_file_is_known_by_the_recipient(camp):
    """What Tango has of somebody whom the file lacks: a row for the same recipient is not sent by itself."""
    camp.send()
    camp.lose()
    camp.people(45, first=2)
    camp.recover()
    camp.people(45, first=1)
    assert camp.send().exit_code is ExitCode.DONE
    camp.everybody_once(45)


def test_what_was_planned_and_never_sent_is_taken_back(camp):
    camp.people(30)
    camp.send(canary=1)
    camp.people(45)
    camp.tango.set_faults([{"kind": "402", "call": "place", "times": 1000}])
    camp.send()
    camp.back_up()
    camp.tango.set_faults([])
    camp.people(44)
    camp.send(batch_size=20)
    camp.put_back()
    camp.refused("does not know", batch_size=20)
    camp.recover()
    camp.people(45)
    camp.send()
    camp.everybody_once(45)


def test_a_recovery_places_nothing(camp):
    camp.send()
    camp.lose()
    camp.people(46)
    posts = camp.posts()
    recover_ledger(ReadOptions(camp.path), camp.runtime())
    assert camp.posts() == posts


def _as_version_1(monkeypatch) -> None:
    """Plans are cut and named as version 0.1 did."""
    monkeypatch.setattr(sys.modules["campaign_runner.planning.plan"], "FORMAT", FIRST)


def test_at_orders_a_row_that_was_edited_meanwhile_keeps_the_amount_that_tango_has(camp):
    camp.values["identity"] = {"key": ["Employee ID"]}
    camp.values["tango"] |= {"endpoint": "orders"}
    camp.people(3)
    camp.plan()
    camp.back_up()
    camp.send()
    camp.put_back()
    camp.file(row(1), row(2).replace(",12", ",35"), row(3))
    with pytest.raises(NotNewest, match="Tango has 3 orders of this campaign that this ledger does not know"):
        camp.send()
    camp.recover()
    camp.send()
    assert camp.statuses() == {2: "completed", 3: "held", 4: "completed"}
    assert camp.summary()["ties_out"] is True
