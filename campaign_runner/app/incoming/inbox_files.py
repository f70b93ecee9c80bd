"""Which files of an inbox may be taken, what stands beside them, and where do they go?  A file is moved whole.

`work/`, `done/<date>/` and `failed/<date>/` are for people: what was done with a file is known by its digest in the ledger.
What came of a file is written beside it in `work/`; then its goal is written down, and all of it is moved there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from campaign_runner.app.incoming.inbox_place import WORK, Place, Seen
from campaign_runner.intake.formats import SUFFIXES
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.model.errors import FileUnusable

SHA256, TOTALS = ".sha256", ".totals.toml"
CAMPAIGN, WORKSPACE = "campaign.toml", "workspace.toml"
SUMMARY, FAILURES, ERROR = REPORTS = (".summary.json", ".failures.xlsx", ".error.txt")
OPENPGP = (".pgp", ".gpg", ".asc")


class Settled(NamedTuple):
    """The exit code of a file, and where it ends."""

    code: int
    goal: str


@dataclass(frozen=True)
class InboxFile:
    """A spreadsheet of an inbox: `name` is its path below it, with which it also stands below `work/`."""

    place: Place
    name: PurePosixPath

    @property
    def arrived(self) -> str:
        """Where it was put."""
        return str(self.name)

    @property
    def work(self) -> str:
        """Where it is while it is worked on."""
        return f"{WORK}/{self.name}"

    @property
    def plain_name(self) -> str:
        """The spreadsheet's own name, without what says that it is encrypted or signed."""
        return self.name.stem if self.name.suffix.lower() in OPENPGP else self.name.name

    def settings(self, folder: Path) -> Path | None:
        """The nearest campaign.toml or workspace.toml above it, of a folder of this machine."""
        for above in self.name.parents:
            for name in (CAMPAIGN, WORKSPACE):
                if (folder / above / name).is_file():
                    return folder / above / name
        return None

    def seen(self) -> Seen:
        """What changes while somebody still writes it, or what stands beside it; () where it is gone."""
        names = [self.arrived + ending for ending in ("", SHA256, TOTALS)]
        return seen_in({name: self.place.seen(name) for name in names}, self.arrived)

    def take(self) -> None:
        """Move it to `work/` with what stands beside it, which goes first: killed in between, the rest follows."""
        for ending in (SHA256, TOTALS, ""):
            if self.place.seen(self.arrived + ending):
                self.place.move(self.arrived + ending, self.work + ending)

    def finish_taking(self) -> None:
        """Remove what a move to `work/` that was cut short left where the file was put."""
        for ending in (SHA256, TOTALS, ""):
            if self.place.leftover(self.work + ending, self.arrived + ending):
                self.place.remove(self.arrived + ending)

    def write(self, ending: str, content: bytes) -> None:
        """Write what came of it beside it, in `work/`."""
        self.place.write(self.work + ending, content)

    def settle(self, where: str, day: date, code: int) -> None:
        """Decide where it ends, under a name that no other file has there; from here on only moves are left."""
        folder = PurePosixPath(where) / day.isoformat() / self.name.parent
        free = _free(self.place, folder / self.name.name)
        self.place.write(_record(self.work), f"{code} {free}".encode())

    def settled(self) -> Settled | None:
        """Where it was decided that it ends; None where that is open."""
        record = _record(self.work)
        if not self.place.seen(record):
            return None
        code, _, goal = self.place.read(record).decode().partition(" ")
        return Settled(int(code), goal)

    def move(self) -> None:
        """Move it where it ends, after what stands beside it: killed in between, the next look does the rest."""
        settled = self.settled()
        assert settled is not None
        goal = settled.goal
        for ending in (SHA256, TOTALS, *REPORTS, ""):
            if self.place.seen(self.work + ending):
                self.place.move(self.work + ending, goal + ending)
        self.place.remove(_record(self.work))


def seen_in(files: Mapping[str, Seen], name: str) -> Seen:
    """What changes with a file of a listing, or with what stands beside it."""
    return tuple(files.get(name + ending, ()) for ending in ("", SHA256, TOTALS))


def arrived(place: Place, files: Mapping[str, Seen]) -> Iterator[InboxFile]:
    """The spreadsheets that lie in an inbox, in the order of their names."""
    for name in map(PurePosixPath, files):
        if name.parts[0] != WORK and _is_spreadsheet(name):
            yield InboxFile(place, name)


def at_work(place: Place, files: Mapping[str, Seen]) -> Iterator[InboxFile]:
    """Those that were taken and are not finished: a killed inbox left them, or they wait for somebody."""
    for name in map(PurePosixPath, files):
        if name.parts[0] != WORK:
            continue
        mine = name.relative_to(WORK)
        if name.name.startswith(".") and name.name.endswith(".goal"):  # killed after the file's last move
            mine = mine.with_name(mine.name[1:].removesuffix(".goal"))
            if f"{WORK}/{mine}" in files:
                continue
            yield InboxFile(place, mine)
        elif _is_spreadsheet(mine):
            yield InboxFile(place, mine)


def require_whole(file: InboxFile, path: Path, required: Sequence[str]) -> dict[str, Any]:
    """Raise FileUnusable where the digest beside it is not that of `path`, or what must be there is missing; returns
    the declared totals: `rows`, and `total` as currency=amount."""
    stated = {}
    for name, ending in (("sha256", SHA256), ("totals", TOTALS)):
        there = file.place.seen(file.work + ending)
        stated[ending] = file.place.read(file.work + ending).decode("utf-8", "replace") if there else None
        if name in required and not there:
            raise FileUnusable(
                f"{file.name.name}{ending} is missing: [inbox] require demands it for every file. Nothing was sent. Put "
                "both files into the inbox again, the spreadsheet last."
            )
    digest, totals = stated[SHA256], stated[TOTALS]
    if digest is not None and digest.lower().split()[:1] != [file_sha256(path)]:
        raise FileUnusable(
            f"{file.name.name} is not the file that {file.name.name}{SHA256} describes: it was cut off or changed on "
            f"the way. "
            "Nothing was sent. Send it again."
        )
    return {} if totals is None else _declared(file.name.name + TOTALS, totals)


def _declared(name: str, text: str) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
        rows, total = values.pop("rows", None), values.pop("total", {})
        if values or not (rows is None or (isinstance(rows, int) and not isinstance(rows, bool))):
            raise ValueError(f"only rows and total are known, not {', '.join(values) or 'such rows'}")
        return {"rows": rows, "totals": [f"{currency}={Decimal(str(amount))}" for currency, amount in total.items()]}
    except (ValueError, AttributeError, InvalidOperation) as error:
        raise FileUnusable(
            f'{name} cannot be read ({error}). Nothing was sent. Write: rows = 120 and total = {{ USD = "6000.00" }}'
        ) from None


def lacks(file: InboxFile, required: Sequence[str]) -> bool:
    """Whether something that must stand beside it has not arrived yet."""
    endings = {"sha256": SHA256, "totals": TOTALS}
    return any(not file.place.seen(file.arrived + endings[name]) for name in required)


def _is_spreadsheet(name: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in name.parts)
    return not hidden and not name.name.endswith(REPORTS) and name.suffix.lower() in (*SUFFIXES, *OPENPGP)


def _record(work: str) -> str:
    """Where the goal of a file is written down."""
    path = PurePosixPath(work)
    return str(path.with_name(f".{path.name}.goal"))


def _free(place: Place, path: PurePosixPath) -> PurePosixPath:
    """The path, or `NAME (2).xlsx` where it is taken."""
    further = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return path if not place.seen(str(path)) else next(one for one in further if not place.seen(str(one)))
