"""An empty spreadsheet with the company's rewards to choose from, for whoever asks the server.

It is made by a process of its own (`python -m campaign_runner.app.company_template FILE [SCHEMAS]`, the rewards on standard
input): what serves pages loads nothing that reads or writes spreadsheets.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from campaign_runner.app.reward_list import reward_list
from campaign_runner.app.workspace import Workspace
from campaign_runner.model.errors import StateError

SECONDS = 60


def company_template(workspace: Workspace) -> bytes:
    """The workbook; raises StateError where it cannot be made."""
    names = orjson.dumps([name for _, name in reward_list(workspace)])
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        path = Path(folder) / "template.xlsx"
        words = [sys.executable, "-m", __name__, str(path), *filter(None, [str(workspace.schemas or "")])]
        done = subprocess.run(words, input=names, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 (ours)
        if done.returncode:
            raise StateError("The template could not be created. Try again, or look at the log of the server.")
        return path.read_bytes()


if __name__ == "__main__":
    from campaign_runner.app.template import write_empty_template

    schemas = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    write_empty_template(Path(sys.argv[1]), schemas, rewards=orjson.loads(sys.stdin.buffer.read()))
