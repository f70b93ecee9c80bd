"""How are two cores kept busy by one Python program?  Pure work on many items is done here and in other processes.

They come from the fork server, so that no thread of this program stands beside a fork; what they are to do, the items
and the results travel as pickles. They open nothing, keep nothing, and die with this process.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, Generic, TypeVar

from campaign_runner.intake import fork_server

Item = TypeVar("Item")
Made = TypeVar("Made")

# Rows or lines from which on other processes are worth their while.
MANY = 50_000
# Bytes of a file from which on a second process is worth its while: a few chunks.
LONG_TEXT, LONG_WORKBOOK = 4 << 20, 2 << 20
# More processes than this would cost more memory than a laptop has to spare.
MOST = 3
# Items that another process has in work or waiting: it is not idle while this one is busy.
AHEAD = 2
MOST_PENDING = 16  # what is done and waits for its turn takes memory
# So long after each SIGTERM a process may take to end: what the first raises is lost in a destructor, for one.
_SECONDS_TO_END = (2, 5)


def spare() -> int:
    """How many more processes could work: one for each other core, none where there is no fork server."""
    return min(len(os.sched_getaffinity(0)) - 1, MOST) if fork_server.is_available() else 0


def is_long(path: Path) -> bool:
    """Whether the file has several chunks: text is long, a workbook is packed."""
    return path.is_file() and path.stat().st_size > (
        LONG_TEXT if path.suffix.lower() in (".csv", ".tsv", ".txt") else LONG_WORKBOOK
    )


def begin(file: Path | None = None, imports: Sequence[str] = ()) -> None:
    """For the command line, before it starts a thread: from now on other processes cost little. What they need (for a
    long file, or `imports`) is imported first, so that each has it and all of them share its memory."""
    for module in imports or (["campaign_runner.validation.validator"] if file and is_long(file) else []):
        import_module(module)
    gc.freeze()  # to look through it for garbage would make each a copy of its own
    if fork_server.is_available():
        with suppress(OSError):  # then there are none
            fork_server.start()


def each(work: Callable[[Item], Made], items: Iterable[Item], more: int) -> Generator[Made, None, None]:
    """`work(item)` of every item, in the order of the items, done in this process and `more` others.

    `work` must depend on its item alone: what it changes elsewhere may be lost. What it raises is raised here. Anyone who
    may not take all closes it (`contextlib.closing`): the others live until then.
    """
    pending: deque[Future[Made]] = deque()
    broken: list[Exception] = []
    left = _until_broken(items, broken)
    with ExitStack() as stack:
        others: list[_Other[Item, Made]] = []
        for _ in range(more):
            with suppress(OSError):  # there is no process: it takes longer, and that is all
                others.append(stack.enter_context(_Other(work)))
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
    if broken:  # what came before is told first, no matter who was faster
        raise broken[0]


def _until_broken(items: Iterable[Item], broken: list[Exception]) -> Iterator[Item]:
    try:
        yield from items
    except Exception as error:
        broken.append(error)


@contextmanager
def beside(work: Callable[[], Made], *, apart: bool) -> Iterator[Callable[[], Made]]:
    """`work()` in another process while the block goes on, which calls what it is given for its result; unless
    `apart`, it is done then, and here."""
    if not apart:
        yield work
        return
    with ExitStack() as stack:
        try:
            other: _Other[tuple[()], Made] = stack.enter_context(_Other(_Alone(work)))
        except OSError:  # there is no process
            yield work
        else:
            yield other.give(()).result


@contextmanager
def aside(work: Callable[[], Made]) -> Iterator[Future[Made]]:
    """`work()` in another process, which is ended with the block; raises OSError where there is none."""
    with _Other(_Alone(work)) as other:
        yield other.give(())


@dataclass(frozen=True)
class _Alone(Generic[Made]):
    """Work that needs no item."""

    work: Callable[[], Made]

    def __call__(self, _: tuple[()]) -> Made:
        return self.work()


class _Other(Generic[Item, Made]):
    """One more process. Items go and come in threads of their own: neither waits while a pipe is full."""

    def __init__(self, work: Callable[[Item], Made]) -> None:
        self._work = work
        self._given: list[Future[Made]] = []
        self._wanted = True

    @property
    def busy(self) -> int:
        """How many items were given to it and are not done."""
        self._given = [future for future in self._given if not future.done()]
        return len(self._given)

    def __enter__(self) -> _Other[Item, Made]:
        self._ours, theirs = Pipe()
        with theirs:
            try:
                self._process = fork_server.child(_serve, theirs.fileno(), imports=(_module(self._work),))
            except OSError:
                self._ours.close()
                raise
        self._sender, self._receiver = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._begun = self._sender.submit(self._ours.send, self._work)
        return self

    def __exit__(self, *_: object) -> None:
        self._wanted = False
        if self.busy:  # somebody lost interest, or was stopped
            for seconds in _SECONDS_TO_END:
                self._process.kill(signal.SIGTERM)
                if self._process.status(seconds) is not None:
                    break
            else:
                self._process.kill()
        self._sender.shutdown(cancel_futures=True)
        self._receiver.shutdown(cancel_futures=True)
        self._ours.close()
        self._process.status()
        self._process.close()

    def give(self, item: Item) -> Future[Made]:
        """Let it do an item as soon as it can."""
        sent = self._sender.submit(self._ours.send, item)
        self._given.append(self._receiver.submit(self._received, sent, item))
        return self._given[-1]

    def _received(self, sent: Future[None], item: Item) -> Made:
        """The result of an item; if the process was killed, by a system short of memory for one, it is done here."""
        try:
            self._begun.result()
            sent.result()
            answer: tuple[Made, Exception | None] = self._ours.recv()
        except (EOFError, OSError):
            if self._wanted:
                return self._work(item)
            raise
        result, error = answer
        if error:
            raise error
        return result


def _here(work: Callable[[Item], Made], item: Item) -> Future[Made]:
    done: Future[Made] = Future()
    try:
        done.set_result(work(item))
    except Exception as error:  # raised when it is its turn
        done.set_exception(error)
    return done


def _serve(descriptor: int) -> None:
    """The life of another process: until the pipe is closed, or the parent dies."""
    parent = os.getppid()
    sys.stdout = sys.stderr = io.StringIO()
    signal.signal(signal.SIGTERM, _leave)
    fork_server.die_with_parent(signal.SIGTERM)
    theirs: Connection[Any, Any] = Connection(descriptor)
    with suppress(EOFError, OSError):
        work = theirs.recv()
        while os.getppid() == parent:
            item = theirs.recv()
            result: tuple[Any, Exception | None]
            try:
                result = work(item), None
            except Exception as error:  # raised again by the parent
                result = None, error
            _answer(theirs, result)


def _answer(theirs: Connection[Any, Any], result: tuple[Any, Exception | None]) -> None:
    try:
        theirs.send(result)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        theirs.send((None, error))


def _module(work: Any) -> str:
    """Where the work is defined: the server imports it once, each process has it then."""
    inner = getattr(work, "work", work)
    return str(getattr(getattr(inner, "func", inner), "__module__", "builtins"))


def _leave(*_: object) -> None:
    """Half-written files are taken away on the way out."""
    raise SystemExit
