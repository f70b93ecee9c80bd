"""One person's data, exported or erased on request: the page and the API of an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from fastapi.responses import JSONResponse, Response

from campaign_runner.app.person_requests import (
    FILE,
    list_person_requests,
    person_file,
    person_request,
    want_person_data,
)
from campaign_runner.entrypoints.web.access import Number, This
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


def person_page(visit: This) -> Response:
    """What can be asked for, and what was."""
    return page(visit.request, "person.html", requests=list_person_requests(visit.workspace, visit.viewer), error="")


def ask(visit: This, do: Typed = "", person: Typed = "", again: Typed = "", reason: Typed = "") -> Response:
    """Want an export, a preview of an erasure, or the erasure."""
    try:
        want_person_data(visit.workspace, visit.viewer, do, person, reason, again)
    except UsageError as error:
        return page(visit.request, "person.html", requests=list_person_requests(visit.workspace, visit.viewer),
                    error=str(error), status=status_of(error))  # fmt: skip
    return go_to("/person")


def file(visit: This, number: Number) -> Response:
    """An export of one's own."""
    content = person_file(visit.workspace, visit.viewer, number)
    return download(FILE, len(content), iter([content]))


def export(visit: This, body: OfPerson) -> Response:
    """Have everything that is kept about a person gathered: JSON, workbook and page in a zip file, for a day."""
    return JSONResponse(want_person_data(visit.workspace, visit.viewer, "export", body.person, body.reason), 202)


def preview(visit: This, body: OfPerson) -> Response:
    """What an erasure would erase; nothing is erased."""
    return JSONResponse(want_person_data(visit.workspace, visit.viewer, "preview", body.person, body.reason), 202)


def erase(visit: This, body: OfPerson) -> Response:
    """Erase a person from every campaign; totals and references stay. It cannot be undone."""
    return JSONResponse(
        want_person_data(visit.workspace, visit.viewer, "erase", body.person, body.reason, body.confirm), 202
    )


def listing(visit: This) -> Response:
    """The newest requests; none names the person."""
    return items(list_person_requests(visit.workspace, visit.viewer), None)


def one(visit: This, number: Number) -> Response:
    """How a request of yours stands."""
    return JSONResponse(person_request(visit.workspace, visit.viewer, number))
