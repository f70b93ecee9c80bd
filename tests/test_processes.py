"""What several processes make is what one would make, whatever becomes of them."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest

from campaign_runner.app.process.executor import beside, each, spare
from campaign_runner.intake import fork_server
from campaign_runner.ledger import open_ledger
from campaign_runner.reporting.atomic import replacing

ENDLESS = """
import os, sys, time
from campaign_runner.app.process.executor import each

def work(item):
    print(os.getpid(), flush=True)
    time.sleep(600)

list(each(work, range(9), 1))
"""

BUSY = """
import sys, threading
from campaign_runner.app.process.executor import each

def write():
    while True:
        sys.stderr.write("." * 2000)

threading.Thread(target=write, daemon=True).start()
for _ in range(5):
    print(sum(each(int, range(20), 2)), flush=True)
"""
# The error holds on to its frames, and so to whatever was not closed.
HALF_WAY = """
import sys
from contextlib import closing
from campaign_runner.app.process.executor import each

try:
    with closing(each(str, range(1000), 2)) as made:
        for one in made:
            raise ValueError(one)
except ValueError as error:
    kept = error
    sys.exit(7)
"""


# A run whose file and reports are long enough for other processes, with a stand-in of Tango in a thread beside it.
RUN = """
import os, sys, warnings

warnings.simplefilter("error", DeprecationWarning)  # Python 3.12 warns of a fork beside threads
forks, forked = [], []
fork = os.fork
os.fork = lambda: (forks.append(len(os.listdir("/proc/self/task"))), fork())[1]

from campaign_runner.app.process import executor
from campaign_runner.intake import fork_server
from campaign_runner.reporting import write
from campaign_runner.entrypoints.cli import main

executor.LONG_TEXT = executor.MANY = write.MANY = 1
executor.spare = lambda: 2
child = fork_server.child
fork_server.child = lambda target, *rest, **more: (forked.append(target.__module__), child(target, *rest, **more))[1]
try:
    main(["run", "q4.csv", "--state", "state"])
except SystemExit as ended:
    print(ended.code, forks, sorted(set(forked)), len(forked))
"""


def test_no_process_is_forked_beside_a_thread(tmp_path):
    rows = [f"EMAIL,P{row},Roe,p{row}@example.com,U561593,{row}" for row in range(10, 40)]
    head = "Delivery method,First name,Last name,E-mail,UTID,Amount"
    (tmp_path / "q4.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    (tmp_path / "campaign.toml").write_text('[campaign]\nid = "q4"\n[tango]\nrequests_per_second = 0\n', "utf-8")
    ended = subprocess.run([sys.executable, "-c", RUN], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines()[-1] == "0 [1] ['campaign_runner.app.process.executor'] 5", ended.stderr


@pytest.mark.parametrize("more", [0, 1, 3])
def test_the_results_come_in_the_order_of_the_items(more):
    assert list(each(str, range(40), more)) == [str(item) for item in range(40)]


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


def divided(item: int, by: int, seconds: float = 0) -> int:
    time.sleep(seconds)
    return 1 // (item - by)


def test_an_error_is_raised_where_its_item_stands():
    made = each(partial(divided, by=7), range(20), 2)
    assert [next(made) for _ in range(7)] == [1 // (item - 7) for item in range(7)]
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_the_first_error_is_raised_first_whichever_process_is_faster():
    def items():
        yield from range(3)
        raise LookupError("unreadable")

    with pytest.raises(ZeroDivisionError):
        list(each(partial(divided, by=1, seconds=0.05), items(), 2))
    with pytest.raises(LookupError, match="unreadable"):
        list(each(str, items(), 2))


@pytest.mark.parametrize(("work", "items"), [(lambda _: 1, range(5)), (bool, [lambda: 1] * 5)])
def test_work_or_an_item_that_cannot_travel_is_an_error_and_no_wait(work, items):
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        list(each(work, items, 1))


def test_a_result_that_cannot_travel_is_an_error_and_no_wait():
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)), beside(local, apart=True) as result:
        result()


def local() -> object:
    return lambda: 1


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch):
    def refused(*_: object, **__: object) -> int:
        raise BlockingIOError("no more processes")

    fork_server.end()
    for name in ("fork", "posix_spawn"):
        monkeypatch.setattr(os, name, refused)
    assert set(each(of_process, range(5), 2)) == {os.getpid()}
    with beside(os.getpid, apart=True) as number:
        assert number() == os.getpid()


def write_for_ever(path: Path) -> None:
    with replacing(path) as draft:
        draft.write_text("Ana", "utf-8")
        time.sleep(600)


def test_a_process_that_is_not_wanted_any_more_removes_its_half_written_files(tmp_path):
    work = partial(write_for_ever, tmp_path / "finance.csv")
    with suppress(KeyboardInterrupt), beside(work, apart=True):
        while not any(path.stat().st_size for path in tmp_path.iterdir()):
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def deaf_at_first(path: Path) -> None:
    with replacing(path) as draft:
        draft.write_text("Ana", "utf-8")
        with suppress(SystemExit):
            time.sleep(600)
        time.sleep(600)


def test_a_process_that_did_not_hear_that_it_is_not_wanted_is_told_again(tmp_path):
    with suppress(KeyboardInterrupt), beside(partial(deaf_at_first, tmp_path / "finance.csv"), apart=True):
        while not any(path.stat().st_size for path in tmp_path.iterdir()):
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_another_process_does_not_hold_a_campaign_on(tmp_path):
    with open_ledger(tmp_path) as ledger, ExitStack() as stack:
        with ledger.hold("q4"):
            stack.enter_context(beside(partial(time.sleep, 600), apart=True))
        with ledger.hold("q4"):
            pass


def test_a_busy_standard_error_does_not_keep_anybody():
    done = subprocess.run([sys.executable, "-c", BUSY], check=True, capture_output=True, timeout=120)
    assert done.stdout == b"190\n" * 5


def test_nothing_is_lost_when_a_process_is_killed():
    assert list(each(partial(killed_at_3, here=os.getpid()), range(30), 2)) == list(range(30))


def killed_at_3(item: int, here: int) -> int:
    if item == 3 and os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def test_a_server_that_is_killed_is_replaced():
    server = fork_server.start()
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)
    assert len(set(each(of_process, range(20), 2))) == 3
    assert fork_server.start() is not server


def test_no_process_is_left_when_nobody_takes_the_rest():
    made = each(slowly, range(1000), 2)
    assert next(made) == 0
    made.close()
    assert _gone(_below(fork_server.start().pid))


def test_a_program_that_fails_half_way_ends():
    with pytest.raises(subprocess.CalledProcessError) as failed:
        subprocess.run([sys.executable, "-c", HALF_WAY], check=True, capture_output=True, timeout=60)
    assert failed.value.returncode == 7


def test_the_others_end_with_a_process_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        at_work = int(process.stdout.readline())
        others = _below(process.pid)
        process.kill()
        process.wait()
    assert others
    assert at_work in {*others, process.pid}
    assert _gone(others)


@pytest.mark.parametrize(("cores", "others"), [(1, 0), (2, 1), (4, 3), (64, 3)])
def test_one_process_for_each_other_core_and_three_at_the_most(monkeypatch, cores, others):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert spare() == others


def _below(number: int) -> list[int]:
    """The processes that a process started, and those that these started."""
    tasks = Path(f"/proc/{number}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text("utf-8").split()]
    return [*children, *(each for child in children for each in _below(child))]


def _gone(numbers: list[int]) -> bool:
    for _ in range(500):
        if not any(map(_runs, numbers)):
            return True
        time.sleep(0.02)
    return False


def _runs(number: int) -> bool:
    """Whether a process is there, and has not ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
