"""Where does a story happen?  Machines with folders, one clock, and one Tango that all of them share over real HTTP."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.clock import HandClock
from tests.stories.program import Ended, How, call, server
from tests.stories.tango import Line, Tango

MEMORY = Path("/dev/shm")
DAY = "2026-11-22T09:00:00"


class Machine:
    """One computer: a home, and a folder `camp` with settings and files, where people work."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.camp = folder, folder / "home", folder / "camp"
        for made in (self.home, self.camp):
            made.mkdir(parents=True, exist_ok=True)

    def states(self) -> list[Path]:
        """The folders with a ledger."""
        return sorted(path.parent for path in self.folder.rglob("ledger.sqlite"))


class World:
    """Everything around the campaigns of one story."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="story-", dir=MEMORY if MEMORY.is_dir() else None))
        self.clock = HandClock(DAY)
        self.tango = Tango(self.clock)
        self.machines = [Machine(self.root / "one")]
        self.machine = self.machines[0]
        self.ended: list[Ended] = []
        self.spoilt: list[str] = []
        self._backups: dict[str, Path] = {}

    def close(self) -> None:
        """Tidy up."""
        shutil.rmtree(self.root, ignore_errors=True)

    # ---- files -----------------------------------------------------------------------------------------------

    def write(self, name: str, text: str) -> Path:
        """A file in the folder of the campaign."""
        path = self.machine.camp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def settings(self, values: Mapping[str, Mapping[str, Any]], name: str = "campaign.toml") -> Path:
        """campaign.toml; Tango's address is added."""
        tango = {"base_url": server().base_url, **values.get("tango", {})}
        sections = {**values, "tango": tango}
        lines = [f"[{section}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in entries.items())
                 for section, entries in sections.items()]  # fmt: skip
        return self.write(name, "\n".join(lines))

    # ---- commands --------------------------------------------------------------------------------------------

    def call(self, *arguments: str | Path, cwd: Path | None = None, lose_wal: bool = False, **how: Any) -> Ended:
        """One command on this machine; `how` as `program.How`. Where it is killed, the folders are left as a power cut
        leaves them."""
        machine, server().simulator = self.machine, self.tango
        files = {path: path.read_bytes() for path in map(Path, arguments) if path.suffix == ".csv" and path.exists()}
        left = self.root / "left"
        meant = How(died=lambda: shutil.copytree(machine.folder, left), **how)
        ended = call(arguments, cwd or machine.camp, self.clock, machine.home, meant)
        if left.exists():
            shutil.rmtree(machine.folder)
            left.rename(machine.folder)
            for path in machine.folder.rglob("ledger.sqlite-*"):
                if lose_wal or path.name.endswith("-shm"):
                    path.unlink()
        self.ended.append(ended)
        self.spoilt += [f"{path.name} was overwritten or deleted by: {ended.command}" for path, content in files.items()
                        if not path.exists() or path.read_bytes() != content]  # fmt: skip
        return ended

    def run(self, name: str = "q4.csv", *options: str | Path, **how: Any) -> Ended:
        """`run` of a file of the campaign's folder."""
        return self.call("run", self.machine.camp / name, "--reports", self.reports, *options, **how)

    @property
    def reports(self) -> Path:
        """Where this machine keeps reports."""
        return self.machine.folder / "reports"

    def results(self, campaign: str = "q4") -> list[dict[str, str]]:
        """results.csv of a campaign, as it is; where somebody changed that file, it has another name."""
        folder = self.reports / campaign
        written = self.summary(campaign)["reports"] if (folder / "summary.json").exists() else {}
        return table(Path(written.get("results.csv", folder / "results.csv")))

    def summary(self, campaign: str = "q4") -> dict[str, Any]:
        """summary.json of a campaign, as it is."""
        content: dict[str, Any] = json.loads((self.reports / campaign / "summary.json").read_text("utf-8"))
        return content

    # ---- folders and ledgers ---------------------------------------------------------------------------------

    def new_machine(self, *, copied: bool) -> None:
        """From now on people work on another machine: with a copy of everything, or with the files alone."""
        before, self.machine = self.machine, Machine(self.root / f"machine{len(self.machines) + 1}")
        self.machines.append(self.machine)
        leave = () if copied else ("reports", ".campaign-runner", "state")
        shutil.copytree(before.folder, self.machine.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*leave))

    def lose(self, what: str) -> None:
        """`ledger`: its files are gone; `wal`: its newest part is; `state`: the whole folder is."""
        for state in self.machine.states():
            if what == "state":
                shutil.rmtree(state)
                continue
            for path in state.glob("ledger.sqlite*" if what == "ledger" else "ledger.sqlite-wal"):
                path.unlink()

    def back_up(self) -> None:
        """Keep a copy of all state folders of this machine."""
        kept = Path(tempfile.mkdtemp(prefix="backup-", dir=self.root))
        for number, state in enumerate(self.machine.states()):
            shutil.copytree(state, kept / str(number))
            self._backups[str(state)] = kept / str(number)

    def restore(self, *, whole: bool) -> None:
        """Put the newest backups back: the whole folder, or the ledger's file alone."""
        for name, kept in self._backups.items():
            state = Path(name)
            if whole:
                shutil.rmtree(state, ignore_errors=True)
                shutil.copytree(kept, state)
                continue
            state.mkdir(parents=True, exist_ok=True)
            for path in [*state.glob("ledger.sqlite*")]:
                path.unlink()
            for path in kept.glob("ledger.sqlite*"):
                shutil.copy(path, state / path.name)

    # ---- the truth -------------------------------------------------------------------------------------------

    def paid(self) -> list[Line]:
        """Every reward that somebody has, or will have."""
        return [line for line in self.tango.truth() if line.alive]


def table(path: Path) -> list[dict[str, str]]:
    """A CSV report; empty where there is none."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def amounts(lines: Sequence[Line]) -> list[tuple[str, float]]:
    """(who, amount) of some lines, sorted."""
    return sorted((line.who, line.amount) for line in lines)
