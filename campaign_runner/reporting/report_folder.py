"""Where do reports go, and which are wanted?  Each appears under its name when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from campaign_runner.reporting.atomic import replacing
from campaign_runner.reporting.table import Sink
from campaign_runner.reporting.targets import Targets

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class ReportFolder:
    """`wanted` None means all reports; `written` grows."""

    targets: Targets
    wanted: frozenset[str] | None
    progress: Progress | None = None
    written: dict[str, Path] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether a report is to be written."""
        return self.wanted is None or name in self.wanted

    @contextmanager
    def open(self, name: str, make: Callable[[Path], Sink]) -> Iterator[Sink]:
        """A sink that becomes the report `name` when all is well."""
        with self.replacing(name) as draft:
            sink = make(draft)
            try:
                yield sink
            except BaseException:
                with suppress(Exception):
                    sink.close()  # only to release the draft, which is thrown away
                raise
            sink.close()

    def write(self, name: str, text: str | bytes) -> None:
        """A report that is made in one piece."""
        with self.replacing(name) as draft:
            draft.write_bytes(text.encode() if isinstance(text, str) else text)

    @contextmanager
    def replacing(self, name: str) -> Iterator[Path]:
        """A draft that becomes the report `name` when all is well."""
        target = self.targets.of(name)
        with replacing(target, self.targets.sign) as draft:
            yield draft
        self.targets.sweep(name)
        self.written[name] = target

    def drop(self, name: str) -> None:
        """A report of an earlier run must not stand beside newer ones."""
        self.targets.drop(name)

    def with_(self, name: str) -> Mapping[str, Path]:
        """What is written by the time that this report is."""
        return {**self.written, name: self.targets.of(name)}


def unchanged(note: Path, mark: str) -> dict[str, Path] | None:
    """The reports that are there, if they were made of the same and are as they were; else None."""
    try:
        stored = orjson.loads(note.read_bytes())
        there = {name: Path(path) for name, path, *_ in stored["reports"]}
        same = stored["mark"] == mark and stored["reports"] == _seen(there) and not _usual_name_is_free(there)
    except (OSError, ValueError, KeyError, TypeError):  # none, or not one of ours
        return None
    return there if same else None


def keep_note(note: Path, mark: str, written: Mapping[str, Path]) -> None:
    """Note what these reports are made of, and how they are now."""
    with replacing(note) as draft:
        draft.write_bytes(orjson.dumps({"mark": mark, "reports": _seen(written)}))


def _usual_name_is_free(reports: Mapping[str, Path]) -> bool:
    """Whether a report has another name for the sake of a file that is gone since."""
    return any(path.name != name and not path.with_name(name).exists() for name, path in reports.items())


def _seen(reports: Mapping[str, Path]) -> list[list[str | int]]:
    """Name, path, size and time of each report; raises OSError where one is gone."""
    files = ((name, path, path.stat()) for name, path in reports.items())
    return [[name, str(path), stat.st_size, stat.st_mtime_ns] for name, path, stat in files]
