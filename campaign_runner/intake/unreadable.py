"""How does the program say that a file of a known format cannot be read?"""

from __future__ import annotations

from pathlib import Path


def protected(path: Path) -> str:
    """The sentence for a workbook that asks for a password."""
    return (
        f"{path.name} is protected with a password, so nothing in it can be read. Open it, remove the password "
        "(File > Info > Protect Workbook), save, and run again."
    )


def broken(path: Path) -> str:
    """The sentence for a workbook that cannot be opened."""
    return (
        f"{path.name} is damaged: it begins like a workbook but cannot be opened. Save it again in Excel and run "
        "again."
    )
