"""The process that answers people works on the ledger alone: it starts quickly and stays small."""

from __future__ import annotations

import subprocess
import sys

LIGHT = ("workspace", "campaigns", "submissions", "jobs", "audit", "correct_cells")


def test_what_the_web_process_calls_imports_no_pandas() -> None:
    modules = ", ".join(f"campaign_runner.app.{name}" for name in LIGHT)
    code = f"import sys, {modules}; print({{'pandas', 'numpy', 'pyarrow'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
