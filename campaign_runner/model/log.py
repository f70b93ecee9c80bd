"""What may a log line hold?  An event and fields of declared names and types; of anything else, the name of its type.

Personal data and secrets are kept out by type: texts are shown where they are the program's own identifiers, and nowhere
else. Errors show their words where their class is one whose words are ours; other libraries' messages are templates, of
which numbers alone are filled in.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from campaign_runner.model.errors import CampaignHeld, Interrupted, StateError

# Texts that are identifiers of ours, of a job, of Tango or of a route; numbers need no declaration.
TEXTS = frozenset({
    "account", "campaign", "batch", "request_id", "trace_id", "command", "job", "key", "stage", "method", "outcome",
    "route", "environment", "version", "fault",
})  # fmt: skip
NUMBERS = (bool, int, float, type(None))
# Errors whose words name places and programs, never cells.
SPEAKING = (StateError, CampaignHeld, Interrupted)
OURS = "campaign_runner"
# Chatty libraries: what matters of them, this program logs itself.
LEVELS = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "uvicorn": logging.WARNING,
          "procrastinate": logging.CRITICAL, "psycopg": logging.CRITICAL,
          "paramiko": logging.CRITICAL, "fsspec": logging.WARNING}  # fmt: skip
_context: ContextVar[Mapping[str, Any]] = ContextVar("log context", default={})  # noqa: B039 (never changed in place)


@contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Every line of this thread has these fields meanwhile."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def log(
    logger: logging.Logger,
    event: str,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
    **fields: Any,
) -> None:
    """One line: `event` is a literal, never made of data."""
    if logger.isEnabledFor(level):
        logger.log(level, event, extra={"fields": {**_context.get(), **fields}}, exc_info=error)


def shown(name: str, value: Any) -> Any:
    """A field's value, or the name of its type where that may hold personal data or secrets."""
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, int) else str(value)
    if isinstance(value, NUMBERS):
        return round(value, 3) if isinstance(value, float) else value
    return value if name in TEXTS and type(value) is str else f"<{type(value).__name__}>"


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `event`, the fields, and `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(_entry(record), ensure_ascii=False)


class TextLines(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; an error of ours has its places below it."""
        entry = _entry(record)
        head, frames = [entry.pop(name) for name in ("at", "level", "event")], entry.pop("frames", [])
        entry.pop("logger", None)
        fields = (f"{name}={value}" for name, value in entry.items())
        return "\n    ".join([" ".join([*head, *fields]), *frames])


def _entry(record: logging.LogRecord) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    entry: dict[str, Any] = {
        "at": at,
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": _event(record),
    }
    entry |= {name: shown(name, value) for name, value in getattr(record, "fields", {}).items()}
    if record.exc_info and (error := record.exc_info[1]):
        entry |= _error(error, with_frames=_is_ours(record))
    return entry


def _event(record: logging.LogRecord) -> str:
    """Ours are literals. A template of another library is filled in; a finished message of it may hold anything."""
    if _is_ours(record) and not record.args:
        return str(record.msg)
    if not record.args:
        return f"message of {record.module}:{record.lineno}"
    words = record.args if isinstance(record.args, Mapping) else dict(enumerate(record.args))
    masked = {key: value if isinstance(value, NUMBERS) else _Masked(value) for key, value in words.items()}
    try:
        return str(record.msg) % (masked if isinstance(record.args, Mapping) else tuple(masked.values()))
    except (TypeError, ValueError):
        return str(record.msg)


class _Masked:
    def __init__(self, value: object) -> None:
        self.kind = type(value).__name__

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def _error(error: BaseException, *, with_frames: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, SPEAKING):
        entry["message"] = str(error)
    elif isinstance(error, OSError) and error.errno:
        entry["errno"] = error.errno
    if with_frames and not isinstance(error, SPEAKING):
        entry["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}"
                           for frame in traceback.extract_tb(error.__traceback__)]  # fmt: skip
    return entry


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == OURS
