"""inbox: files come by themselves.  Each one is taken once it is whole, run, and put where its outcome says.

The ledger knows by its digest whether a file was run; moving it is for people, and may be repeated after any kill.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner.app.incoming.inbox_files import (
    CAMPAIGN,
    ERROR,
    InboxFile,
    arrived,
    at_work,
    lacks,
    seen_in,
)
from campaign_runner.app.incoming.inbox_folder import InboxFolder
from campaign_runner.app.incoming.inbox_place import InboxAway, Seen
from campaign_runner.app.incoming.inbox_run import (
    STAYS,
    SUMMARY_JSON,
    FileOutcome,
    after_placing,
    campaign_id,
    run_inbox_file,
    sent_by,
    write_outcome,
)
from campaign_runner.app.process.state_folder import NAME
from campaign_runner.app.runtime import Runtime, SystemClock, build_runtime
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import (
    CampaignRunnerError,
    ExitCode,
    NeedsApproval,
)
from campaign_runner.model.log import log

if TYPE_CHECKING:
    from campaign_runner.model import Clock

# What must stand beside a file is waited for so long; what waits for somebody, or for Tango, is tried again after so long;
# what workers send is asked for more often.
LATE, AGAIN, SOON = 60.0, 60.0, 5.0
# Where a timetable says when, it is asked so often at least whether the time has come.
LONGEST = 60.0
logger = logging.getLogger(__name__)


@dataclass
class Inbox(InboxFolder):
    """An inbox that takes its files: `patience` = how many seconds their orders are followed; `detached`: workers of the
    ledger send them, as they do for a ledger that several machines share; `settled`: how long a file must not change,
    None = as usual."""

    schemas: Path | None = None
    patience: float = 600
    clock: Clock = field(default_factory=SystemClock)
    stopping: threading.Event = field(default_factory=threading.Event)
    settled: float | None = None
    detached: bool = False
    _not_before: dict[str, float] = field(default_factory=dict)
    _notes: dict[str, str] = field(default_factory=dict)
    _placed: dict[str, dict[str, Any]] = field(default_factory=dict)
    _growing: bool = False

    def watch(self, *, once: bool = False) -> ExitCode:
        """Take files until `stopping`, or what is there once; returns the worst exit code of all files.

        Raises UsageError without the folder, CampaignHeld where another one watches it; InboxAway, if `once`.
        """
        worst, away = ExitCode.DONE, ""
        with self.alone():
            while True:
                try:
                    worst, away = max(worst, self.look(once=once)), ""
                except InboxAway as error:
                    if once:
                        raise
                    if away != str(error):
                        self.tell(away := str(error))
                if self.stopping.is_set():
                    return ExitCode.INTERRUPTED
                if once:
                    return worst
                self.stopping.wait(self.until_next())

    def look(self, *, once: bool = False) -> ExitCode:
        """One look: go on with what is in `work/`, then take what arrived and is whole, if it is time (or `once`)."""
        began, worst = self.clock.now(), ExitCode.DONE
        files, collects = self.place.files(), once or self.is_time(began)
        taken = [*self._left(files), *(self._whole(files, once=once) if collects else ())]
        passes = (True, False) if len(taken) > 1 else (False,)
        for placing in passes:  # all are placed before any is followed: Tango works on them side by side
            codes = {
                file.work: self._one(file, once=once, placing=placing) for file in taken if not self.stopping.is_set()
            }
            worst = max(worst, *filter(None, codes.values()), ExitCode.DONE)
            taken = [file for file in taken if codes.get(file.work) is None]
        if collects and self.timetable and not self.stopping.is_set() and not self._growing:
            self.collected(began)
        return worst

    def until_next(self) -> float:
        """Seconds until the next look."""
        if self.timetable is None or self._not_before:
            return self.place.between
        now = self.clock.now()
        return min(LONGEST, max(self.place.between, (self.timetable.next_after(now) - now).total_seconds()))

    def _left(self, files: Mapping[str, Seen]) -> Iterator[InboxFile]:
        now = time.monotonic()
        for file in at_work(self.place, files):
            if self._not_before.get(file.work, now) <= now and not self.stopping.is_set():
                file.finish_taking()
                yield file

    def _whole(self, files: Mapping[str, Seen], *, once: bool) -> Iterator[InboxFile]:
        """What arrived and does not change any more: one after the other, since each may take long."""
        self._growing = False
        waiting = [file for file in arrived(self.place, files) if file.work not in files]
        if waiting:
            self.stopping.wait(self.place.settled if self.settled is None else self.settled)
        for file in waiting:
            whole = file.seen() == seen_in(files, file.arrived)
            if whole and not self.stopping.is_set() and (once or not self._waits_for_more(file, files)):
                try:
                    file.take()
                except FileNotFoundError:  # somebody took it back
                    continue
                yield file
            else:
                self._growing = True

    def _waits_for_more(self, file: InboxFile, files: Mapping[str, Seen]) -> bool:
        try:
            if not lacks(file, self._runtime(file).settings.inbox.require):
                self._not_before.pop(file.arrived, None)
                return False
        except CampaignRunnerError:
            return False
        return time.monotonic() < self._not_before.setdefault(file.arrived, time.monotonic() + LATE)

    def _one(self, file: InboxFile, *, once: bool, placing: bool) -> ExitCode | None:
        """Run one file, and put it where its outcome says; None where it is only placed, and still to be followed. What was
        decided before it was killed is only moved."""
        if settled := file.settled():
            file.move()
            self.tell(f"{file.name}: moved to {settled.goal}")
            return ExitCode(settled.code)
        outcome = self._outcome(file, once=once, placing=placing)
        if placing and outcome.reports:
            self._placed[file.work] = sent_by(outcome)
            return None
        if outcome.code in STAYS or outcome.waits:
            return self._leave(file, outcome)
        outcome = after_placing(outcome, self._placed.pop(file.work, {}))
        where = write_outcome(file, outcome)
        file.settle(where, self.clock.now().date(), outcome.code)
        file.move()
        self._notes.pop(file.work, None)
        self._not_before.pop(file.work, None)
        note = f". {outcome.note}" if outcome.note else ""
        log(logger, "a file of the inbox was moved", outcome=where, exit_code=int(outcome.code))
        self.tell(f"{file.name}: {where}, exit code {int(outcome.code)}{note}")
        return outcome.code

    def _outcome(self, file: InboxFile, *, once: bool, placing: bool) -> FileOutcome:
        try:
            runtime = self._runtime(file)
            detached = self.detached or (bool(runtime.ledger_url) and not once)
            if placing and not detached:
                return run_inbox_file(file, replace(runtime, only=frozenset({SUMMARY_JSON})), 0)
            return run_inbox_file(file, runtime, self.patience, detached=detached)
        except InboxAway:
            raise
        except CampaignRunnerError as error:
            return FileOutcome(error.exit_code, str(error), waits=isinstance(error, NeedsApproval))
        except Exception as error:
            log(logger, "a file of the inbox could not be run", level=logging.ERROR, error=error)
            return FileOutcome(
                ExitCode.FAULT, "This is a fault in the program; the file stays in work/. Please report it."
            )

    def _leave(self, file: InboxFile, outcome: FileOutcome) -> ExitCode:
        """Leave it in `work/`, with the reason beside it."""
        self._not_before[file.work] = time.monotonic() + (SOON if outcome.waits_for_workers else AGAIN)
        note = outcome.note or "Not finished: the inbox continues with it."
        if self._notes.get(file.work) != note:
            self._notes[file.work] = note
            file.write(ERROR, f"{note}\n".encode())
            self.tell(f"{file.name}: {note}")
        return outcome.code

    def _runtime(self, file: InboxFile) -> Runtime:
        path = file.settings(self.folder) or self.config
        named = "" if path and path.name == CAMPAIGN else campaign_id(file.plain_name)
        state = self.state or (None if path else self.folder / NAME)
        runtime = build_runtime(path, state, self.folder, self.schemas, campaign_id=named)
        name = f"inbox {self.folder.name}"
        return replace(
            runtime, reports=runtime.state / "inbox", actor=Actor(name, runtime.actor.host, "inbox"), clock=self.clock,
            submitter=runtime.settings.approval.submitter or name, stopping=self.stopping,
        )  # fmt: skip
