"""How does a caller hear how far a command is?  Through a callback; nothing below the entry points prints."""

from __future__ import annotations

from collections.abc import Callable


def no_progress(stage: str, done: int, total: int | None) -> None:
    """The progress callback of a caller that does not want to know."""


Progress = Callable[[str, int, int | None], None]
