"""Does a log line of the whole suite name a sample person, or a secret?  Then the test that wrote it fails.

Every record of this process is looked at as the program would write it, and so is every line of the processes that the
tests start: they write into a file that CAMPAIGN_RUNNER_LOG_FILE names.
"""

from __future__ import annotations

import csv
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_runner.model.log import LEVELS, JsonLines

FILE = "CAMPAIGN_RUNNER_LOG_FILE"
SAMPLES = Path(__file__).parents[1] / "samples"
PERSONAL = ("First name", "Last name", "E-mail", "Mobile", "Street", "Shipping contact", "Shipping e-mail")
SECRETS = ("of-nobody", "platform-key-5", "client-secret-5", "pass-word-5", "very secret", "seven wet umbrellas")


def personal_values() -> set[str]:
    """What the samples say of people; all sample people live at example.com."""
    found: set[str] = set()
    for path in SAMPLES.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found |= {row[column] for row in csv.DictReader(lines) for column in PERSONAL if row.get(column)}
    return {value for value in found if len(value) >= 5}


_WORDS = "|".join(re.escape(value) for value in sorted({*personal_values(), *SECRETS}, key=len, reverse=True))
PRIVATE = re.compile(rf"@example\.(?:com|org)|(?<!\w)(?:{_WORDS})(?!\w)")


class Scan(logging.Handler):
    """Looks at every line; `lines` counts them."""

    def __init__(self, file: Path) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonLines())
        self.file, self.read, self.lines = file, 0, 0
        self.findings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """A line of this process."""
        self.look(self.format(record))

    def look(self, line: str) -> None:
        """A line of any process."""
        self.lines += 1
        if PRIVATE.search(line):
            self.findings.append(line[:1000])

    def look_at_file(self) -> None:
        """What other processes wrote meanwhile."""
        if self.file.exists() and self.file.stat().st_size > self.read:
            with self.file.open(encoding="utf-8", errors="replace") as lines:
                lines.seek(self.read)
                for line in lines.read().splitlines():
                    self.look(line)
                self.read = lines.tell()

    def taken(self) -> list[str]:
        """What was found since the last call."""
        found, self.findings = self.findings, []
        return found


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.mkdtemp(prefix="campaign-runner-log-")
    scan = Scan(Path(folder) / "log.jsonl")
    config.stash[SCAN] = scan
    os.environ[FILE] = str(scan.file)
    logging.getLogger().addHandler(scan)
    logging.getLogger().setLevel(logging.INFO)
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)


SCAN = pytest.StashKey[Scan]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    scan = item.config.stash[SCAN]
    scan.taken()
    try:
        return (yield)
    finally:
        scan.look_at_file()
        if found := scan.taken():
            pytest.fail("A log line holds personal data or a secret:\n" + "\n".join(found[:5]), pytrace=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    scan = config.stash[SCAN]
    logging.getLogger().removeHandler(scan)
    scan.file.unlink(missing_ok=True)
    scan.file.parent.rmdir()
