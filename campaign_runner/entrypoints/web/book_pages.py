"""The books of one campaign for finance: a period, grouped, and Tango's statement held against them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from campaign_runner.app.campaign_books import BOOKS, STATEMENT, books_view, take_statement, want_books
from campaign_runner.app.campaign_wishes import read_report
from campaign_runner.entrypoints.web.access import CampaignKey, Who, Work, viewer_of, workspace_of
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_api import download
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.entrypoints.web.upload_stream import uploaded
from campaign_runner.model.errors import NotFound, UsageError

Text = Annotated[str, Form()]


def books_page(request: Request, workspace: Work, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """What was written and matched, and the forms for more."""
    return _books(request, workspace, campaign_id, campaign_key)


def write(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, since: Text = "",
    until: Text = "", group_by: Text = "",
) -> Response:  # fmt: skip
    """Have the books of a period written."""
    groups = tuple(part.strip() for part in group_by[:500].split(",") if part.strip())
    try:
        want_books(workspace, campaign_key, viewer.actor, since=since[:10], until=until[:10], group_by=groups)
    except UsageError as error:
        return _books(request, workspace, campaign_id, campaign_key, error)
    return go_to(f"/campaigns/{campaign_id}/books")


async def statement(request: Request, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """Take a statement in."""
    workspace = workspace_of(request)
    try:
        async with uploaded(request) as file:
            actor = viewer_of(request).actor
            await run_in_threadpool(take_statement, workspace, campaign_key, actor, file.path, file.name)
    except UsageError as error:
        return await run_in_threadpool(_books, request, workspace, campaign_id, campaign_key, error)
    return go_to(f"/campaigns/{campaign_id}/books")


def file(workspace: Work, campaign_id: str, campaign_key: CampaignKey, about: str, name: str) -> Response:
    """One of the files."""
    if about not in (BOOKS, STATEMENT):
        raise NotFound("There is no such file. Look at the page of the books.")
    kind, parts = read_report(workspace, campaign_key, name, about=about, contacts=False)
    return download(f"{campaign_id}-{kind['name']}", kind["size"], parts)


def _books(
    request: Request, workspace: Work, campaign_id: str, campaign_key: int, error: UsageError | None = None
) -> Response:
    return page(request, "books.html", tab="books", view=books_view(workspace, campaign_key), error=str(error or ""),
                status=status_of(error) if error else 200,
                **about(request, workspace, campaign_id, campaign_key))  # fmt: skip
