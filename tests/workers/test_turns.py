"""A campaign is driven for twenty seconds, or until other work waits: nobody waits for a long one."""

from __future__ import annotations

from campaign_runner.app.jobs import work_once
from campaign_runner.app.steps.driver import Turn
from campaign_runner.ledger import jobs

ROWS = [f"EMAIL,Ana,Silva,ana.{n}@example.com,U561593,25" for n in range(12)]


def test_a_turn_lasts_as_long_as_nobody_waits():
    turn = Turn(longest=20, shortest=3)
    assert [turn.is_over(now) for now in (100, 103, 119, 120)] == [False, False, False, True]


def test_a_turn_ends_soon_where_others_wait_and_is_not_asked_all_the_time():
    answers = [False, True]
    turn = Turn(20, 3, others_wait=lambda: answers.pop(0))
    assert [turn.is_over(now) for now in (0, 2.9, 3, 3.5, 4, 4.1)] == [False, False, False, False, True, True]
    assert answers == []


def test_a_new_file_is_checked_before_a_long_campaign_is_through(house):
    key = house.create("long")
    house.workspace.settings.tango.__dict__["requests_per_second"] = (
        1  # the clock of the test goes on with each request
    )
    house.workspace.settings.tango.__dict__["batch_size"] = 1
    submission = house.put(*ROWS, campaign="long")
    house.work()
    house.want_sent(submission)
    house.create("q4")
    house.put(ROWS[0])
    assert work_once(house.workspace, (jobs.DRIVE, str(key)))
    assert 0 < len(list(house.tango.orders())) < len(ROWS)
    assert work_once(house.workspace)
    assert house.state("q4") != "checking"
