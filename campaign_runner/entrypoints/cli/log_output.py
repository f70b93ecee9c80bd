"""Where do log lines go?  To standard error, and to a file where one is named; standard output is the result's."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from logging.handlers import WatchedFileHandler
from typing import Annotated, TextIO

import typer

from campaign_runner.model.log import LEVELS, JsonLines, TextLines

FORMAT, FILE = "CAMPAIGN_RUNNER_LOG_FORMAT", "CAMPAIGN_RUNNER_LOG_FILE"


class LogFormat(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


LogFormatOption = Annotated[
    LogFormat | None,
    typer.Option("--log-format", envvar=FORMAT, show_envvar=False,
                 help=f"How log lines are written; json also shows more (or set {FORMAT})."),
]  # fmt: skip


class _Stderr(logging.StreamHandler[TextIO]):
    """Standard error as it is when a line is written."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        return


class _LogFile(WatchedFileHandler):
    """A file of JSON lines. What watches the work does not stop it: on a full disk lines are lost, which is said once."""

    _lost = False

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._lost:
            self._lost = True
            _say_not_written(self.baseFilename, error)

    def close(self) -> None:
        with suppress(OSError):
            super().close()


def _say_not_written(path: str, error: OSError) -> None:
    print(f"campaign-runner: {FILE}: {path} cannot be written ({error.strerror}).", file=sys.stderr)


@contextmanager
def log_output(chosen: LogFormat | None, *, quiet: bool, verbose: bool) -> Iterator[None]:
    """Log lines are written meanwhile, and by the processes that this one starts: errors, and more with --verbose or as
    JSON."""
    root, handlers, before = (
        logging.getLogger(),
        [_stderr(chosen, quiet=quiet, verbose=verbose)],
        os.environ.get(FORMAT),
    )
    if path := os.environ.get(FILE):
        try:
            handlers.append(_handler(_LogFile(path, encoding="utf-8"), LogFormat.JSON, logging.INFO))
        except OSError as error:
            _say_not_written(path, error)
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
    with ExitStack() as stack:
        stack.callback(root.setLevel, root.level)
        root.setLevel(min(root.level, *(handler.level for handler in handlers)))
        for handler in handlers:
            root.addHandler(handler)
            stack.callback(handler.close)
            stack.callback(root.removeHandler, handler)
        if chosen:
            os.environ[FORMAT] = chosen
            stack.callback(_restore, before)
        yield


def _stderr(chosen: LogFormat | None, *, quiet: bool, verbose: bool) -> logging.Handler:
    more = verbose or (chosen is LogFormat.JSON and not quiet)
    return _handler(_Stderr(), chosen or LogFormat.TEXT, logging.INFO if more else logging.ERROR)


def _handler(handler: logging.Handler, chosen: LogFormat, level: int) -> logging.Handler:
    handler.setFormatter(JsonLines() if chosen is LogFormat.JSON else TextLines())
    handler.setLevel(level)
    return handler


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(FORMAT, None)
    else:
        os.environ[FORMAT] = before
