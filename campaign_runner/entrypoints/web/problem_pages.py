"""What is wrong in a file?  By kind and by cell; corrected in the page; columns named; held rows decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from campaign_runner.app.correct_cells import correct_cells
from campaign_runner.app.decide_rows import decide_rows
from campaign_runner.app.map_columns import field_titles, map_columns
from campaign_runner.app.upload_view import problem_groups, problems_of, upload_view
from campaign_runner.app.viewer import sees_contacts
from campaign_runner.entrypoints.web.access import CampaignKey, Who, Work
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import CampaignHeld, UsageError

AT_ONCE = 100
Text = Annotated[str, Form()]
Numbers = Annotated[list[int] | None, Form()]


async def form_of(request: Request) -> dict[str, str]:
    """A form of which the names are not known beforehand."""
    form = await request.form(max_files=0, max_fields=2000)
    return {name: value for name, value in form.items() if isinstance(value, str)}


AnyForm = Annotated[dict[str, str], Depends(form_of)]


def problems_page(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, rule: str = "",
    severity: str = "", after: int = -1,
) -> Response:  # fmt: skip
    """What was found in the newest upload."""
    return _problems(request, workspace, campaign_id, campaign_key, rule=rule, severity=severity, after=after)


def correct(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, number: int,
    form: AnyForm,
) -> Response:  # fmt: skip
    """Save the cells that were changed, and check again."""
    try:
        cells = _changed(form)
        if not cells:
            raise UsageError("Nothing was changed. Type the right value into a cell, then save.")
        correct_cells(workspace, campaign_key, number, cells, viewer.actor, "page")
    except UsageError as error:
        return _problems(request, workspace, campaign_id, campaign_key, error=error)
    return go_to(f"/campaigns/{campaign_id}/problems")


def map_them(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, number: int,
    form: AnyForm,
) -> Response:  # fmt: skip
    """Read the file with these columns."""
    columns = {name.removeprefix("column:"): value for name, value in form.items() if name.startswith("column:")}
    try:
        chosen = {header: field for header, field in columns.items() if field}
        map_columns(workspace, campaign_key, number, chosen, viewer.actor, "page")
    except UsageError as error:
        return _problems(request, workspace, campaign_id, campaign_key, error=error)
    return go_to(f"/campaigns/{campaign_id}/problems")


def decide_held(
    request: Request, workspace: Work, viewer: Who, campaign_id: str, campaign_key: CampaignKey, row: Numbers = None,
    do: Text = "", reason: Text = "",
) -> Response:  # fmt: skip
    """Release or drop held rows."""
    try:
        if not row:
            raise UsageError("Choose at least one row.")
        decide_rows(workspace, campaign_key, row, "drop" if do == "drop" else "release", reason, viewer.actor)
    except (UsageError, CampaignHeld) as error:
        return _problems(request, workspace, campaign_id, campaign_key, error=error)
    return go_to(f"/campaigns/{campaign_id}/problems")


def _problems(
    request: Request, workspace: Work, campaign_id: str, campaign_key: int, *, rule: str = "", severity: str = "",
    after: int = -1, error: UsageError | CampaignHeld | None = None,
) -> Response:  # fmt: skip
    shared = about(request, workspace, campaign_id, campaign_key)
    number, contacts = shared["campaign"]["upload"], sees_contacts(workspace, request.state.viewer, campaign_key)
    values: dict[str, Any] = {"upload": None, "groups": [], "problems": [], "following": None, "fields": {}}
    if number:
        found = problems_of(workspace, campaign_key, number, rule=rule, severity=severity, after=after,
                            limit=AT_ONCE + 1, contacts=contacts)  # fmt: skip
        values = {
            "upload": upload_view(workspace, campaign_key, number, contacts=contacts),
            "groups": problem_groups(workspace, campaign_key, number), "problems": found[:AT_ONCE],
            "following": found[AT_ONCE - 1]["number"] if len(found) > AT_ONCE else None,
            "fields": field_titles(workspace),
        }  # fmt: skip
    return page(request, "problems.html", status=status_of(error) if error else 200, tab="problems", rule=rule,
                severity=severity, error=str(error or ""), **values, **shared)  # fmt: skip


def _changed(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The cells of which the value is not what it was: `value:7` with `was:7`, `row:7` and `field:7`."""
    cells: list[dict[str, Any]] = []
    everywhere = bool(form.get("everywhere"))
    for name, value in form.items():
        kind, _, at = name.partition(":")
        if kind != "value" or value == form.get(f"was:{at}"):
            continue
        where: dict[str, Any] = {"row": int(form.get(f"row:{at}", "0") or 0)}
        if everywhere:
            where = {"before": form.get(f"was:{at}", "")}
        cells.append({"field": form.get(f"field:{at}", ""), "value": value.strip(), **where})
    return cells
