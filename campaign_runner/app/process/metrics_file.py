"""How do the figures of a run without a server reach Prometheus?  Through a file that node_exporter's textfile collector
reads: those of the ledger, and how the last run ended.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign_runner.app.metrics import ledger_metrics, metrics_text
from campaign_runner.ledger.counters import GAUGE, Metric, Sample
from campaign_runner.ledger.ledger_files import FILE
from campaign_runner.ledger.opening import look_into
from campaign_runner.model.errors import CampaignRunnerError, ExitCode

EVERY = 15.0
DONE = (ExitCode.DONE, ExitCode.NEEDS_ACTION)
ENDED = Metric("last_run_timestamp_seconds", GAUGE, "When the last run ended (seconds since 1970), by command.")
SUCCEEDED = Metric(
    "last_success_timestamp_seconds", GAUGE, "When a run last ended with exit code 0 or 1, by command."
)
CODE = Metric("last_run_exit_code", GAUGE, "The exit code of the last run, by command.")
LASTED = Metric("last_run_duration_seconds", GAUGE, "How long the last run took, by command.")
RUN_METRICS = (ENDED, SUCCEEDED, CODE, LASTED)
Place = Callable[[], tuple[Path, str]]


@contextmanager
def metrics_written(path: Path | None, command: str, place: Place, *, every: float = 0) -> Iterator[None]:
    """Writes the file when the block ends, however it does, and meanwhile `every` so many seconds (0: not). `place` is
    state folder and address of the ledger."""
    if path is None:
        yield
        return
    began, ended = time.time(), threading.Event()

    def keep() -> None:
        while not ended.wait(every):
            _write(path, place, {})

    keeper = threading.Thread(target=keep, daemon=True)
    if every:
        keeper.start()
    code = int(ExitCode.DONE)
    try:
        yield
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        code = int(ExitCode.INTERRUPTED if interrupted else getattr(error, "exit_code", ExitCode.FAULT))
        raise
    finally:
        ended.set()
        if every:
            keeper.join()
        now = time.time()
        last = now if code in DONE else _last_success(path)
        values = {ENDED: now, CODE: float(code), LASTED: now - began, **({SUCCEEDED: last} if last else {})}
        _write(path, place, {metric: [Sample({"command": command}, value)] for metric, value in values.items()})


def _write(path: Path, place: Place, of_run: dict[Metric, list[Sample]]) -> None:
    """The whole file or none. Figures name nobody: the collector's account may read them. What watches the work does not
    stop it."""
    measured = [*_of_ledger(place), *of_run.items()]
    # Two files of one folder must not have the same series.
    text = metrics_text((metric, [Sample({"source": path.stem, **s.labels}, s.value) for s in samples])
                        for metric, samples in measured)  # fmt: skip
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(text, "utf-8")
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        print(f"campaign-runner: --metrics-file {path} cannot be written ({error.strerror}).", file=sys.stderr)
        draft.unlink(missing_ok=True)


def _of_ledger(place: Place) -> list[tuple[Metric, list[Sample]]]:
    """None where there is no ledger, or it cannot be read: the exit code says why."""
    try:
        folder, url = place()
        if not url and not (folder / FILE).exists():
            return []
        with look_into(folder, url) as ledger:
            return ledger_metrics(ledger)
    except CampaignRunnerError:
        return []


def _last_success(path: Path) -> float:
    try:
        before = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return 0.0
    known = re.search(rf"^campaign_runner_{SUCCEEDED.name}{{.*}} ([0-9.e+]+)$", before, re.M)
    return float(known[1]) if known else 0.0
