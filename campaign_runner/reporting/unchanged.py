"""Need reports be written again?  Not where nothing they are made of has moved, and nobody has touched them since.

Reports depend on nothing but the ledger, the file and the settings: anyone who knows a name for all of these (`mark`) knows
whether they would be the same. A run with nothing left to do is then done at once, however much was done before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from campaign_runner.reporting.atomic import replacing


def left(note: Path, mark: str) -> dict[str, Path] | None:
    """The reports that are there, if they were made of the same and are as they were; else None."""
    try:
        stored = orjson.loads(note.read_bytes())
        there = {name: Path(path) for name, path, *_ in stored["reports"]}
        same = stored["mark"] == mark and stored["reports"] == _seen(there) and not _usual_name_is_free(there)
    except (OSError, ValueError, KeyError, TypeError):  # none, or not one of ours
        return None
    return there if same else None


def keep(note: Path, mark: str, written: Mapping[str, Path]) -> None:
    """Note what these reports are made of, and how they are now."""
    with replacing(note) as draft:
        draft.write_bytes(orjson.dumps({"mark": mark, "reports": _seen(written)}))


def _usual_name_is_free(reports: Mapping[str, Path]) -> bool:
    """Whether a report has another name for the sake of a file that is gone since."""
    return any(path.name != name and not path.with_name(name).exists() for name, path in reports.items())


def _seen(reports: Mapping[str, Path]) -> list[list[str | int]]:
    """Name, path, size and time of each report; raises OSError where one is gone."""
    found = ((name, path, path.stat()) for name, path in reports.items())
    return [[name, str(path), stat.st_size, stat.st_mtime_ns] for name, path, stat in found]
