"""`python -m bench [--quick] [--only JOB …] [--page]`: measure, print, keep in docs/bench-results.json."""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench import figures, jobs
from bench.job import Contender, Job
from bench.measuring import Cost, cost_of, machine, middle

RESULTS = Path("docs/bench-results.json")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 rows, once; nothing is kept")
    parser.add_argument("--only", nargs="+", default=[], metavar="JOB", help="these jobs alone")
    parser.add_argument("--times", type=int, default=3, help="how often each contender runs")
    parser.add_argument(
        "--page", action="store_true", help="write the figures into docs/performance.md, measure nothing"
    )
    asked = parser.parse_args()
    if asked.page:
        figures.write(json.loads(RESULTS.read_text("utf-8")))
        return
    chosen = jobs.jobs(100_000, 10_000) if asked.quick else jobs.jobs(1_000_000, 100_000)
    if unknown := set(asked.only) - {job.key for job in chosen}:
        parser.error(f"no such job: {', '.join(sorted(unknown))}; known: {', '.join(job.key for job in chosen)}")
    for job in chosen:
        if not asked.only or job.key in asked.only:
            found = measured(job, 1 if asked.quick else min(job.times, asked.times))
            print(figures.table(found), flush=True)
            if not asked.quick:
                keep(job.key, found)


def measured(job: Job, times: int) -> dict[str, Any]:
    """All contenders in turn, and that so many times: noise meets each of them alike."""
    able = [one for one in job.contenders if not one.needs or find_spec(one.needs)]
    costs: dict[str, list[Cost]] = {one.name: [] for one in able}
    print(f"\n{job.title}: {times} x {len(able)} …", flush=True)
    with ExitStack() as stack:
        place = stack.enter_context(job.contenders[0].stage()) if job.shared else None
        for _ in range(times):
            for one in able:
                costs[one.name].append(_cost(one, place))
    contenders = {one.name: middle(costs[one.name], one.part) for one in able}
    first = float(str(contenders[able[0].name]["seconds"]))
    for one in able:
        contenders[one.name]["ratio"] = round(float(str(contenders[one.name]["seconds"])) / first, 2)
        if one.part > 1:
            contenders[one.name]["measured_on_one_row_in"] = one.part
    missing = [one.name for one in job.contenders if one not in able]
    return {"title": job.title, "goal": job.goal, "contenders": contenders, "facts": job.facts(contenders),
            "not_installed": missing, "date": time.strftime("%Y-%m-%d")}  # fmt: skip


def _cost(one: Contender, place: Any) -> Cost:
    if place:
        return cost_of(one.command(place))
    with one.stage() as own:
        return cost_of(one.command(own))


def keep(key: str, found: dict[str, Any]) -> None:
    """Put a job's figures into the results; the other jobs' stay."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {"jobs": {}}
    known["machine"] = machine()
    known["jobs"][key] = found
    RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
