"""What becomes of a file that breaks its reader?  A sentence: foreign files are parsed in a process of its own.

A panic, an abort, a bomb or a hang ends that process and nothing else. On Linux it is forked by a server, which costs
milliseconds. Elsewhere the work is done here, and what Python can catch is caught.
"""

from __future__ import annotations

import logging
import os
import pickle
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from campaign_runner.intake import fork_server, sandbox_child, sandbox_reply
from campaign_runner.intake.sandbox_child import SIZE, ChildOutcome, SandboxLimits
from campaign_runner.intake.unreadable import broken
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.log import log

Result = TypeVar("Result")

_MOST_PIECES = 1_000_000
_KEPT_ERRORS = 4000  # the last bytes of what it writes on standard error
_PIECE = 1 << 16
_LOG = logging.getLogger(__name__)


def confined(path: Path, work: Callable[..., Result], *arguments: Any) -> Result:
    """`work(*arguments)`, which parses the file; its result and its errors are plain values (`sandbox_reply`).

    Raises FileUnusable where the reader broke, or took more memory or time than a file of this size may.
    """
    limits = SandboxLimits.of(path)
    if not is_available():
        return cast(Result, _result(path, limits, *sandbox_child.outcome_of(work, arguments)))
    with _child(path, limits, work, arguments) as child:
        try:
            answer = child.answer()
        except (EOFError, TimeoutError):
            raise FileUnusable(_why(path, limits, child)) from None
        finally:
            if child.errors:  # it may have written what stands in a cell
                log(_LOG, "the reader of a file wrote on standard error", bytes=len(child.errors))
    return cast(Result, _result(path, limits, *answer))


def is_available() -> bool:
    """Whether a process can be held to its limits here."""
    return fork_server.is_available()


def _result(path: Path, limits: SandboxLimits, outcome: ChildOutcome, value: Any) -> Any:
    if outcome is ChildOutcome.RAISED:
        raise value
    if outcome is ChildOutcome.NO_MEMORY:
        raise FileUnusable(_too_large(path, limits))
    if outcome is ChildOutcome.PANIC:
        raise FileUnusable(broken(path))
    return value


class _Child:
    """A process that is working: what it answers, and what it wrote on standard error."""

    def __init__(self, process: fork_server.Child, reply: int, errors: int, limits: SandboxLimits) -> None:
        self.errors = bytearray()
        self.is_late = self.is_done = False
        self._process, self._reply, self._errors, self._limits = process, reply, errors, limits
        self._until = time.monotonic() + limits.wall
        self._poll = select.poll()
        for end in (reply, errors):
            self._poll.register(end, select.POLLIN)

    def answer(self) -> tuple[ChildOutcome, Any]:
        """Raises EOFError where the process ended before, TimeoutError where it takes too long."""
        many = SIZE.unpack(self._exactly(SIZE.size))[0]
        if many > _MOST_PIECES:
            raise EOFError
        sizes = [SIZE.unpack(self._exactly(SIZE.size))[0] for _ in range(many)]
        if sum(sizes) > self._limits.memory:
            raise EOFError
        try:
            outcome, value = sandbox_reply.unpacked([self._exactly(size) for size in sizes])
            if isinstance(value, Exception) != (outcome == ChildOutcome.RAISED):
                raise ValueError(outcome)
            return ChildOutcome(outcome), value
        except (ValueError, TypeError):  # a process that a file took over says anything
            raise EOFError from None

    def end(self) -> int:
        """End it, if it has not ended by itself; its exit code, or minus the number of the signal that ended it."""
        rest = 0.0 if self.is_done else max(self._until - time.monotonic(), 0)
        if self._process.status(rest) is None:
            self._process.kill()
        return self._process.status() or 0

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        left = memoryview(data)
        while left:
            self._wait()
            many = os.readv(self._reply, [left])
            if not many:
                raise EOFError
            left = left[many:]
        return data

    def _wait(self) -> None:
        """Until a piece of the answer is there."""
        while True:
            rest = self._until - time.monotonic()
            ready = self._poll.poll(max(rest, 0) * 1000)
            if not ready:
                self.is_late = True
                raise TimeoutError
            ends = [end for end, _ in ready]
            if self._errors in ends:
                self._take_errors()
            if self._reply in ends:
                return

    def drain(self) -> None:
        """Take what is left on standard error."""
        while any(end == self._errors for end, _ in self._poll.poll(0)) and self._take_errors():
            pass

    def _take_errors(self) -> bool:
        piece = os.read(self._errors, _PIECE)
        if not piece:
            self._poll.unregister(self._errors)
        self.errors += piece
        del self.errors[:-_KEPT_ERRORS]
        return bool(piece)


@contextmanager
def _child(path: Path, limits: SandboxLimits, work: Callable[..., Any], arguments: Sequence[Any]) -> Iterator[_Child]:
    """A process that ends with the block, if not before."""
    their_task, task = os.pipe()
    reply, their_reply = os.pipe()
    errors, their_errors = os.pipe()
    theirs = (their_task, their_reply, their_errors)
    try:
        process = fork_server.child(sandbox_child.serve, *theirs, imports=(work.__module__,))
    except OSError as error:
        for end in (task, reply, errors):
            os.close(end)
        raise FileUnusable(
            f"{path.name} could not be read: no process could be started for it ({error.strerror}). Close other programs "
            "and run again."
        ) from None
    finally:
        for end in theirs:
            os.close(end)
    with os.fdopen(task, "wb") as file, suppress(BrokenPipeError):
        pickle.dump((limits, work, arguments), file)
    child = _Child(process, reply, errors, limits)
    try:
        yield child
    finally:
        child.is_done = True
        child.end()
        process.close()
        os.close(reply)
        os.close(errors)


def _why(path: Path, limits: SandboxLimits, child: _Child) -> str:
    """What to say of a process that gave no answer."""
    status = child.end()
    child.drain()
    if child.is_late or status == -signal.SIGXCPU:
        return _too_slow(path, limits)
    if b"memory allocation of" in child.errors or b"MemoryError" in child.errors:
        return _too_large(path, limits)
    if status == -signal.SIGKILL:
        return (
            f"{path.name} could not be read: the process that read it was ended from outside, probably because memory "
            "ran out. Nothing was used. Close other programs and run again."
        )
    return (
        f"{path.name} could not be read: it is damaged, or written in a way that the reader cannot "
        "handle. Nothing was used. Open it in Excel or LibreOffice, save it as a new .xlsx file, and run again."
    )


def _too_large(path: Path, limits: SandboxLimits) -> str:
    return (
        f"{path.name} takes more than the {limits.memory >> 20:,} MB of memory that a file of its size may take. Nothing "
        "was used. Copy the rows into a new workbook, or save them as CSV UTF-8, and run again."
    )


def _too_slow(path: Path, limits: SandboxLimits) -> str:
    return (
        f"{path.name} could not be read within {limits.cpu:,} seconds of processor time or {limits.wall:,} seconds by the "
        "clock. Nothing was used. Copy the rows into a new workbook, or save them as CSV UTF-8, and run again."
    )
