"""What comes of one file of the inbox?  It is proven whole, decrypted if need be, and run, or left to workers."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from campaign_runner.app.incoming.inbox_files import ERROR, FAILURES, OPENPGP, SUMMARY, InboxFile, require_whole
from campaign_runner.app.incoming.inbox_place import DONE, FAILED
from campaign_runner.app.incoming.openpgp import opened
from campaign_runner.app.overrides import Overrides
from campaign_runner.app.runtime import Runtime
from campaign_runner.ledger import open_ledger, submissions
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.ledger.sendings import Stage, stage_of
from campaign_runner.model.errors import MEANING, ExitCode, FileUnusable
from campaign_runner.model.wording import day

if TYPE_CHECKING:
    from campaign_runner.app.steps.draft import ReadOptions

SENT = (ExitCode.DONE, ExitCode.NEEDS_ACTION, ExitCode.REPORTS_MISSING)
# What stays in `work/`: the next look goes on with it.
STAYS = (ExitCode.NOT_FINISHED, ExitCode.STOPPED, ExitCode.CAMPAIGN_HELD, ExitCode.INTERRUPTED, ExitCode.FAULT)
SUMMARY_JSON = "summary.json"
SENT_BEFORE = "Nothing was sent now: these rows were sent before."
AT_WORK = "The workers of this ledger send it."


class FileOutcome(NamedTuple):
    """What came of a file: its exit code, what is to be said, its reports; whether it waits for a person or for workers."""

    code: ExitCode
    note: str = ""
    reports: Path | None = None
    waits: bool = False
    waits_for_workers: bool = False
    sent: Mapping[str, Any] = MappingProxyType({})


def run_inbox_file(file: InboxFile, runtime: Runtime, patience: float, *, detached: bool = False) -> FileOutcome:
    """Run one file that was taken. `detached`: workers of the ledger send it, and it is asked for again."""
    from campaign_runner.app.run import run_file

    reports = runtime.reports / runtime.settings.campaign.id
    with _plain(file, runtime) as (reading, declared):
        if note := _known(reading, runtime):
            return FileOutcome(ExitCode.DONE, note)
        sent = _sending_of(reading, runtime) if detached else None
        if sent is Stage.UNDER_WAY:
            return FileOutcome(ExitCode.NOT_FINISHED, AT_WORK, waits_for_workers=True)
        leave = detached and sent is Stage.NONE
        wanted = Overrides(rows=declared.get("rows"), totals=declared.get("totals"))
        runtime = replace(runtime, settings=wanted.on(runtime.settings))
        result = run_file(reading, runtime, patience=patience, detach=leave)
    if leave and result.exit_code is ExitCode.NOT_FINISHED:
        return FileOutcome(result.exit_code, AT_WORK, waits_for_workers=True)
    again = result.books.sent_before.lines and not result.books.sent_now.lines and not detached
    return FileOutcome(result.exit_code, SENT_BEFORE if again else "", reports)


def sent_by(outcome: FileOutcome) -> dict[str, Any]:
    """What a call sent, and what had been sent before it, as its summary says it."""
    known = _known_summary(outcome)
    return {name: known[name] for name in ("sent_now", "sent_before") if name in known}


def after_placing(outcome: FileOutcome, sent: Mapping[str, Any]) -> FileOutcome:
    """What came of a file that an earlier call placed, which sent this."""
    placed = sent.get("sent_now", {}).get("lines") and outcome.note == SENT_BEFORE
    return outcome._replace(sent=sent, note="" if placed else outcome.note)


def write_outcome(file: InboxFile, outcome: FileOutcome) -> str:
    """Write what came of a file beside it, in `work/`; returns where it ends: done or failed."""
    code, reports = outcome.code, outcome.reports
    file.write(SUMMARY, _summary(outcome))
    if code is ExitCode.DONE:
        file.place.remove(file.work + ERROR)
    else:
        file.write(ERROR, f"{outcome.note or f'{MEANING[code]}.'}\n".encode())
    if reports and (reports / "failures.xlsx").is_file() and code is ExitCode.NEEDS_ACTION:
        file.write(FAILURES, (reports / "failures.xlsx").read_bytes())
    return DONE if code in SENT else FAILED


def campaign_id(name: str) -> str:
    """`q4 Berlin.xlsx` -> `q4-Berlin`: the campaign of a file that only a workspace.toml speaks for."""
    return re.sub(r"[^A-Za-z0-9]+", "-", Path(name).stem)[:40].strip("-") or "campaign"


@contextmanager
def _plain(file: InboxFile, runtime: Runtime) -> Iterator[tuple[ReadOptions, dict[str, Any]]]:
    """How the spreadsheet is to be read, proven whole and decrypted, with its declared totals; copies go."""
    from campaign_runner.app.steps.draft import ReadOptions

    inbox, name = runtime.settings.inbox, file.name
    with (
        tempfile.TemporaryDirectory(prefix="inbox-") as folder,
        file.place.local(file.work, Path(folder)) as path,
    ):
        declared = require_whole(file, path, inbox.require)
        if name.suffix.lower() in OPENPGP:
            path = opened(path, _below(Path(folder) / "opened") / file.plain_name, name.name, inbox)
        elif inbox.signers:
            raise FileUnusable(
                f"{name.name} is not signed, and [inbox] signers demands a signature on every file. Nothing was sent. Send "
                "it as an OpenPGP file (.pgp, .gpg or .asc)."
            )
        copy = path if path.is_relative_to(folder) else None
        yield ReadOptions(path, copy=copy), declared


def _below(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _known(reading: ReadOptions, runtime: Runtime) -> str:
    """What is to be said of a file whose very bytes were run for another campaign; "" where they were not."""
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger, ledger.read() as connection:
        before = submissions.with_digest(connection, file_sha256(reading.file))
    mine = runtime.settings.campaign.id
    if not before or any(one.campaign_id == mine for one in before):
        return ""
    first = before[0]
    return (
        f"The same file was submitted on {day(first.at)} as {first.name} of the campaign {first.campaign_id}. Nothing "
        "was sent. If a second reward is intended, change the file."
    )


def _sending_of(reading: ReadOptions, runtime: Runtime) -> Stage:
    """How far workers are with these very bytes."""
    campaign = runtime.settings.tango.environment, runtime.settings.campaign.id
    with open_ledger(runtime.state, runtime.ledger_url, runtime.actor) as ledger, ledger.read() as connection:
        return stage_of(connection, *campaign, file_sha256(reading.file))


def _known_summary(outcome: FileOutcome) -> dict[str, Any]:
    try:
        return dict(orjson.loads((outcome.reports / SUMMARY_JSON).read_bytes())) if outcome.reports else {}
    except (OSError, ValueError):
        return {}


def _summary(outcome: FileOutcome) -> bytes:
    code = outcome.code
    known = {**_known_summary(outcome), **outcome.sent} if code in SENT else {}
    note = {"note": outcome.note} if outcome.note else {}
    summary = {"finished": code is ExitCode.DONE, **known, "exit_code": int(code), **note}
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n"
