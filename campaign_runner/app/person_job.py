"""A worker exports or erases one person's data, as `person export` and `person erase` do; an export is kept for a day."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from campaign_runner.app import screen
from campaign_runner.app.personal_data.person_export import write_export
from campaign_runner.app.purge import PERSONAL_TABLES, purge_recipient
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import person_requests
from campaign_runner.ledger.person_requests import DONE, EXPORT, FAILED, PREVIEW, WORKING, PersonRequest
from campaign_runner.model.contact import Contact
from campaign_runner.model.wording import count
from campaign_runner.settings import Credentials

DAY = 86_400.0
_INTERRUPTED = "It was interrupted, and who is meant is not kept while it lasts. Ask for it again."
_NOTHING = "Nothing to erase: the ledger has no final data of this person that was not erased before."


def do_person_request(workspace: Workspace, key: str) -> float | None:
    """Do it; an export comes again in a day, to be deleted."""
    with workspace.ledger().write("begin a person's request", durable=True) as connection:
        request, who = person_requests.begin(connection, int(key))
    ledger = workspace.ledger(request.actor)
    if not who:
        with ledger.write("end a person's request") as connection:
            if request.state == WORKING:
                person_requests.end(connection, request, FAILED, [_INTERRUPTED], workspace.at())
            person_requests.forget_files(connection, request.id)
        return None
    says, content = _done(_runtime(workspace, request), request, who)
    plain = [Contact(who).without(sentence).replace(" (--dry-run)", "") for sentence in says]
    with ledger.write("end a person's request", durable=True) as connection:
        person_requests.end(connection, request, DONE, plain, workspace.at(), content)
    if request.kind != EXPORT:
        ledger.compact(PERSONAL_TABLES)  # the address that was asked about stood there
        return None
    return DAY


def _done(runtime: Runtime, request: PersonRequest, who: str) -> tuple[list[str], bytes]:
    """What to show, and the export."""
    if request.kind != EXPORT:
        dry = request.kind == PREVIEW
        erased = purge_recipient(runtime, who, dry_run=dry, delete_reports=not dry)
        window = runtime.settings.identity.duplicate_window_days
        return list(screen.purged(erased, _NOTHING, window, dry_run=dry)), b""
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        data, paths = write_export(runtime, who, Path(folder))
        parts = (
            (len(data.rewards), "reward"), (len(data.rows), "row"), (len(data.files), "file"), (len(data.texts), "text"),
        )  # fmt: skip
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
            for path in paths:
                whole.write(path, path.name)
    if data.is_empty:
        return ["Nothing is kept about this person."], b""
    return [f"Found: {', '.join(count(number, word) for number, word in parts)}."], packed.getvalue()


def _runtime(workspace: Workspace, request: PersonRequest) -> Runtime:
    return Runtime(
        workspace.settings, workspace.state, workspace.state / "reports", Credentials(), workspace.schemas, workspace.clock,
        ledger_url=workspace.settings.ledger.url, actor=request.actor,
    )  # fmt: skip
