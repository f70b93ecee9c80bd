"""The books of one campaign for finance: a period, grouped, and Tango's statement held against them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from campaign_runner.app.campaign_books import BOOKS, STATEMENT, books_view, take_statement, want_books
from campaign_runner.app.campaign_wishes import read_report
from campaign_runner.entrypoints.web.access import This, Visit
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_api import download
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.entrypoints.web.upload_stream import uploaded
from campaign_runner.model.errors import NotFound, UsageError

Text = Annotated[str, Form()]


def books_page(visit: This) -> Response:
    """What was written and matched, and the forms for more."""
    return _books(visit)


def write(visit: This, since: Text = "", until: Text = "", group_by: Text = "") -> Response:
    """Have the books of a period written."""
    groups = tuple(part.strip() for part in group_by[:500].split(",") if part.strip())
    try:
        want_books(*visit.campaign, visit.actor, since=since[:10], until=until[:10], group_by=groups)
    except UsageError as error:
        return _books(visit, error)
    return go_to(f"{visit.path}/books")


async def statement(visit: This) -> Response:
    """Take a statement in."""
    try:
        async with uploaded(visit.request) as file:
            await run_in_threadpool(take_statement, *visit.campaign, visit.actor, file.path, file.name)
    except UsageError as error:
        return await run_in_threadpool(_books, visit, error)
    return go_to(f"{visit.path}/books")


def file(visit: This, about: str, name: str) -> Response:
    """One of the files."""
    if about not in (BOOKS, STATEMENT):
        raise NotFound("There is no such file. Look at the page of the books.")
    kind, parts = read_report(*visit.campaign, name, about=about, contacts=False)
    return download(f"{visit.campaign_id}-{kind['name']}", kind["size"], parts)


def _books(visit: Visit, error: UsageError | None = None) -> Response:
    return page(visit.request, "books.html", tab="books", view=books_view(*visit.campaign), error=str(error or ""),
                status=status_of(error) if error else 200,
                **about(visit))  # fmt: skip
