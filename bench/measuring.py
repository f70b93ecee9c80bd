"""What does a command cost?  Wall time, processor time and peak memory of a process of its own.

The process that measures must stay small: what it holds when it starts a child counts as the child's peak on Linux.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.watching import watched

GOOD = (0, 1, 5)  # a command of ours ends with 1 where rows are faulty, with 5 where orders are not final


@dataclass(frozen=True)
class Cost:
    """What one run of a command took, with all processes below it. `said` is the last line of its standard output."""

    seconds: float
    processor: float
    peak_mb: float
    said: str = ""


class Failed(Exception):
    """A command did not end as it should."""


def cost_of(command: Sequence[str], cwd: Path | None = None) -> Cost:
    """Run a command; raises Failed unless it ends well."""
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        with watched(process.pid) as together:
            said, complained = process.stdout.read().decode(), process.stderr.read().decode()
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode not in GOOD:
        raise Failed(
            f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said[-500:]}{complained[-1500:]}"
        )
    peak = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return Cost(seconds, used.ru_utime + used.ru_stime, max(peak, *together), (said.strip().splitlines() or [""])[-1])


def middle(costs: Sequence[Cost], times: float = 1) -> dict[str, object]:
    """The medians of some runs; `times` where only a part of the rows was given."""
    return {
        "seconds": round(median(cost.seconds for cost in costs) * times, 3),
        "processor_seconds": round(median(cost.processor for cost in costs) * times, 3),
        "peak_mb": round(median(cost.peak_mb for cost in costs)),
        "runs": [round(cost.seconds * times, 3) for cost in costs],
    }


def machine() -> dict[str, object]:
    """What this was measured on; no names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(), "memory_gb": round(memory), "processor": _processor(), "system": platform.system(),
        "python": platform.python_version(),
    }  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
