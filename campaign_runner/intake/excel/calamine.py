"""How is calamine kept from taking the program down?  A broken workbook can make it panic: that is said in a sentence.

A panic arrives as a BaseException, after a message of many lines on standard error that would only frighten people;
so standard error is closed for the moment of the call.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import python_calamine as calamine

from campaign_runner.intake.file_kinds import broken, protected
from campaign_runner.model.errors import FileUnusable

_STANDARD_ERROR = 2


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Everything that calamine raises, panics too, as FileUnusable."""
    try:
        with _silent():
            yield
    except calamine.PasswordError:
        raise FileUnusable(protected(path)) from None
    except (calamine.CalamineError, OSError, ValueError, OverflowError):
        raise FileUnusable(broken(path)) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise FileUnusable(broken(path)) from None
        raise


@contextmanager
def _silent() -> Iterator[None]:
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:  # there is none to close
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STANDARD_ERROR)
    try:
        yield
    finally:
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)
        os.close(nowhere)
