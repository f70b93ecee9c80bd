"""What does calamine raise, and how is it said?  A broken workbook can make it panic, which is no `Exception`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from campaign_runner.intake.file_kinds import broken, protected
from campaign_runner.model.errors import FileUnusable


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Everything that calamine raises, panics too, as FileUnusable."""
    try:
        yield
    except calamine.PasswordError:
        raise FileUnusable(protected(path)) from None
    except (calamine.CalamineError, OSError, ValueError, OverflowError):
        raise FileUnusable(broken(path)) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise FileUnusable(broken(path)) from None
        raise
