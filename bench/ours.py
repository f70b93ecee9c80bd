"""Parts of campaign-runner that the command line does not offer alone: `run` and `reports` with chosen reports."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from campaign_runner import settings
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.run import run_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions

# What the other contenders write too.
PLAIN = frozenset({"results.csv", "failures.csv", "finance.csv", "summary.json"})


def main(command: str, config: str, folder: str, *rest: str) -> None:
    """`run CONFIG FOLDER FILE WAIT` or `reports CONFIG FOLDER NAME …`."""
    known = settings.load(Path(config))
    runtime = Runtime(known, Path(folder) / "state", Path(folder) / "reports", settings.credentials(known, {}))
    if command == "run":
        result = run_file(ReadOptions(Path(rest[0])), replace(runtime, only=PLAIN), patience=float(rest[1]))
    else:
        result = report_campaign(replace(runtime, only=frozenset(rest)))
    print({status: number for status, number in result.books.rows.items() if number})


if __name__ == "__main__":
    main(*sys.argv[1:])
