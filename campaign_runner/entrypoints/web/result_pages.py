"""What became of every row, and which reports are there?"""

from __future__ import annotations

from fastapi.responses import Response

from campaign_runner.app import campaign_wishes as wishes
from campaign_runner.app.company_template import company_template
from campaign_runner.app.views.rows import row_life, rows_of
from campaign_runner.app.views.upload_view import file_of
from campaign_runner.entrypoints.web.access import This, Visit
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_api import download
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import RowStatus

AT_ONCE = 50


def results_page(visit: This, status: str = "", q: str = "", after: int = 0) -> Response:
    """Rows by status, a page of them, and all downloads."""
    return _results(visit, status=status, q=q[:200], after=after)


def retry(visit: This) -> Response:
    """Have failed lines placed again."""
    try:
        wishes.want_retry(*visit.campaign, visit.actor)
    except UsageError as error:
        return _results(visit, error=error)
    return go_to(f"{visit.path}/results?notice=retry-wanted")


def write_reports(visit: This) -> Response:
    """Have the reports written again."""
    try:
        wishes.want_reports(*visit.campaign, visit.actor)
    except UsageError as error:
        return _results(visit, error=error)
    return go_to(f"{visit.path}/results?notice=reports-wanted")


def row_page(visit: This, row: int) -> Response:
    """The life of one row."""
    life = row_life(*visit.campaign, row, contacts=visit.contacts)
    return page(visit.request, "row.html", tab="results", life=life, row=row,
                **about(visit))  # fmt: skip


def report(visit: This, name: str, upload: str = "") -> Response:
    """One report of the campaign, or of the check of an upload."""
    kind, parts = wishes.read_report(*visit.campaign, name, about=upload[:10], contacts=visit.contacts)
    return download(f"{visit.campaign_id}-{kind['name']}", kind["size"], parts)


def file(visit: This, number: int) -> Response:
    """The file of an upload, with its corrections."""
    return download(*file_of(*visit.campaign, number))


def template(visit: This) -> Response:
    """An empty spreadsheet with the company's rewards to choose from."""
    content = company_template(visit.workspace)
    return download("template.xlsx", len(content), iter([content]))


def _results(
    visit: Visit, *, status: str = "", q: str = "", after: int = 0, error: UsageError | None = None
) -> Response:
    wanted = status if status in set(RowStatus) else ""
    rows = rows_of(*visit.campaign, status=wanted, q=q, after=after, limit=AT_ONCE + 1, contacts=visit.contacts)
    shared = about(visit)
    checked = str(shared["campaign"]["upload"] or "")
    return page(
        visit.request, "results.html", tab="results", rows=rows[:AT_ONCE], statuses=list(RowStatus), chosen=wanted, q=q,
        following=rows[AT_ONCE - 1]["row"] if len(rows) > AT_ONCE else None, error=str(error or ""),
        reports=wishes.reports_of(*visit.campaign, contacts=visit.contacts), contacts=visit.contacts,
        of_check=wishes.reports_of(*visit.campaign, about=checked, contacts=visit.contacts) if checked else [],
        status=status_of(error) if error else 200, **shared,
    )  # fmt: skip
