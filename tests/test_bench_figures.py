"""The figures of the README are those that were measured, and each job of the bench stands among them."""

from __future__ import annotations

import json
from pathlib import Path

from bench import jobs, readme

ROOT = Path(__file__).parents[1]
RESULTS = json.loads((ROOT / "docs" / "bench-results.json").read_text("utf-8"))


def test_the_readme_shows_what_was_measured():
    assert readme.section(RESULTS) in (ROOT / "README.md").read_text("utf-8")


def test_every_job_was_measured_at_full_size_and_is_shown():
    full = {job.key: job.title for job in jobs.jobs(1_000_000, 100_000)}
    assert {key: found["title"] for key, found in RESULTS["jobs"].items()} == full
    assert set(readme.SHOWN) == set(full)
