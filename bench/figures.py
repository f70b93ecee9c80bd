"""How are the figures shown?  As a table on the terminal, and between two marks in docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path("docs/performance.md")
BEGIN, END = "<!-- speed: written by `make bench` -->", "<!-- end of speed -->"
# What the page shows: jobs in this order.
SHOWN = ("check", "growth-csv", "run", "plan", "check-xlsx", "growth-xlsx", "reports", "results-xlsx", "faulty", "start-up",
         "paced", "follow", "resume", "status", "floors", "serve-crowd", "serve-campaigns", "serve-rows")  # fmt: skip


def table(found: Mapping[str, Any]) -> str:
    """One job for the terminal."""
    rows = [
        f"  {name:44}{cost['seconds']:>9.2f} s {cost['processor_seconds']:>9.2f} s cpu {cost['peak_mb']:>7,} MB"
        f" {cost['ratio']:>7.2f} x"
        for name, cost in found["contenders"].items()
    ]
    facts = [f"  {name}: {value:g}" for name, value in found["facts"].items()]
    missing = [f"  not installed, so left out: {name}" for name in found["not_installed"]]
    return "\n".join([found["title"], *rows, *facts, *missing, f"  to reach: {found['goal']}"])


def write(results: Mapping[str, Any]) -> None:
    """Fill the place between the marks."""
    before, begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{PAGE} has no place for the figures: put {BEGIN} and {END} where they belong.")
    PAGE.write_text(f"{before}{BEGIN}\n{section(results)}\n{END}{after}", "utf-8")


def section(results: Mapping[str, Any]) -> str:
    """The figures as the page shows them."""
    machine = results["machine"]
    told = f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, Python {machine['python']}"
    how = "Medians of one to three runs (`docs/bench-results.json`), measured by `make bench`"
    return "\n".join([*_lines(results["jobs"]), "", f"{how} on {told}."])


def _lines(jobs: Mapping[str, Any]) -> Iterator[str]:
    yield "| Job | Way | Seconds | Peak MB | Times ours |"
    yield "|---|---|---:|---:|---:|"
    for key in (key for key in SHOWN if key in jobs):
        title = jobs[key]["title"]
        for name, cost in jobs[key]["contenders"].items():
            shown = f"{cost['seconds']:.2f}" if cost["seconds"] < 10 else f"{cost['seconds']:.0f}"
            yield f"| {title} | {name} | {shown} | {cost['peak_mb']:,} | {cost['ratio']:.2f} |"
            title = ""
