"""Who notices that the nightly run did not happen?  [notify] ping_url hears of its start, and of how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from campaign_runner.model.errors import ExitCode
from campaign_runner.notification.ping import FAILURE, SECONDS, START, SUCCESS, ping

# Codes of a command that did its work: what is left is for people, or for the next run.
WELL = (ExitCode.DONE, ExitCode.NEEDS_ACTION, ExitCode.NOT_FINISHED)


@contextmanager
def watched(url: str, command: str) -> Iterator[None]:
    """The block is watched; it ends as it would without."""
    started = ping(url, START, command)
    code: int = ExitCode.FAULT
    try:
        yield
        code = ExitCode.DONE
    except BaseException as error:
        code = getattr(error, "exit_code", code)
        raise
    finally:
        if started:
            started.join(SECONDS)
            ping(url, SUCCESS if code in WELL else FAILURE, command, wait=SECONDS)
