"""Which kinds of work are there, and who does them?  One table; each takes the workspace and a key, and says when to
come again (None: it is done).

A job may run twice: what it does is decided by the ledger. One that fails is tried again, and its error stays in its row.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from campaign_runner.app.process.executor import aside, spare
from campaign_runner.app.workspace import Workspace, open_workspace
from campaign_runner.ledger import jobs
from campaign_runner.ledger.jobs import LEASE, Job
from campaign_runner.model.contact import without_contacts
from campaign_runner.model.errors import CampaignHeld, CampaignRunnerError, Interrupted, StateError
from campaign_runner.model.log import log
from campaign_runner.model.observed import observed

RENEW = LEASE / 3
# How long the loop sleeps where nothing is due, or the database is away.
IDLE, AWAY = 0.25, 1.0
# What says nothing about the work: it is done once the ledger, the campaign or another worker is there for it.
PASSING = (CampaignHeld, Interrupted, StateError)
# How soon a job comes again whose campaign another run has.
HELD = 2.0
# Files that wait from which on another process is worth its while.
MANY = 4
logger = logging.getLogger(__name__)


class JobKind(NamedTuple):
    """One kind of work; imported only where it is done, since most of it needs pandas."""

    module: str
    function: str

    def do(self, workspace: Workspace, key: str) -> float | None:
        """Do it; seconds until it is to be done again, None = it is done."""
        if self.module not in sys.modules:
            import_module(self.module)
            gc.freeze()  # what a program is made of is no garbage, and takes longest to look through
        work: Callable[[Workspace, str], float | None] = getattr(sys.modules[self.module], self.function)
        return work(workspace, key)


KINDS: dict[str, JobKind] = {
    jobs.CHECK: JobKind("campaign_runner.app.check_submission", "check_submission"),
    jobs.DRIVE: JobKind("campaign_runner.app.drive", "drive_campaign"),
    jobs.INBOX: JobKind("campaign_runner.app.inbox_job", "collect_files"),
    jobs.RETENTION: JobKind("campaign_runner.app.retention", "erase_old_data"),
    jobs.CATALOGUE: JobKind("campaign_runner.app.refresh_catalogue", "keep_catalogue_fresh"),
    jobs.NOTIFY: JobKind("campaign_runner.app.notify", "notify_job"),
    jobs.REPORT: JobKind("campaign_runner.app.drive", "write_reports"),
    jobs.BOOKS: JobKind("campaign_runner.app.campaign_books", "write_books"),
    jobs.STATEMENT: JobKind("campaign_runner.app.campaign_books", "match_statement"),
    jobs.TRIAL: JobKind("campaign_runner.app.trial_reward", "send_test_reward"),
    jobs.REFRESH: JobKind("campaign_runner.app.refresh_catalogue", "refresh_catalogue"),
    jobs.PERSON: JobKind("campaign_runner.app.person_job", "do_person_request"),
    jobs.RETRY: JobKind("campaign_runner.app.retry", "retry_campaign"),
}

# Kinds that nobody asks for: a worker that begins sees to it that they are wanted.
PERIODIC = (jobs.INBOX, jobs.RETENTION, jobs.NOTIFY, jobs.CATALOGUE)


def want_periodic(workspace: Workspace) -> None:
    """Work that comes again by itself is wanted once, however many workers there are."""
    kinds = [kind for kind in PERIODIC if kind != jobs.INBOX or workspace.settings.inbox.url]
    with workspace.ledger().write("want periodic work") as connection:
        for kind in kinds:
            if not jobs.is_wanted(connection, kind, ""):
                jobs.want(connection, kind, "", workspace.at())


def work_until_stopped(workspace: Workspace) -> None:
    """Do whatever is due until the workspace is to stop; the database may go and come back meanwhile.

    On PostgreSQL the engine tells when; with SQLite this loop looks itself.
    """
    url = workspace.settings.ledger.url
    loop = _engine_loop if url else _own_loop
    outage = Outage()
    while not workspace.stopping.is_set():
        try:
            want_periodic(workspace)
            outage.is_over()
            loop(workspace)
        except (StateError, OSError) as error:
            outage.goes_on(error)
            workspace.stopping.wait(AWAY)


class Outage:
    """The ledger is away: one line when that begins, one when it is back, however often it is tried meanwhile."""

    def __init__(self) -> None:
        self._since: float | None = None

    def goes_on(self, error: Exception) -> None:
        """It cannot be reached."""
        if self._since is None:
            self._since = time.monotonic()
            log(logger, "the ledger cannot be reached, trying again", level=logging.ERROR, error=error)

    def is_over(self) -> None:
        """It answers."""
        if self._since is not None:
            log(logger, "the ledger is back", level=logging.ERROR, seconds=time.monotonic() - self._since)
        self._since = None


def work_once(workspace: Workspace, only: tuple[str, str] | None = None, *, helping: bool = False) -> bool:
    """Do one job that is due; False where none is. `helping`: a check alone, and what it raises is raised."""
    with workspace.ledger().write("take a job") as connection:
        job = jobs.take(connection, frozenset({jobs.CHECK} if helping else KINDS), only)
    if job is None:
        return False
    try:
        with _leased(workspace, job), observed("job", job=job.kind, key=job.key):
            again = KINDS[job.kind].do(workspace, job.key)
    except Interrupted:  # this worker is to end: somebody else goes on at once
        again = 0.0
    except CampaignHeld:  # another run has the campaign
        again = HELD
    except StateError:  # the ledger is away: the lease runs out, and another worker goes on
        raise
    except Exception as error:
        if helping:  # the worker does it again once the lease is over: its log is read
            raise
        reference = token_hex(4)
        log(logger, "job failed", level=logging.ERROR, error=error, job=job.kind, key=job.key, fault=reference)
        with workspace.ledger().write("a job failed") as connection:
            jobs.failed(connection, job, _for_people(error, reference))
        return True
    with workspace.ledger().write("a job is done") as connection:
        jobs.done(connection, job, again)
    return True


def _for_people(error: Exception, reference: str) -> str:
    """Why it failed: a sentence of ours, without anybody's address; of a fault only where the log tells of it."""
    if isinstance(error, CampaignRunnerError):
        return without_contacts(str(error))
    return f"The program failed (reference {reference}). The log of the worker says why, under this reference."


def _own_loop(workspace: Workspace) -> None:
    while not workspace.stopping.is_set():
        if spare() and _are_many_due(workspace):
            _with_another(workspace)
        if not work_once(workspace):
            workspace.stopping.wait(IDLE)


def _are_many_due(workspace: Workspace) -> bool:
    with workspace.ledger().read() as connection:
        return jobs.how_many_due(connection, jobs.CHECK) >= MANY


def _with_another(workspace: Workspace) -> None:
    """Many files came at once: another process checks them, too, until none waits. Where there is none, or it ends
    early, they are all checked here."""
    work = partial(check_what_waits, workspace.config, workspace.state, workspace.schemas)
    with suppress(OSError), aside(work) as ended:
        while not ended.done() and not workspace.stopping.is_set():
            if not work_once(workspace):
                workspace.stopping.wait(IDLE)


def check_what_waits(config: Path | None, state: Path, schemas: Path | None) -> None:
    """Check file after file, until none is due."""
    with open_workspace(config, state, schemas) as workspace:
        while work_once(workspace, helping=True):
            pass


def _engine_loop(workspace: Workspace) -> None:
    from campaign_runner.ledger import engine

    url, ended = workspace.settings.ledger.url, threading.Event()
    engine.install(workspace.ledger().engine)

    def perform(kind: str, key: str) -> float | None:
        try:
            work_once(workspace)  # what has been due longest; what this was about stays due, if it was something else
            with workspace.ledger().read() as connection:
                return jobs.until_due(connection, kind, key)
        except StateError as error:
            log(logger, "job waits for the ledger", level=logging.WARNING, error=error, job=kind, key=key)
            return AWAY

    def sweep() -> None:
        while not ended.wait(engine.SWEEP):
            with suppress(StateError), workspace.ledger().write("sweep the jobs") as connection:
                engine.sweep(connection)

    sweeper = threading.Thread(target=sweep, daemon=True)
    sweeper.start()
    try:
        engine.run(url, perform, workspace.stopping)
    except Exception as error:  # it leaves when the database does, in many ways
        raise StateError(f"The engine of jobs ended: {type(error).__name__}.") from error
    finally:
        ended.set()
        sweeper.join()


@contextmanager
def _leased(workspace: Workspace, job: Job) -> Iterator[None]:
    """The job stays in hand while this lasts: nobody else takes it."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEW):
            try:
                with workspace.ledger().beside(busy=1.0) as connection:
                    jobs.renew(connection, job)
            except (StateError, DBAPIError):  # the database is away: the work itself will notice
                continue

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
