"""The figures of docs/performance.md are those that were measured, at full size."""

from __future__ import annotations

import json
from pathlib import Path

from bench import figures, jobs

ROOT = Path(__file__).parents[1]
RESULTS = json.loads((ROOT / "docs" / "bench-results.json").read_text("utf-8"))


def test_the_page_shows_what_was_measured():
    assert figures.section(RESULTS) in (ROOT / "docs" / "performance.md").read_text("utf-8")


def test_what_was_measured_are_the_jobs_of_the_bench_at_full_size():
    full = {job.key: job.title for job in jobs.jobs(1_000_000, 100_000)}
    measured = {key: found["title"] for key, found in RESULTS["jobs"].items()}
    assert measured.items() <= full.items()
    assert set(figures.SHOWN) == set(full)
