"""How do many machines hear of work?  Through Procrastinate, in the ledger's own PostgreSQL.

The rows of `jobs` say what is wanted; the engine's jobs only wake a worker. They are deferred in the transaction of the
row, wait by being retried at a time, and a sweep defers again what an operator deleted or a dead worker left.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, text

from campaign_runner.ledger.database_errors import translated
from campaign_runner.model.errors import UsageError

QUEUE, TASK = "campaign-runner", "campaign_runner.work"
INSTALLING = 7_226_446_202  # the lock under which the engine's tables are made
POLL, SWEEP, HEARTBEAT, STALLED = 1.0, 2.0, 2.0, 8.0
# So long a connection is waited for: then the engine is started again, instead of asking ever more seldom.
GIVEN_UP = 3.0
logger = logging.getLogger(__name__)
# Work that has been due for a second and that no job of the engine stands for.
_LEFT = text("""
    SELECT kind, key FROM jobs WHERE due_at <= extract(epoch FROM clock_timestamp()) - 1
      AND leased_until <= extract(epoch FROM clock_timestamp()) AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs p WHERE p.queue_name = :queue AND p.status = 'todo'
          AND p.args ->> 'kind' = jobs.kind AND p.args ->> 'key' = jobs.key
          AND coalesce(p.scheduled_at, now()) <= now() + interval '1 second')
""")
Perform = Callable[[str, str], float | None]


class Again(Exception):
    """The work is not done: again in this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.1f} s")
        self.seconds = seconds


def defer(connection: Connection, kind: str, key: str, in_seconds: float = 0) -> None:
    """Wake a worker in the caller's transaction; without the engine the sweep of a worker does it."""
    if connection.dialect.name != "postgresql" or not _is_installed(connection):
        return
    try:
        task = _deferring().tasks[TASK]
    except UsageError:
        return
    at = datetime.now(UTC) + timedelta(seconds=in_seconds) if in_seconds > 0 else None
    job = task.configure(schedule_at=at, connection=connection.connection.driver_connection)
    job.defer(kind=kind, key=key)


def install(engine: Engine) -> None:
    """Make the engine's tables where there are none; of two workers that begin at once, one does. Raises StateError."""
    from procrastinate.schema import SchemaManager

    with translated(engine), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": INSTALLING})
        if not _is_installed(connection):
            connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def run(url: str, perform: Perform, stopping: threading.Event) -> None:
    """Work until `stopping`; ends with an exception where the database goes away, and is then started again."""
    asyncio.run(_run(url, perform, stopping))


def sweep(connection: Connection) -> int:
    """Defer what is due and has no job; returns how many."""
    left = connection.execute(_LEFT, {"queue": QUEUE}).all()
    for kind, key in left:
        defer(connection, kind, key)
    return len(left)


async def _run(url: str, perform: Perform, stopping: threading.Event) -> None:
    app = _app(url, perform)
    async with app.open_async():
        work = app.run_worker_async(
            queues=[QUEUE], concurrency=1, fetch_job_polling_interval=POLL, install_signal_handlers=False,
            delete_jobs="always", update_heartbeat_interval=HEARTBEAT, stalled_worker_timeout=STALLED,
        )  # fmt: skip
        worker = asyncio.create_task(work)
        while not stopping.is_set() and not worker.done():
            await _free_stalled(app)
            await asyncio.sleep(0.2)
        worker.cancel()
        try:
            await worker
        except asyncio.CancelledError:
            if not stopping.is_set():
                raise


async def _free_stalled(app: Any) -> None:
    """What a dead worker left under way wakes somebody else: whether there is work left, its row says."""
    loop = asyncio.get_running_loop()
    if loop.time() < getattr(app, "looked_at", 0) + SWEEP:
        return
    app.looked_at = loop.time()
    for job in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED):
        await app.job_manager.retry_job(job)


@cache
def _deferring() -> Any:
    """The engine for deferring alone: it has no connection of its own."""
    return _app("")


def _app(url: str, perform: Perform | None = None) -> Any:
    """The engine with its one task; raises UsageError where it is not installed."""
    try:
        import procrastinate
    except ImportError:
        raise UsageError(
            "Workers on a PostgreSQL ledger need Procrastinate. Install it: pip install 'campaign-runner[worker]'"
        ) from None

    class AtATime(procrastinate.BaseRetryStrategy):
        def get_retry_decision(self, *, exception: BaseException, job: Any) -> Any:
            if not isinstance(exception, Again):
                return None
            at = datetime.now(UTC) + timedelta(seconds=exception.seconds)
            return procrastinate.RetryDecision(retry_at=at)

    address = url.replace("+psycopg", "", 1)
    pooled = {"prepare_threshold": None}  # as in `store`: there may be a pooler between
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=address, kwargs=pooled, timeout=GIVEN_UP, reconnect_timeout=GIVEN_UP
        )
        if url
        else procrastinate.SyncPsycopgConnector()
    )

    @app.task(name=TASK, queue=QUEUE, retry=AtATime())
    def work(kind: str, key: str) -> None:
        again = perform(kind, key) if perform else None
        if again is not None:
            raise Again(again)

    return app


def _is_installed(connection: Connection) -> bool:
    return connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is not None
