"""Who wants one person's data exported or erased?  An administrator, with a reason; a worker does it, the log has it.

The person is named in the body of a form or a call, never in an address, and is kept only until the work begins.
"""

from __future__ import annotations

from typing import Any

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import events, jobs, person_requests
from campaign_runner.ledger.person_requests import DONE, ERASE, EXPORT, PREVIEW, WANTED, WORKING, PersonRequest
from campaign_runner.model.contact import Contact
from campaign_runner.model.errors import NotFound, UsageError

FILE = "person-data.zip"
SHOWN = 50


def want_person_data(
    workspace: Workspace, viewer: Viewer, kind: str, who: str, reason: str, again: str = ""
) -> dict[str, Any]:
    """Want it: export, preview (what an erasure would erase) or erase. For an erasure the person is named twice.

    Raises UsageError where nobody is named, or there is no reason.
    """
    who = who.strip()
    if kind not in (EXPORT, PREVIEW, ERASE):
        raise UsageError("Choose what to do: export, preview or erase.")
    try:
        Contact(who)
    except ValueError:
        raise UsageError(
            "Give the recipient's e-mail address or phone number, or name, street and postal code, separated by commas."
        ) from None
    if not reason.strip():
        raise UsageError("Give a reason; it is recorded in the audit log.")
    if kind == ERASE and again.strip() != who:
        raise UsageError("Type the person once more, exactly alike: an erasure cannot be undone.")
    with workspace.ledger(viewer.actor).write("want a person's data", durable=True) as connection:
        number = person_requests.want(connection, kind, who, reason.strip()[:1000], viewer.user, workspace.at())
        jobs.want(connection, jobs.PERSON, number, workspace.at())
    return person_request(workspace, viewer, number)


def list_person_requests(workspace: Workspace, viewer: Viewer) -> list[dict[str, Any]]:
    """The newest requests of all administrators; files are for whoever asked."""
    with workspace.ledger().read() as connection:
        return [_plain(one, viewer, has_file=has_file) for one, has_file in
                person_requests.newest(connection, SHOWN)]  # fmt: skip


def person_request(workspace: Workspace, viewer: Viewer, number: int) -> dict[str, Any]:
    """One of one's own; raises NotFound."""
    request = _own(workspace, viewer, number)
    return _plain(request, viewer, has_file=request.state == DONE and bool(request.content))


def person_file(workspace: Workspace, viewer: Viewer, number: int) -> bytes:
    """The export, and a line in the log; raises NotFound where there is none, or no more."""
    request = _own(workspace, viewer, number)
    if request.state != DONE or not request.content:
        raise NotFound(
            "There is no export to download under this number. Exports are kept for a day; ask for it again."
        )
    with workspace.ledger(viewer.actor).write("fetch a person's data") as connection:
        events.append(connection, 0, workspace.at(), "person export fetched", number=number)
    return request.content


def _own(workspace: Workspace, viewer: Viewer, number: int) -> PersonRequest:
    with workspace.ledger().read() as connection:
        request = person_requests.get(connection, number)
    if request is None or request.user != viewer.user:
        raise NotFound("There is no such request of yours. Look at the list of requests.")
    return request


def _plain(request: PersonRequest, viewer: Viewer, *, has_file: bool) -> dict[str, Any]:
    mine = request.user == viewer.user
    return {
        "number": request.id, "kind": request.kind, "state": request.state, "busy": request.state in (WANTED, WORKING),
        "at": request.at,
        "by": request.actor.user, "reason": request.reason, "says": list(request.says) if mine else [],
        "file": has_file and mine,
    }  # fmt: skip
