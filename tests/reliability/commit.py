"""Which commit is tested?  Each plays seeds, and dies at places, of its own."""

from __future__ import annotations

import functools
import subprocess

from tests.reliability.processes import ROOT


@functools.cache
def commit() -> str:
    """The commit that is tested; always the same where this is no clone."""
    call = ["git", "rev-parse", "HEAD"]
    try:
        return subprocess.run(call, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "0"


def number_of(commit: str) -> int:
    """A commit as a number."""
    return int(commit[:8], 16)


def seeds_of(commit: str, count: int = 150) -> range:
    """The seeds that a commit stands for: none of the fixed ones."""
    first = 1_000_000 + number_of(commit) % 1_000_000_000
    return range(first, first + count)
