"""How are two cores kept busy by one Python program?  Pure work on many items is done here and in forked processes.

A forked process knows all that this one knew, so that only items and what they came to travel. It opens nothing, keeps
nothing, and dies with this one.
"""

from __future__ import annotations

import ctypes
import io
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

# From so many rows or lines on, other processes are worth their while.
MANY = 50_000
# More processes than this would cost more memory than a laptop has to spare.
MOST = 3
# Items that another process has in work or waiting: it is not idle while this one is busy.
AHEAD = 2
MOST_PENDING = 16  # what is done and waits for its turn takes memory
_SECONDS_TO_END = 5
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def spare() -> int:
    """How many more processes could work: one for each other core, none where forking is not sound."""
    return min(len(os.sched_getaffinity(0)) - 1, MOST) if sys.platform == "linux" else 0


def each(work: Callable[[Item], Made], items: Iterable[Item], more: int) -> Generator[Made, None, None]:
    """`work(item)` of every item, in the order of the items, done in this process and `more` others.

    `work` must depend on its item alone: what it changes elsewhere may be lost. What it raises is raised here. Whoever
    may not take all closes it (`contextlib.closing`): the others live until then.
    """
    pending: deque[Future[Made]] = deque()
    broken: list[Exception] = []
    left = _until_broken(items, broken)
    with ExitStack() as stack:
        others: list[_Other[Item, Made]] = []
        for _ in range(more):
            with suppress(OSError):  # no process to be had: it takes longer, and that is all
                others.append(stack.enter_context(_Other(work, others)))
        while True:
            for other in others:
                pending.extend(map(other.give, islice(left, AHEAD - other.busy)))
            if pending and pending[0].done():
                yield pending.popleft().result()
            elif len(pending) < MOST_PENDING and (own := list(islice(left, 1))):
                pending.append(_here(work, own[0]))
            elif pending:
                wait([pending[0]])
            else:
                break
    if broken:  # what came before is told first, whoever was faster
        raise broken[0]


def _until_broken(items: Iterable[Item], broken: list[Exception]) -> Iterator[Item]:
    try:
        yield from items
    except Exception as error:
        broken.append(error)


@contextmanager
def beside(work: Callable[[], Made], *, apart: bool) -> Iterator[Callable[[], Made]]:
    """`work()` in another process while the block goes on, which calls what it is given for what it came to; unless
    `apart`, it is done then, and here. An open connection must not be taken along."""
    if not apart:
        yield work
        return
    with ExitStack() as stack:
        try:
            other: _Other[None, Made] = stack.enter_context(_Other(lambda _: work(), []))
        except OSError:  # no process to be had
            yield work
        else:
            yield other.give(None).result


class _Other(Generic[Item, Made]):
    """One more process. Items go and come in threads of their own: neither waits while a pipe is full."""

    def __init__(self, work: Callable[[Item], Made], earlier: list[_Other[Item, Made]]) -> None:
        self._work, self._earlier = work, earlier
        self._given: list[Future[Made]] = []
        self._wanted = True

    @property
    def busy(self) -> int:
        """How many items were given to it and are not done."""
        self._given = [future for future in self._given if not future.done()]
        return len(self._given)

    def __enter__(self) -> _Other[Item, Made]:
        self._ours, theirs = connection.Pipe()
        inherited = [self._ours, *(one._ours for one in self._earlier)]
        with warnings.catch_warnings():  # of threads: those of ours are idle, and arrow makes its own anew
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = get_context("fork").Process(
                target=_serve, args=(self._work, theirs, inherited, os.getpid()), daemon=True
            )
            self._process.start()
        theirs.close()
        self._sender, self._receiver = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._wanted = False
        if self.busy:  # somebody lost interest, or was stopped
            self._process.terminate()
            self._process.join(_SECONDS_TO_END)
            self._process.kill()
        self._sender.shutdown(cancel_futures=True)
        self._receiver.shutdown(cancel_futures=True)
        self._ours.close()
        self._process.join()

    def give(self, item: Item) -> Future[Made]:
        """Let it do an item as soon as it can."""
        sent = self._sender.submit(self._ours.send, item)
        self._given.append(self._receiver.submit(self._received, sent, item))
        return self._given[-1]

    def _received(self, sent: Future[None], item: Item) -> Made:
        """What an item came to; if the process was killed, by a system short of memory for one, it is done here."""
        try:
            sent.result()
            answer: tuple[Made, Exception | None] = self._ours.recv()
        except (EOFError, OSError):
            if self._wanted:
                return self._work(item)
            raise
        made, error = answer
        if error:
            raise error
        return made


def _here(work: Callable[[Item], Made], item: Item) -> Future[Made]:
    done: Future[Made] = Future()
    try:
        done.set_result(work(item))
    except Exception as error:  # raised when it is its turn
        done.set_exception(error)
    return done


def _serve(work: Callable[[Item], Made], theirs: Connection, inherited: list[Connection], parent: int) -> None:
    """The life of another process: until the pipe is closed, or the parent dies.

    It ends without a look at standard output: a thread of the parent may have held that when this one was forked.
    """
    try:
        for one in inherited:
            one.close()
        sys.stdout = sys.stderr = io.StringIO()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
        signal.signal(signal.SIGTERM, _leave)
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        while os.getppid() == parent:
            item = theirs.recv()
            try:
                made = work(item), None
            except Exception as error:  # raised again by the parent
                theirs.send((None, error))
            else:
                theirs.send(made)
    except EOFError:
        return
    finally:
        os._exit(0)


def _leave(*_: object) -> None:
    """Half-written files are taken away on the way out."""
    raise SystemExit
