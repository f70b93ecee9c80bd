"""Which files of an inbox may be taken, what stands beside them, and where do they go?  A file is moved whole, by renaming.

`work/`, `done/<date>/` and `failed/<date>/` are for people: what was done with a file is known by its digest in the ledger.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import count
from pathlib import Path
from typing import Any

from campaign_runner.intake.file_kinds import SUFFIXES
from campaign_runner.ledger.campaigns import file_sha256
from campaign_runner.model.errors import FileUnusable

WORK, DONE, FAILED = "work", "done", "failed"
SHA256, TOTALS = ".sha256", ".totals.toml"
CAMPAIGN, WORKSPACE = "campaign.toml", "workspace.toml"
REPORTS = (".summary.json", ".failures.xlsx", ".error.txt")


@dataclass(frozen=True)
class InboxFile:
    """A spreadsheet of an inbox: `name` is its path below it, with which it also stands below `work/`."""

    inbox: Path
    name: Path

    @property
    def arrived(self) -> Path:
        """Where it was put."""
        return self.inbox / self.name

    @property
    def work(self) -> Path:
        """Where it is while it is worked on."""
        return self.inbox / WORK / self.name

    def settings(self) -> Path | None:
        """The nearest campaign.toml or workspace.toml above it."""
        folder = self.arrived.parent
        while folder.is_relative_to(self.inbox):
            for name in (CAMPAIGN, WORKSPACE):
                if (folder / name).is_file():
                    return folder / name
            folder = folder.parent
        return None

    def seen(self) -> tuple[int, ...]:
        """What changes while somebody still writes it, or what stands beside it; () where it is gone."""
        try:
            stats = [path.stat() for path in (self.arrived, *beside(self.arrived))]
        except OSError:
            return ()
        return tuple(part for stat in stats for part in (stat.st_size, stat.st_mtime_ns, stat.st_ino))

    def take(self) -> None:
        """Move it to `work/` with what stands beside it, which goes first: killed in between, the rest follows."""
        self.work.parent.mkdir(parents=True, exist_ok=True)
        for path in (*beside(self.arrived), self.arrived):
            path.replace(self.work.with_name(path.name))

    def goal(self, where: str, day: date) -> Path:
        """Where it is to go: `done/<date>/` or `failed/<date>/`, under a name that no other file has there."""
        folder = self.inbox / where / day.isoformat() / self.name.parent
        folder.mkdir(parents=True, exist_ok=True)
        return _free(folder / self.name.name)

    def move(self, goal: Path) -> None:
        """Move it to its goal, after what stands beside it: killed in between, the next look does all of it again."""
        for path in (*beside(self.work), self.work):
            path.replace(goal.with_name(path.name.replace(self.name.name, goal.name, 1)))


def arrived(inbox: Path) -> Iterator[InboxFile]:
    """The spreadsheets that lie in an inbox, in the order of their names."""
    for path in sorted(inbox.rglob("*")):
        name = path.relative_to(inbox)
        if name.parts[0] not in (WORK, DONE, FAILED) and _is_spreadsheet(path, name):
            yield InboxFile(inbox, name)


def at_work(inbox: Path) -> Iterator[InboxFile]:
    """Those that were taken and are not finished: a killed inbox left them, or they wait for somebody."""
    folder = inbox / WORK
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if _is_spreadsheet(path, name):
            yield InboxFile(inbox, name)


def beside(path: Path) -> list[Path]:
    """What stands beside a spreadsheet and belongs to it."""
    names = (path.with_name(path.name + ending) for ending in (SHA256, TOTALS))
    return [one for one in names if one.is_file()]


def require_whole(file: InboxFile, required: Sequence[str]) -> dict[str, Any]:
    """Raise FileUnusable where the digest beside it is not its own, or what must be there is missing; returns the declared
    totals: `rows`, and `total` as currency=amount."""
    digest, totals = (file.work.with_name(file.name.name + ending) for ending in (SHA256, TOTALS))
    for name, path in (("sha256", digest), ("totals", totals)):
        if name in required and not path.is_file():
            raise FileUnusable(
                f"{path.name} is missing: [inbox] require wants it beside every file. Nothing was sent. Put both files "
                "into the inbox again, the spreadsheet last."
            )
    if digest.is_file():
        words = digest.read_text("utf-8", errors="replace").split()
        if not words or words[0].lower() != file_sha256(file.work):
            raise FileUnusable(
                f"{file.name.name} is not the file that {digest.name} describes: it was cut or changed on its way. Nothing "
                "was sent. Send it again."
            )
    return _declared(totals) if totals.is_file() else {}


def _declared(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        rows, total = values.pop("rows", None), values.pop("total", {})
        if values or not (rows is None or (isinstance(rows, int) and not isinstance(rows, bool))):
            raise ValueError(f"only rows and total are known, not {', '.join(values) or 'such rows'}")
        return {"rows": rows, "totals": [f"{currency}={Decimal(str(amount))}" for currency, amount in total.items()]}
    except (OSError, ValueError, AttributeError, InvalidOperation) as error:
        raise FileUnusable(
            f'{path.name} cannot be read ({error}). Nothing was sent. Write: rows = 120 and total = {{ USD = "6000.00" }}'
        ) from None


def lacks(file: InboxFile, required: Sequence[str]) -> bool:
    """Whether something that must stand beside it has not arrived yet."""
    endings = {"sha256": SHA256, "totals": TOTALS}
    return any(not file.arrived.with_name(file.name.name + endings[name]).is_file() for name in required)


def _is_spreadsheet(path: Path, name: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in name.parts)
    return not hidden and not path.name.endswith(REPORTS) and path.suffix.lower() in SUFFIXES and path.is_file()


def _free(path: Path) -> Path:
    """The path, or `NAME (2).xlsx` where it is taken."""
    further = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return path if not path.exists() else next(one for one in further if not one.exists())
