"""Which files beside the ledger may hold names and contact data?  Reports, and copies of older ledgers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import orjson

from campaign_runner.app.runtime import Runtime
from campaign_runner.model.contact import Contact
from campaign_runner.reporting.targets import WrittenReports

# Reports without names or contact data.
_IMPERSONAL = ("finance.", "journal.", "summary.json", "statement.")
_COPIES = ("ledger-version-*.sqlite", "ledger.sqlite.before-restore-*")


def reports_of(runtime: Runtime, campaign_ids: Collection[str]) -> Iterator[Path]:
    """The reports of campaigns that hold names or contact data."""
    folders = {str((runtime.reports / name).absolute()) for name in campaign_ids}
    for path in personal_files(runtime):
        if str(path.parent.absolute()) in folders and not path.name.startswith(_IMPERSONAL):
            yield path


def files_with(runtime: Runtime, contact: Contact) -> list[Path]:
    """The files in which a recipient stands."""
    return [path for path in personal_files(runtime) if _holds(contact, path)]


def copies_of_ledger(runtime: Runtime) -> Iterator[Path]:
    """Copies of the ledger that were made before a migration or a restore."""
    for pattern in _COPIES:
        yield from sorted(runtime.state.glob(pattern))


def personal_files(runtime: Runtime) -> Iterator[Path]:
    """Every file below the folder of reports, those that runs noted elsewhere, and copies of older ledgers."""
    here = dict.fromkeys(path for path in runtime.reports.rglob("*") if path.is_file())
    for note in sorted((runtime.state / "reports").glob("*.json")):
        try:
            noted = [Path(one[1]) for one in orjson.loads(note.read_bytes())["reports"]]
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            continue
        here |= dict.fromkeys(path for path in noted if path.is_file())
    here |= dict.fromkeys(copies_of_ledger(runtime))
    there: dict[Path, Path] = {}
    for path in here:
        there.setdefault(path.absolute(), path)
    yield from there.values()


def delete_ours(runtime: Runtime, paths: Iterable[Path]) -> list[Path]:
    """Delete those that this program wrote and nobody has touched since, and copies of the ledger; returns these."""
    written, copies = WrittenReports(runtime.state / "reports" / "written"), set(copies_of_ledger(runtime))
    gone = []
    for path in paths:
        if path in copies or written.is_untouched(path):
            with suppress(OSError):
                path.unlink()
                gone.append(path)
    return gone


def _holds(contact: Contact, path: Path) -> bool:
    try:
        return contact.is_in_file(path)
    except OSError:
        return False
