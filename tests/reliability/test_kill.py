"""kill -9, SIGTERM and SIGINT of the installed command, at moments that are certain: nothing twice, nothing lost."""

from __future__ import annotations

import signal

import pytest

from tests.reliability.killed import SLOW, finished, silent
from tests.reliability.processes import LONG, site, suicidal, until

# Branches are not counted in other processes.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("nth", [1, 3])
def test_killed_while_tango_takes_its_time_with_an_order(tmp_path, nth):
    with site(tmp_path, {**SLOW, "call": "place", "nth": nth}) as office:
        run = office.start()
        until(lambda: office.calls("POST") >= nth)
        run.kill()
        assert run.wait(LONG) == -signal.SIGKILL
        finished(office)


def test_killed_while_it_looks_an_order_up(tmp_path):
    with site(tmp_path, {**SLOW, "call": "look_up"}) as office:
        run = office.start()
        until(lambda: office.calls("GET") >= 1)
        run.kill()
        run.wait(LONG)
        finished(office)


@pytest.mark.parametrize("point", [1, 9, 15, 21, 27, 36, 47, 80])
def test_killed_at_any_of_its_writes_and_requests(tmp_path, point):
    with site(tmp_path) as office:
        code, said = office.run(suicidal(point))
        assert code == -signal.SIGKILL, said
        finished(office)


def test_killed_again_and_again_each_run_gets_a_little_further(tmp_path):
    with site(tmp_path) as office:
        for point in (14, 30, 46):
            office.run(suicidal(point))
        finished(office)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_lets_the_request_under_way_end(tmp_path, number):
    with site(tmp_path, {**SLOW, "call": "place", "times": 3}) as office:
        run = office.start()
        until(lambda: office.calls("POST") >= 1)
        run.send_signal(number)
        _, said = run.communicate(LONG)
        assert run.returncode == 130
        assert "Stopping after the current request" in said
        posts = office.calls("POST")
        finished(office)
        assert office.calls("POST") == 4 >= posts


def test_the_second_signal_ends_the_run_at_once(tmp_path):
    with site(tmp_path, {"kind": "slow", "call": "place", "times": 3, "seconds": LONG}, timeout=LONG) as office:
        run = office.start()
        until(lambda: office.calls("POST") >= 1)
        run.send_signal(signal.SIGINT)
        until(lambda: "\n" in run.err())
        run.send_signal(signal.SIGINT)
        assert run.wait(LONG / 2) == 130
        office.close()
        office.open()
        finished(office)


def test_tango_killed_and_started_again_has_what_it_had(tmp_path):
    with site(tmp_path, {**SLOW, "call": "place", "nth": 2, "times": 2}) as office:
        run = office.start()
        until(lambda: office.calls("POST") >= 2)
        office.close()
        run.communicate(LONG)
        assert run.returncode in (5, 6)
        office.open()
        finished(office)


def test_answers_that_come_too_late_are_looked_up(tmp_path):
    with site(tmp_path, {**SLOW, "call": "place", "times": 2}, timeout=1) as office:
        finished(office)


def test_a_second_run_at_the_same_time_is_turned_away(tmp_path):
    with site(tmp_path, {**SLOW, "call": "place"}, timeout=LONG) as office:
        first = office.start()
        until(lambda: office.calls("POST") >= 1)
        with silent(office):
            code, said = office.run()
        assert (code, "Another run holds the campaign" in said) == (7, True)
        first.communicate(LONG)
        assert first.returncode == 0
        finished(office)


def test_the_lock_dies_with_its_holder(tmp_path):
    with site(tmp_path, {**SLOW, "call": "place"}) as office:
        first = office.start()
        until(lambda: office.calls("POST") >= 1)
        first.kill()
        first.wait(LONG)
        finished(office)
