"""Is this machine fit to run campaigns?  Who may read ledger and keys, its clock, the heads noted beside the ledger."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaign_runner.app.steps import newest
from campaign_runner.ledger import Ledger, events, keys
from campaign_runner.preflight import clock_jumps

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# In a folder that was made before, others may see names; what is in it, the program makes for its own account alone.
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# Files of the state folder that hold personal data or secrets.
_PRIVATE = ("ledger*.sqlite*", keys.FILE, "token.json", "simulator.jsonl", "heads/*.json")
_NAMED_BY = ("TANGO_", "NOTIFY_", "WEBHOOK_SECRET_", keys.VARIABLE)


@dataclass(frozen=True)
class Diagnosis:
    """One thing that `doctor` looked at; `advice` says what to do where it is not well, `where` it was seen: a path, an
    address, a setting or a variable ("" = `found` says it)."""

    subject: str
    well: bool
    found: str
    advice: str = ""
    where: str = ""


def permissions(state: Path, environ: Mapping[str, str] = os.environ) -> Diagnosis:
    """May anybody but this account read or write the state folder, the key of the audit log, or files with credentials?"""
    secrets = [Path(path) for name, path in environ.items() if name.startswith(_NAMED_BY) and name.endswith("_FILE")]
    inside = [path for pattern in _PRIVATE for path in sorted(state.glob(pattern))]
    open_ = [path for path in (state, *inside, *secrets) if path.exists() and _is_open(path)]
    if not open_:
        return Diagnosis("permissions", True, "only this account can read the ledger and the keys")
    shown = ", ".join(f"{path} (mode {_mode(path):03o})" for path in open_[:5])
    more = f" and {len(open_) - 5} more" if len(open_) > 5 else ""
    closing = " && ".join(_commands(open_))
    return Diagnosis("permissions", False, f"other accounts may read or write {shown}{more}", f"Run: {closing}")


def clocks(ledger: Ledger, now: datetime, date_header: str, time_zone: str) -> Diagnosis:
    """Does the clock agree with the ledger's newest event and with Tango's servers?"""
    with ledger.read() as connection:
        last = events.newest_at(connection)
    wrong = [*clock_jumps.against_ledger(now, last), *clock_jumps.against_tango(now, date_header)]
    books = f"the books are kept in {time_zone or 'UTC'} ([finance] time_zone)"
    return Diagnosis("clock", not wrong, " ".join(wrong) or f"{now:%Y-%m-%d %H:%M} UTC; {books}")


def heads(ledger: Ledger) -> Diagnosis:
    """Does the ledger hold the newest event that was noted of each campaign?"""
    lacking = [sentence for name in ledger.notes.names() if (sentence := newest.older(ledger, name))]
    if lacking:
        return Diagnosis("heads", False, " ".join(lacking))
    many = len(list(ledger.notes.names()))
    return Diagnosis("heads", True, f"the ledger holds the newest event that was noted of {many} campaigns")


def _commands(paths: list[Path]) -> Iterator[str]:
    for mode, wanted in (("700", Path.is_dir), ("600", Path.is_file)):
        if chosen := [shlex.quote(str(path)) for path in paths if wanted(path)]:
            yield f"chmod {mode} {' '.join(chosen)}"


def _is_open(path: Path) -> bool:
    return bool(_mode(path) & (_OTHERS_WRITE if path.is_dir() else _OTHERS))


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
