"""One person's data, exported or erased on request: the page and the API of an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import JSONResponse, Response

from campaign_runner.app.person_requests import (
    FILE,
    list_person_requests,
    person_file,
    person_request,
    want_person_data,
)
from campaign_runner.entrypoints.web.access import Number, Who, Work
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_api import Body, Text, download, items
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import UsageError

Typed = Annotated[str, Form()]


class OfPerson(Body):
    """Who is meant, and why; for an erasure the person once more, in `confirm`."""

    person: Text
    reason: Text = ""
    confirm: Text = ""


def person_page(request: Request, workspace: Work, viewer: Who) -> Response:
    """What can be asked for, and what was."""
    return page(request, "person.html", requests=list_person_requests(workspace, viewer), error="")


def ask(
    request: Request, workspace: Work, viewer: Who, do: Typed = "", person: Typed = "", again: Typed = "",
    reason: Typed = "",
) -> Response:  # fmt: skip
    """Want an export, a preview of an erasure, or the erasure."""
    try:
        want_person_data(workspace, viewer, do, person, reason, again)
    except UsageError as error:
        return page(request, "person.html", requests=list_person_requests(workspace, viewer), error=str(error),
                    status=status_of(error))  # fmt: skip
    return go_to("/person")


def file(workspace: Work, viewer: Who, number: Number) -> Response:
    """An export of one's own."""
    content = person_file(workspace, viewer, number)
    return download(FILE, len(content), iter([content]))


def export(workspace: Work, viewer: Who, body: OfPerson) -> Response:
    """Have everything that is kept about a person gathered: JSON, workbook and page in a zip file, for a day."""
    return JSONResponse(want_person_data(workspace, viewer, "export", body.person, body.reason), 202)


def preview(workspace: Work, viewer: Who, body: OfPerson) -> Response:
    """What an erasure would erase; nothing is erased."""
    return JSONResponse(want_person_data(workspace, viewer, "preview", body.person, body.reason), 202)


def erase(workspace: Work, viewer: Who, body: OfPerson) -> Response:
    """Erase a person from every campaign; totals and references stay. It cannot be undone."""
    return JSONResponse(want_person_data(workspace, viewer, "erase", body.person, body.reason, body.confirm), 202)


def listing(workspace: Work, viewer: Who) -> Response:
    """The newest requests; none names the person."""
    return items(list_person_requests(workspace, viewer), None)


def one(workspace: Work, viewer: Who, number: Number) -> Response:
    """How a request of yours stands."""
    return JSONResponse(person_request(workspace, viewer, number))
