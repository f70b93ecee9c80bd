"""The process that answers people works on the ledger alone: it starts quickly and stays small."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

from campaign_runner.app.process.gc_pause import collect_as_usual, collect_seldom
from campaign_runner.entrypoints.cli import COMMANDS, program
from campaign_runner.ledger import open_ledger
from tests.ledger.ledgers import line, planned

LIGHT = ("workspace", "views.campaigns", "submissions", "jobs", "audit", "correct_cells")

HURRY = ("status", "approve", "release", "halt", "resume", "withdraw", "schedule")
WITHOUT_PANDAS = """
import sys
for name in ("pandas", "numpy", "pyarrow"):
    sys.modules[name] = None  # whoever imports it now, fails
from campaign_runner.entrypoints.cli import main
main([*sys.argv[3:], *sys.argv[1:3]])
"""
NOT_OF_A_CHECK = """"httpx", "tenacity", "jinja2", "openpyxl", "sqlalchemy", "campaign_runner.ledger.opening",
    "campaign_runner.ledger.store", "campaign_runner.ledger.schema\""""


def test_what_the_web_process_calls_imports_no_pandas() -> None:
    modules = ", ".join(f"campaign_runner.app.{name}" for name in LIGHT)
    code = f"import sys, {modules}; print({{'pandas', 'numpy', 'pyarrow'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_what_people_call_in_a_hurry_imports_no_pandas() -> None:
    """Of the modules behind these commands; `release` reads the file only to name its recipients."""
    modules = ", ".join(f"campaign_runner.app.{name}" for name in HURRY)
    code = f"import sys, {modules}; print({{'pandas', 'numpy', 'pyarrow'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_status_and_halt_are_carried_out_without_pandas(tmp_path: Path) -> None:
    with open_ledger(tmp_path / ".campaign-runner") as ledger:
        planned(ledger, (line(1),))
    call = [sys.executable, "-c", WITHOUT_PANDAS, "--state", str(tmp_path / ".campaign-runner")]
    (tmp_path / "campaign.toml").write_text('[campaign]\nid = "q4"\n', "utf-8")
    for words in (["status"], ["halt", "q4", "--reason", "wrong amounts"], ["schedule", "q4", "--at", "2999-01-01T09:00Z"],
                  ["withdraw", "q4", "--reason", "the budget was cut"], ["resume", "q4"]):  # fmt: skip
        done = subprocess.run([*call, *words], capture_output=True, text=True, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), words


def test_a_check_loads_no_network_library_no_database_and_no_page_templates(tmp_path: Path) -> None:
    """Of the ledger only what names the account and the file: SQLAlchemy would be a sixth of its time."""
    (tmp_path / "campaign.toml").write_text('[campaign]\nid = "q4"\n', "utf-8")
    (tmp_path / "q4.csv").write_text(
        "Delivery method,UTID,First name,Last name,E-mail,Amount\nEMAIL,U561593,Ana,Silva,ana@example.com,5\n",
        "utf-8",
    )
    code = WITHOUT_PANDAS.replace('"pandas", "numpy", "pyarrow"', NOT_OF_A_CHECK)
    call = [sys.executable, "-c", code, "--state", str(tmp_path / ".campaign-runner"), "check", "q4.csv"]
    done = subprocess.run(call, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr


def test_a_command_that_is_named_is_made_alone() -> None:
    alone, group, whole = program(["check", "q4.csv"]), program(["token", "list"]), program(["chekc"])
    assert ([one.name for one in alone.registered_commands], alone.registered_groups) == (["check"], [])
    assert (group.registered_commands, len(group.registered_groups)) == ([], 1)
    assert len(whole.registered_commands) == len(COMMANDS)


def test_a_command_seldom_looks_for_garbage_and_a_process_that_stays_does() -> None:
    before = gc.get_threshold()
    try:
        collect_as_usual()
        usual = gc.get_threshold()
        collect_seldom()
        assert gc.get_threshold()[0] > usual[0]
    finally:
        gc.set_threshold(*before)
