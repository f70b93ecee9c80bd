"""What became of every row, and which reports are there?"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app.accounts.viewer import sees_contacts
from campaign_runner.app.company_template import company_template
from campaign_runner.app.views.rows import row_life, rows_of
from campaign_runner.app.views.upload_view import file_of
from campaign_runner.entrypoints.web.access import CampaignKey, Who, Work
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_api import download
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import RowStatus

AT_ONCE = 50


def results_page(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, status: str = "",
    q: str = "", after: int = 0,
) -> Response:  # fmt: skip
    """Rows by status, a page of them, and all downloads."""
    return _results(request, workspace, campaign_id, campaign_key, status=status, q=q[:200], after=after)


def retry(request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey) -> Response:
    """Have failed lines placed again."""
    try:
        wishes.want_retry(workspace, campaign_key, viewer.actor)
    except UsageError as error:
        return _results(request, workspace, campaign_id, campaign_key, error=error)
    return go_to(f"/campaigns/{campaign_id}/results")


def write_reports(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey
) -> Response:
    """Have the reports written again."""
    try:
        wishes.want_reports(workspace, campaign_key, viewer.actor)
    except UsageError as error:
        return _results(request, workspace, campaign_id, campaign_key, error=error)
    return go_to(f"/campaigns/{campaign_id}/results")


def row_page(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, row: int
) -> Response:
    """The life of one row."""
    contacts = sees_contacts(workspace, viewer, campaign_key)
    life = row_life(workspace, campaign_key, row, contacts=contacts)
    return page(request, "row.html", tab="results", life=life, row=row,
                **about(request, workspace, campaign_id, campaign_key))  # fmt: skip


def report(
    workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, name: str, upload: str = ""
) -> Response:
    """One report of the campaign, or of the check of an upload."""
    contacts = sees_contacts(workspace, viewer, campaign_key)
    kind, parts = wishes.read_report(workspace, campaign_key, name, about=upload[:10], contacts=contacts)
    return download(f"{campaign_id}-{kind['name']}", kind["size"], parts)


def file(workspace: Work, campaign_key: CampaignKey, number: int) -> Response:
    """The file of an upload, with its corrections."""
    return download(*file_of(workspace, campaign_key, number))


def template(workspace: Work, campaign_key: CampaignKey) -> Response:
    """An empty spreadsheet with the company's rewards to choose from."""
    content = company_template(workspace)
    return download("template.xlsx", len(content), iter([content]))


def _results(
    request: Request, workspace: Work, campaign_id: str, campaign_key: int, *, status: str = "", q: str = "",
    after: int = 0, error: UsageError | None = None,
) -> Response:  # fmt: skip
    contacts = sees_contacts(workspace, request.state.viewer, campaign_key)
    wanted = status if status in set(RowStatus) else ""
    rows = rows_of(workspace, campaign_key, status=wanted, q=q, after=after, limit=AT_ONCE + 1, contacts=contacts)
    shared = about(request, workspace, campaign_id, campaign_key)
    checked = str(shared["campaign"]["upload"] or "")
    return page(
        request, "results.html", tab="results", rows=rows[:AT_ONCE], statuses=list(RowStatus), chosen=wanted, q=q,
        following=rows[AT_ONCE - 1]["row"] if len(rows) > AT_ONCE else None, error=str(error or ""),
        reports=wishes.reports_of(workspace, campaign_key, contacts=contacts), contacts=contacts,
        of_check=wishes.reports_of(workspace, campaign_key, about=checked, contacts=contacts) if checked else [],
        status=status_of(error) if error else 200, **shared,
    )  # fmt: skip
