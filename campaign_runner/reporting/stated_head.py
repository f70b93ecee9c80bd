"""Which head of the ledger's chain of events does a report name?  Reports of every kind carry it: to be proved later."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import orjson

from campaign_runner.model.errors import UsageError
from campaign_runner.model.plan_facts import StatedHead

LONGEST = 64 * 1024 * 1024
SHORTEST = 12
_HASH = re.compile(r"\b[0-9a-f]{64}\b")

# As people read it in pages, workbooks and journals: "event 41 of the ledger, head 3f2a…".
# As properties of a workbook and the first lines of a journal name it; whatever else has 64 digits (a plan, a file, a
# cell) is not a head.
_NAMED = re.compile(r"(?:Ledger head|chain of events)[^\n]{0,200}?((?:[0-9a-f]{64}(?:, )?)+)")
_STAMP = re.compile(r"event ([0-9]+) of the ledger, head ([0-9a-f]{64})")


def given(text: str) -> StatedHead:
    """A head as typed; raises UsageError."""
    digest = text.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", digest):
        raise UsageError(
            f"--head {text}: give the head as a report shows it, at least its first {SHORTEST} characters."
        )
    return StatedHead(digest)


def of_report(path: Path) -> list[StatedHead]:
    """The heads that a report names; raises UsageError where it names none."""
    try:
        data = path.read_bytes()[:LONGEST]
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be read ({error.strerror}). Check the name.") from None
    found = _of_json(data) if data.lstrip()[:1] == b"{" else _of_text(_texts(path, data))
    if not found:
        raise UsageError(
            f"--report {path}: this file names no head of a ledger. Give summary.json, plan.json, report.html, "
            "plan.html, finance.xlsx or a journal as campaign-runner wrote it."
        )
    return found


def _of_json(data: bytes) -> list[StatedHead]:
    try:
        content = orjson.loads(data)
    except ValueError:
        return []
    digest = str(content.get("ledger_head") or "")
    number = content.get("ledger_events")
    return [StatedHead(digest, number if isinstance(number, int) else None)] if _HASH.fullmatch(digest) else []


def _of_text(text: str) -> list[StatedHead]:
    stamped = [StatedHead(digest, int(number)) for number, digest in _STAMP.findall(text)]
    if stamped:
        return list(dict.fromkeys(stamped))
    named = ", ".join(_NAMED.findall(text))
    return [StatedHead(digest) for digest in dict.fromkeys(_HASH.findall(named))]


def _texts(path: Path, data: bytes) -> str:
    """What a page, a journal or a workbook says."""
    if not zipfile.is_zipfile(path):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(path) as book:
        shown = [info for info in book.infolist() if info.filename.endswith(("custom.xml", "sharedStrings.xml"))]
        return "\n".join(book.read(info).decode("utf-8", "replace") for info in shown if info.file_size < LONGEST)
