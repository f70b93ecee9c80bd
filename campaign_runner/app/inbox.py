"""inbox: files come by themselves.  Each one is taken once it is whole, run, and put where its outcome says.

The ledger knows by its digest whether a file was run; moving it is for people, and may be repeated after any kill.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from campaign_runner.app.inbox_files import CAMPAIGN, DONE, FAILED, InboxFile, arrived, at_work, lacks, require_whole
from campaign_runner.app.overrides import Overrides
from campaign_runner.app.runtime import Runtime, SystemClock, build_runtime
from campaign_runner.ledger import open_ledger, submissions
from campaign_runner.ledger.campaigns import file_sha256
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import (
    MEANING,
    CampaignHeld,
    CampaignRunnerError,
    ExitCode,
    NeedsApproval,
    UsageError,
)
from campaign_runner.model.wording import day

if TYPE_CHECKING:
    from campaign_runner.model import Clock

# A file that was not changed between two looks so far apart is whole (seconds).
SETTLED, BETWEEN_LOOKS = 1.0, 2.0
# What must stand beside a file is waited for so long; what waits for somebody, or for Tango, is tried again after so long.
LATE, AGAIN = 60.0, 60.0
LOCK, STATE = ".inbox.lock", ".campaign-runner"
SENT = (ExitCode.DONE, ExitCode.NEEDS_ACTION, ExitCode.REPORTS_MISSING)
# What stays in `work/`: the next look goes on with it.
STAYS = (ExitCode.NOT_FINISHED, ExitCode.STOPPED, ExitCode.CAMPAIGN_HELD, ExitCode.INTERRUPTED, ExitCode.FAULT)
logger = logging.getLogger(__name__)


@dataclass
class Inbox:
    """A folder that files are put into; `tell` hears what became of each. `state` is as for any command, None = beside
    the settings of a file; `patience` = how many seconds its orders are followed."""

    folder: Path
    tell: Callable[[str], None]
    state: Path | None = None
    schemas: Path | None = None
    patience: float = 600
    clock: Clock = field(default_factory=SystemClock)
    stopping: threading.Event = field(default_factory=threading.Event)
    settled: float = SETTLED
    _not_before: dict[Path, float] = field(default_factory=dict)

    def watch(self, *, once: bool = False) -> ExitCode:
        """Take files until `stopping`, or what is there once; returns the worst exit code of all files.

        Raises UsageError without the folder, CampaignHeld where another one watches it.
        """
        worst = ExitCode.DONE
        with _alone(self.folder):
            while True:
                for file in self._ready(once=once):
                    worst = max(worst, self._one(file))
                if self.stopping.is_set():
                    return ExitCode.INTERRUPTED
                if once:
                    return worst
                self.stopping.wait(BETWEEN_LOOKS)

    def _ready(self, *, once: bool) -> Iterator[InboxFile]:
        """What was left in `work/`, then what arrived and is whole: one after the other, since each may take long."""
        now = time.monotonic()
        yield from (file for file in at_work(self.folder) if self._not_before.get(file.work, now) <= now)
        before = {file: file.seen() for file in arrived(self.folder)}
        if before:
            self.stopping.wait(self.settled)
        for file, seen in before.items():
            whole = seen and file.seen() == seen and not file.work.exists()
            if whole and not self.stopping.is_set() and (once or not self._waits_for_more(file)):
                file.take()
                yield file

    def _waits_for_more(self, file: InboxFile) -> bool:
        try:
            young = time.time() - file.arrived.stat().st_mtime < LATE
            return young and lacks(file, self._runtime(file).settings.inbox.require)
        except (OSError, CampaignRunnerError):
            return False

    def _one(self, file: InboxFile) -> ExitCode:
        """Run one file, and put it where its outcome says."""
        folder: Path | None = None
        try:
            runtime = self._runtime(file)
            folder = runtime.reports / runtime.settings.campaign.id
            code, note = self._run(file, runtime)
        except CampaignRunnerError as error:
            code, note = error.exit_code, str(error)
            if isinstance(error, NeedsApproval):
                return self._leave(file, code, note)
        except Exception:
            logger.exception("%s could not be run", file.name)
            code, note = ExitCode.FAULT, "This is a fault in the program; the file stays in work/. Please report it."
        if code in STAYS:
            return self._leave(file, code, note or "Not finished: the next look goes on.")
        self._put(file, folder, code, note)
        return code

    def _runtime(self, file: InboxFile) -> Runtime:
        path = file.settings()
        state = self.state or (None if path else self.folder / STATE)
        campaign_id = "" if path and path.name == CAMPAIGN else _campaign_id(file.name)
        runtime = build_runtime(path, state, self.folder, self.schemas, campaign_id=campaign_id)
        name = f"inbox {self.folder.name}"
        return replace(
            runtime, reports=runtime.state / "inbox", actor=Actor(name, runtime.actor.host, "inbox"), clock=self.clock,
            submitter=runtime.settings.approval.submitter or name, stopping=self.stopping,
        )  # fmt: skip

    def _run(self, file: InboxFile, runtime: Runtime) -> tuple[ExitCode, str]:
        from campaign_runner.app.draft import ReadOptions
        from campaign_runner.app.run import run_file

        declared = require_whole(file, runtime.settings.inbox.require)
        if note := _known(file, runtime):
            return ExitCode.DONE, note
        wanted = Overrides(rows=declared.get("rows"), totals=declared.get("totals"))
        runtime = replace(runtime, settings=wanted.on(runtime.settings))
        result = run_file(ReadOptions(file.work), runtime, patience=self.patience)
        again = result.books.sent_before.lines and not result.books.sent_now.lines
        return result.exit_code, "Nothing was sent now: these rows were sent before." if again else ""

    def _leave(self, file: InboxFile, code: ExitCode, note: str) -> ExitCode:
        """Leave it in `work/`, with the reason beside it."""
        self._not_before[file.work] = time.monotonic() + AGAIN
        file.work.with_name(f"{file.work.name}.error.txt").write_text(note + "\n", "utf-8")
        self.tell(f"{file.name}: {note}")
        return code

    def _put(self, file: InboxFile, folder: Path | None, code: ExitCode, note: str) -> None:
        """What came of it, then the file itself, to `done/` or `failed/`; killed in between, the next look repeats it."""
        where = DONE if code in SENT else FAILED
        goal = file.goal(where, self.clock.now().date())
        goal.with_name(f"{goal.name}.summary.json").write_bytes(_summary(folder, code, note))
        if code is not ExitCode.DONE:
            goal.with_name(f"{goal.name}.error.txt").write_text((note or f"{MEANING[code]}.") + "\n", "utf-8")
            if folder and (folder / "failures.xlsx").is_file() and code is ExitCode.NEEDS_ACTION:
                shutil.copyfile(folder / "failures.xlsx", goal.with_name(f"{goal.name}.failures.xlsx"))
        file.work.with_name(f"{file.work.name}.error.txt").unlink(missing_ok=True)
        file.move(goal)
        self.tell(f"{file.name}: {where}, exit code {int(code)}" + (f". {note}" if note else ""))


def _campaign_id(name: Path) -> str:
    """`q4 Berlin.xlsx` -> `q4-Berlin`: the campaign of a file that only a workspace.toml speaks for."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name.stem)[:40].strip("-") or "campaign"


def _known(file: InboxFile, runtime: Runtime) -> str:
    """What is to be said of a file whose very bytes were run for another campaign; "" where they were not."""
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger, ledger.read() as connection:
        before = submissions.with_digest(connection, file_sha256(file.work))
    mine = runtime.settings.campaign.id
    if not before or any(one.campaign_id == mine for one in before):
        return ""
    first = before[0]
    return (
        f"These very bytes were submitted on {day(first.at)} as {first.name} of the campaign {first.campaign_id}. Nothing "
        "was sent. If a second reward is intended, change the file."
    )


def _summary(folder: Path | None, code: ExitCode, note: str) -> bytes:
    try:
        known = orjson.loads((folder / "summary.json").read_bytes()) if folder and code in SENT else {}
    except (OSError, ValueError):
        known = {}
    summary = {"finished": code is ExitCode.DONE, **known, "exit_code": int(code), **({"note": note} if note else {})}
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one inbox watches a folder. The lock dies with the process."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder. Create it, or name another one.")
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CampaignHeld(f"{folder}: another campaign-runner watches this inbox. This one took nothing.") from None
    finally:
        os.close(descriptor)
