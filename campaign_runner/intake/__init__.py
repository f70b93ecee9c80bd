"""What does the spreadsheet say?  A file of any kind becomes one `RawTable` of text; what it means is for validation.

Add a format: one file with a function `path, sheet, spellings -> Contents`, and its entry in `formats.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from campaign_runner.intake.reading import read

__all__ = ["read"]


def __getattr__(name: str) -> Any:
    """`read` is loaded when it is asked for: what only starts processes from here needs no numpy."""
    if name != "read":
        raise AttributeError(name)
    from campaign_runner.intake.reading import read

    return read
