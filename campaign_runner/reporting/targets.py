"""Under which name is each report written?  Its own, unless that would cost somebody's work.

A file that the command reads, one that a person changed since it was written, one that is open elsewhere or read-only
stays as it is; the new report is then `failures (2).xlsx`. A report that nobody touched is known by the digest that was
kept when it was written, or, where that record is gone with the state folder, by its time stamp: its last digits are
taken from the digest, and anyone who saves the file gives it others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import file_digest
from pathlib import Path

MOST_NAMES = 1_000
_LONGEST_RECORD = 1 << 20
_TICK = 100  # nanoseconds: what every usual file system keeps of a time
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class WrittenReports:
    """What was ever written, by digest and name; `record` is the file that keeps it (none: time stamps alone)."""

    record: Path | None = None

    def sign(self, draft: Path, name: str) -> None:
        """Keep the digest of a report that is about to appear under `name`."""
        digest = _digest(draft)
        now = draft.stat().st_mtime_ns
        stamp = now - now % _SECOND + _digits(digest)
        os.utime(draft, ns=(stamp, stamp))
        if self.record is not None and self.record.parent.parent.exists():
            self._append(self.record, f"{digest} {name}\n")

    def is_untouched(self, path: Path, name: str = "") -> bool:
        """Whether a file is what was written (under `name`, if given), byte for byte."""
        try:
            digest = _digest(path)
            stamped = path.stat().st_mtime_ns % _SECOND == _digits(digest)
        except OSError:
            return False
        if name:
            return (digest, name) in self._known
        return stamped or any(digest == known for known, _ in self._known)

    @cached_property
    def _known(self) -> frozenset[tuple[str, str]]:
        if self.record is None or not self.record.exists():
            return frozenset()
        lines = self.record.read_text("utf-8", "replace").splitlines()
        return frozenset((digest, name) for digest, _, name in (line.partition(" ") for line in lines))

    @staticmethod
    def _append(record: Path, line: str) -> None:
        """One write for one line: another process may write beside this one. A long record loses its oldest half."""
        record.parent.mkdir(mode=0o700, exist_ok=True)
        if record.exists() and record.stat().st_size > _LONGEST_RECORD:
            lines = record.read_text("utf-8", "replace").splitlines(keepends=True)
            record.write_text("".join(lines[len(lines) // 2 :]), "utf-8")
        number = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(number, line.encode())
        finally:
            os.close(number)


@dataclass(frozen=True)
class Targets:
    """Where each report goes: its own name in `folder`, unless `moved` says otherwise; `reasons` says why, by name.
    `csv` names how CSV files are written (`csvfile.DIALECTS`)."""

    folder: Path
    written: WrittenReports = field(default_factory=WrittenReports)
    moved: Mapping[str, Path] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    protective: bool = False
    csv: str = "excel"

    def of(self, name: str) -> Path:
        """The path of a report."""
        return self.moved.get(name, self.folder / name)

    def sign(self, draft: Path, name: str) -> None:
        """Keep what is written."""
        self.written.sign(draft, name)

    def drop(self, name: str) -> None:
        """Take away what was written under this name before: no old report stands beside newer ones."""
        path = self.of(name)
        if path.is_file() and (not self.protective or self.written.is_untouched(path)):
            path.unlink()
        self.sweep(name)

    def sweep(self, name: str) -> None:
        """Take away what was written under other names of this report, and nobody has touched."""
        if not self.protective:
            return
        for path in _further_names(self.folder / name):
            if not path.exists():
                return
            if path != self.of(name) and self.written.is_untouched(path, path.name):
                path.unlink()

    def notes(self, names: Iterable[str]) -> list[str]:
        """Which of these reports have another name than usual, and why."""
        return [
            f"{name} {self.reasons[name]}, so it was not replaced. The new report is {self.of(name).name}."
            for name in names
            if name in self.reasons
        ]


def reserve(folder: Path, names: Iterable[str], written: WrittenReports, inputs: Sequence[Path] = ()) -> Targets:
    """The targets of reports of these names; `inputs` are the files that the command reads."""
    moved: dict[str, Path] = {}
    reasons: dict[str, str] = {}
    for name in names:
        path = folder / name
        reason = _reason_to_keep(path, written, inputs)
        if reason:
            reasons[name] = reason
            moved[name] = next(other for other in _further_names(path) if not _reason_to_keep(other, written, inputs))
    return Targets(folder, written, moved, reasons, protective=True)


def _further_names(path: Path) -> Iterable[Path]:
    return (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in range(2, MOST_NAMES))


def _reason_to_keep(path: Path, written: WrittenReports, inputs: Sequence[Path]) -> str:
    """Why a file must not be replaced; "" where it may be, or is not there."""
    if not os.path.lexists(path) or path.is_dir():
        return ""
    if any(_is_same(path, one) for one in inputs):
        return "is the file that was read"
    if any((path.parent / lock).exists() for lock in (f"~${path.name}", f".~lock.{path.name}#")):
        return "is open in another program"
    if not path.exists():  # a link to nowhere
        return ""
    if not path.stat().st_mode & 0o200 or not _can_be_written(path):
        return "is read-only or in use"
    return "" if written.is_untouched(path) else "was changed since it was written"


def _is_same(path: Path, other: Path) -> bool:
    """The same file, by whatever name: another spelling, a symbolic or a hard link."""
    with suppress(OSError):
        return path.samefile(other)
    return False


def _can_be_written(path: Path) -> bool:
    """On Windows a program may hold a file so that nobody else can write it."""
    try:
        with path.open("r+b"):
            return True
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _digits(digest: str) -> int:
    return int(digest[:12], 16) % (_SECOND // _TICK) * _TICK
