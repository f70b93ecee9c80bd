"""The JSON API of uploads: a file comes in, is looked at, and is corrected cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from campaign_runner.app.correct_cells import correct_cells
from campaign_runner.app.submissions import submit_file
from campaign_runner.app.views.plan_rows import upload_changes
from campaign_runner.app.views.upload_view import file_of, problems_of, upload_view, uploads_of
from campaign_runner.entrypoints.web.access import LARGEST, Number, This, Visit
from campaign_runner.entrypoints.web.campaign_api import Body, Cursor, Limit, Text, download, items, number_of
from campaign_runner.entrypoints.web.idempotent import digest_of, once
from campaign_runner.entrypoints.web.upload_stream import Uploaded, uploaded
from campaign_runner.model.errors import UsageError

HIDDEN = ("", "hold", "include", "skip")


class CellBody(Body):
    """A cell to be corrected: in `row`, or in all rows of which this field has a problem with the value `before`."""

    row: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    field: Text
    value: Annotated[str, Field(max_length=10_000)]
    before: Annotated[str, Field(max_length=10_000)] | None = None


def changes(visit: This, number: Number, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """The rows that are not as in the upload before: added, removed, or changed with before and after."""
    _, page = upload_changes(*visit.campaign, number, start=number_of(cursor), limit=limit, contacts=visit.contacts)
    return items(*page)


async def upload(visit: This) -> Response:
    """Upload a spreadsheet as multipart `file`, with `sheet`, `hidden` and `columns` (JSON) if wanted; it is checked by
    a worker."""
    async with uploaded(visit.request) as file:
        stated = orjson.dumps(dict(sorted(file.fields.items())))
        digest = digest_of(visit.request, file.sha256.encode(), stated)
        return await once(visit.request, digest, lambda: _answered(visit, file))


async def _answered(visit: Visit, file: Uploaded) -> Response:
    number = await run_in_threadpool(take_in, visit, file, "api")
    return JSONResponse({"number": number, "state": "checking"}, 202)


def take_in(visit: Visit, file: Uploaded, channel: str) -> int:
    """Submit an uploaded file; returns its number."""
    path = file.path.rename(file.path.with_name(Path(file.name).name))
    made = submit_file(*visit.campaign, path, file.name, visit.actor, channel, options=options_of(file.fields))
    return made.number


def options_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """How a file is to be read; raises UsageError."""
    hidden = fields.get("hidden", "").strip()
    if hidden not in HIDDEN:
        raise UsageError("hidden: say hold, include or skip.")
    try:
        columns = orjson.loads(fields["columns"]) if fields.get("columns", "").strip() else {}
    except orjson.JSONDecodeError:
        columns = None
    if not isinstance(columns, dict) or not all(isinstance(each, str) for each in columns.values()):
        raise UsageError(
            'columns: give a JSON object of header and field, such as {"Work email": "recipient.email"}.'
        )
    return {name: value for name, value in
            (("sheet", fields.get("sheet", "")), ("hidden", hidden), ("columns", columns)) if value}  # fmt: skip


def listing(visit: This) -> Response:
    """The uploads of a campaign, the newest first."""
    return items(uploads_of(*visit.campaign)[:500], None)


def one(visit: This, number: Number) -> Response:
    """One upload: how it stands, and what its columns were understood as."""
    return JSONResponse(upload_view(*visit.campaign, number, contacts=visit.contacts))


def problems(
    visit: This, number: Number, field: Annotated[str, Query(max_length=100)] = "", severity: Cursor = "",
    rule: Annotated[str, Query(max_length=100)] = "", limit: Limit = 100, cursor: Cursor = ""
) -> Response:  # fmt: skip
    """What is wrong in an upload, in the order of the file."""
    after = number_of(cursor) - 1
    page = problems_of(*visit.campaign, number, field=field, severity=severity, rule=rule, after=after,
                        limit=limit + 1, contacts=visit.contacts)  # fmt: skip
    following = page[limit]["number"] + 1 if len(page) > limit else None
    return items([{name: value for name, value in each.items() if name not in ("submission", "number")}
                  for each in page[:limit]], following)  # fmt: skip


def correct(visit: This, number: Number, body: list[CellBody]) -> Response:
    """Correct cells: a new upload, checked at once; the file of this one stays as it was."""
    cells = [{name: value for name, value in cell.model_dump().items() if value is not None} for cell in body]
    made = correct_cells(*visit.campaign, number, cells, visit.actor, "api")
    return JSONResponse({"number": made.number, "state": "checking", "corrects": number}, 202)


def file(visit: This, number: Number) -> Response:
    """The file of an upload, with its corrections."""
    return download(*file_of(*visit.campaign, number))
