"""What several processes make is what one would make, whatever becomes of them."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from campaign_runner.app.executor import beside, each, spare
from campaign_runner.ledger import open_ledger
from campaign_runner.reporting.atomic import replacing

HERE = os.getpid()
ENDLESS = """
import os, sys, time
from campaign_runner.app.executor import each

def work(item):
    print(os.getpid(), flush=True)
    time.sleep(600)

list(each(work, range(9), 1))
"""

BUSY = """
import sys, threading
from campaign_runner.app.executor import each

def write():
    while True:
        sys.stderr.write("." * 2000)

threading.Thread(target=write, daemon=True).start()
for _ in range(20):
    print(sum(each(int, range(20), 2)), flush=True)
"""
# The error holds on to its frames, and so to whatever was not closed.
HALF_WAY = """
import sys
from contextlib import closing
from campaign_runner.app.executor import each

try:
    with closing(each(str, range(1000), 2)) as made:
        for one in made:
            raise ValueError(one)
except ValueError as error:
    kept = error
    sys.exit(7)
"""


@pytest.mark.parametrize("more", [0, 1, 3])
def test_the_results_come_in_the_order_of_the_items(more):
    assert list(each(lambda item: item * item, range(40), more)) == [item * item for item in range(40)]


def slowly(item: int) -> int:
    time.sleep(0.01)
    return item


def of_process(item: int) -> int:
    slowly(item)
    return os.getpid()


def test_several_processes_take_part():
    assert len(set(each(of_process, range(20), 2))) == 3


def test_large_items_and_results_do_not_wait_for_each_other():
    assert list(each(bytes.swapcase, [b"a" * 3_000_000] * 12, 2)) == [b"A" * 3_000_000] * 12


def test_an_error_is_raised_where_its_item_stands():
    def work(item: int) -> int:
        return 1 // (item - 7)

    made = each(work, range(20), 2)
    assert [next(made) for _ in range(7)] == [1 // (item - 7) for item in range(7)]
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_what_came_first_is_told_first_whoever_is_faster():
    def items():
        yield from range(3)
        raise LookupError("unreadable")

    def work(item: int) -> int:
        time.sleep(0.05)
        return 1 // (item - 1)

    with pytest.raises(ZeroDivisionError):
        list(each(work, items(), 2))
    with pytest.raises(LookupError, match="unreadable"):
        list(each(str, items(), 2))


def test_an_item_that_cannot_travel_is_an_error_and_no_wait():
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        list(each(lambda item: item(), [lambda: 1] * 5, 1))


def test_where_no_process_can_be_had_all_is_done_here(monkeypatch):
    def refused() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refused)
    assert set(each(lambda _: os.getpid(), range(5), 2)) == {HERE}
    with beside(os.getpid, apart=True) as number:
        assert number() == HERE


def test_who_is_let_go_takes_its_half_written_files_away(tmp_path):
    def work() -> None:
        with replacing(tmp_path / "finance.csv") as draft:
            draft.write_text("Ana", "utf-8")
            time.sleep(600)

    with suppress(KeyboardInterrupt), beside(work, apart=True):
        while not any(path.stat().st_size for path in tmp_path.iterdir()):
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_another_process_does_not_hold_a_campaign_on(tmp_path):
    with open_ledger(tmp_path) as ledger, ExitStack() as stack:
        with ledger.hold("q4"):
            stack.enter_context(beside(lambda: time.sleep(600), apart=True))
        with ledger.hold("q4"):
            pass


def test_a_busy_standard_error_does_not_keep_anybody():
    done = subprocess.run([sys.executable, "-c", BUSY], check=True, capture_output=True, timeout=120)
    assert done.stdout == b"190\n" * 20


def test_nothing_is_lost_when_a_process_is_killed():
    def work(item: int) -> int:
        if item == 3 and os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    assert list(each(work, range(30), 2)) == list(range(30))


def test_whoever_takes_no_more_leaves_no_process_behind():
    made = each(slowly, range(1000), 2)
    assert next(made) == 0
    made.close()
    assert not _children(HERE)


def test_a_program_that_fails_half_way_ends():
    with pytest.raises(subprocess.CalledProcessError) as failed:
        subprocess.run([sys.executable, "-c", HALF_WAY], check=True, capture_output=True, timeout=60)
    assert failed.value.returncode == 7


def test_the_others_end_with_a_process_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        at_work = int(process.stdout.readline())
        others = _children(process.pid)
        process.kill()
        process.wait()
    assert others
    assert at_work in {*others, process.pid}
    assert _gone(others)


@pytest.mark.parametrize(("cores", "others"), [(1, 0), (2, 1), (4, 3), (64, 3)])
def test_one_process_for_each_other_core_and_three_at_the_most(monkeypatch, cores, others):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert spare() == others


def _children(number: int) -> list[int]:
    tasks = Path(f"/proc/{number}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text("utf-8").split()]


def _gone(numbers: list[int]) -> bool:
    for _ in range(500):
        if not any(Path(f"/proc/{number}").exists() for number in numbers):
            return True
        time.sleep(0.02)
    return False
