"""What is kept about one person, in every campaign?  For requests under data protection law."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from campaign_runner.app.personal_data.personal_files import files_with
from campaign_runner.app.purge import hashes_of, person
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions, read
from campaign_runner.ledger import Ledger, personal_data, trace_removal
from campaign_runner.ledger.opening import look_into
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.contact import Contact
from campaign_runner.model.errors import FileUnusable
from campaign_runner.model.wording import count, day
from campaign_runner.reporting.person_file import write_person

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class PersonData:
    """Everything about `person`: rewards, rows of stored files as they were uploaded, files of the ledger and of the
    disk, other texts, their account (None: they have none), backups, and sentences about what is not covered."""

    person: str
    made_at: str
    rewards: Rows = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    files: Rows = field(default_factory=list)
    texts: Rows = field(default_factory=list)
    account: Mapping[str, Any] | None = None
    backups: Rows = field(default_factory=list)
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept, backups aside."""
        return not (self.rewards or self.rows or self.files or self.texts or self.account)

    def as_object(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def write_export(runtime: Runtime, who: str, target: Path) -> tuple[PersonData, list[Path]]:
    """The same in files (`reporting.person_file`)."""
    data = export_person(runtime, who)
    return data, write_person(target, data.as_object())


def export_person(runtime: Runtime, who: str) -> PersonData:
    """Gather it; raises UsageError where `who` is nobody's address or number."""
    contact = person(who)
    with look_into(runtime.state, runtime.ledger_url) as ledger:
        data = _found(runtime, ledger, contact)
        files = [file for file in data.files if file["kind"] != "report"]
        rows = [row for file in files for row in _rows(runtime, ledger, file, contact)]
    on_disk = [{"kind": "file", "name": str(path)} for path in files_with(runtime, contact)]
    shown = [{name: value for name, value in file.items() if name != "reading"} for file in data.files]
    return replace(data, rows=rows, files=[*shown, *on_disk])


def _found(runtime: Runtime, ledger: Ledger, contact: Contact) -> PersonData:
    """What stands in the tables."""
    with ledger.read() as connection:
        where = list(trace_removal.traces(connection, contact))
        persons = hashes_of(connection, contact)
        files = list(personal_data.files(connection, where))
        return PersonData(
            contact.text, runtime.at(), list(personal_data.rewards(connection, where, contact, persons)), [], files,
            list(personal_data.texts(where)), personal_data.account(connection, contact.text),
            list(_backups(runtime)), tuple(_notes(runtime)),
        )  # fmt: skip


def _rows(runtime: Runtime, ledger: Ledger, file: Mapping[str, Any], contact: Contact) -> Iterator[dict[str, Any]]:
    """The rows of a stored file in which they stand, as uploaded."""
    about = {name: file[name] for name in ("campaign_id", "environment", "name", "at")}
    how = file["reading"]
    with tempfile.TemporaryDirectory() as folder, ledger.read() as connection:
        copy = Path(folder) / Path(file["name"]).name
        copy.write_bytes(trace_removal.packed_file(connection, f"{file['kind']}_parts", file["number"]))
        try:
            options = ReadOptions(copy, how.get("sheet") or None, HiddenRows(how.get("hidden") or HiddenRows.INCLUDE))
            table = read(options, runtime.settings, runtime.rule_book)
            for rows in table.chunks():
                for number, cells in rows.cells.iterrows():
                    texts = [str(cell) for cell in cells]
                    if contact.is_in("\n".join(texts)):
                        headers = {column.header: texts[column.position] for column in table.columns}
                        yield {**about, "row": int(str(number)), "cells": headers}
        except FileUnusable as error:
            yield {**about, "row": 0, "cells": {"": f"The file cannot be read row by row: {error}"}}


def _backups(runtime: Runtime) -> Iterator[dict[str, Any]]:
    """The backups there are: they keep what they hold until they are deleted."""
    kept = runtime.settings.retention
    folder = Path(kept.backups) if kept.backups else None
    for path in sorted(folder.glob("ledger-*")) if folder and folder.is_dir() else ():
        made = runtime.clock.now().fromtimestamp(path.stat().st_mtime, runtime.clock.now().tzinfo)
        until = made + timedelta(days=kept.backups_days) if kept.backups_days else None
        yield {"name": str(path), "at": made.isoformat(timespec="seconds"),
               "kept_until": until.date().isoformat() if until else ""}  # fmt: skip


def _notes(runtime: Runtime) -> Iterator[str]:
    kept = runtime.settings.retention
    if kept.backups:
        how_long = f"for {count(kept.backups_days, 'day')}" if kept.backups_days else "until they are deleted"
        yield f"Backups of the ledger are in {kept.backups}. They still contain the data, {how_long}, and are not searched."
    else:
        yield "The folder of backups is not known: set [retention] backups. Backups contain data until they are deleted."
    yield "Tango stores its own records of every reward that was sent. Ask Tango about them."
    yield "Spreadsheets that somebody uploaded, and copies that people made, are not searched."
    yield f"Made on {day(runtime.at())}."
