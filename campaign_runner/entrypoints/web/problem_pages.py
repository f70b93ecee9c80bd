"""What is wrong in a file?  By kind and by cell; corrected in the page; columns named; held rows decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from campaign_runner.app.campaign_wishes import reports_of
from campaign_runner.app.correct_cells import correct_cells, correct_dates
from campaign_runner.app.decide_rows import decide_rows
from campaign_runner.app.map_columns import OF_EVERY_ROW, field_titles, map_columns, method_names
from campaign_runner.app.reward_list import reward_list
from campaign_runner.app.views.upload_view import problem_groups, problems_of, upload_view, values_of
from campaign_runner.entrypoints.web.access import This, Visit
from campaign_runner.entrypoints.web.answer_errors import status_of
from campaign_runner.entrypoints.web.campaign_pages import about
from campaign_runner.entrypoints.web.pages import go_to, page
from campaign_runner.model.errors import UsageError

AT_ONCE = 100
NOTHING: Mapping[str, str] = {"rule": "", "header": "", "severity": "", "q": ""}
Text = Annotated[str, Form()]
Numbers = Annotated[list[int] | None, Form()]


async def form_of(request: Request) -> dict[str, str]:
    """A form of which the names are not known beforehand."""
    form = await request.form(max_files=0, max_fields=2000)
    return {name: value for name, value in form.items() if isinstance(value, str)}


AnyForm = Annotated[dict[str, str], Depends(form_of)]


def problems_page(
    visit: This, rule: str = "", header: str = "", severity: str = "", q: str = "", after: int = -1
) -> Response:
    """What was found in the newest upload: all of it, one kind, a severity, or what holds a word."""
    wanted = {"rule": rule[:100], "header": header[:1000], "severity": severity[:10], "q": q.strip()[:200]}
    return _problems(visit, wanted, after)


def correct(visit: This, number: int, form: AnyForm) -> Response:
    """Save the cells that were changed, or dates in another order, and check again."""
    try:
        if form.get("do") == "dates":
            order, header = form.get("order", ""), form.get("header", "")
            correct_dates(*visit.campaign, number, header, order, visit.actor, "page")
            return go_to(f"{visit.path}/problems")
        cells = _changed(form)
        if not cells:
            raise UsageError("Nothing was changed. Type the right value into a cell, then save.")
        correct_cells(*visit.campaign, number, cells, visit.actor, "page")
    except UsageError as error:
        return _problems(visit, error=error)
    return go_to(f"{visit.path}/problems")


def map_them(visit: This, number: int, form: AnyForm) -> Response:
    """Read the file with these columns."""
    columns = {name.removeprefix("column:"): value for name, value in form.items() if name.startswith("column:")}
    try:
        chosen = {header: field for header, field in columns.items() if field}
        every = {
            name.removeprefix("every:"): value.strip() for name, value in form.items() if name.startswith("every:")
        }
        map_columns(*visit.campaign, number, chosen, visit.actor, "page", every)
    except UsageError as error:
        return _problems(visit, error=error)
    return go_to(f"{visit.path}/problems")


def decide_held(visit: This, row: Numbers = None, do: Text = "", reason: Text = "") -> Response:
    """Release or drop held rows."""
    try:
        if not row:
            raise UsageError("Choose at least one row.")
        decide_rows(*visit.campaign, row, "drop" if do == "drop" else "release", reason, visit.actor)
    except UsageError as error:
        visit.request.state.typed = {"rows": row or (), "reason": reason}
        return _problems(visit, error=error)
    return go_to(f"{visit.path}/problems")


def _problems(
    visit: Visit, wanted: Mapping[str, str] = NOTHING, after: int = -1, error: UsageError | None = None
) -> Response:
    shared = about(visit)
    number, contacts = shared["campaign"]["upload"], visit.contacts
    values: dict[str, Any] = {"upload": None, "groups": [], "problems": [], "following": "", "fields": {}, "alike": [],
                              "reports": [], "rewards": [], "every": (), "methods": []}  # fmt: skip
    if number:
        workspace, key = visit.campaign
        problems = problems_of(workspace, key, number, **wanted, after=after, limit=AT_ONCE + 1, contacts=contacts)
        with_rewards = not problems or any(one["field"] == "utid" for one in problems)
        one_kind = contacts and wanted["rule"] and wanted["header"]
        last = problems[AT_ONCE - 1]["number"] if len(problems) > AT_ONCE else None
        values = {
            "upload": upload_view(*visit.campaign, number, contacts=contacts),
            "groups": problem_groups(*visit.campaign, number), "problems": problems[:AT_ONCE],
            "following": "" if last is None else urlencode({**wanted, "after": last}),
            "fields": field_titles(visit.workspace), "every": OF_EVERY_ROW, "methods": method_names(visit.workspace),
            "alike": values_of(*visit.campaign, number, wanted["rule"], wanted["header"]) if one_kind else [],
            "reports": reports_of(*visit.campaign, about=str(number), contacts=contacts),
            "rewards": reward_list(visit.workspace) if with_rewards else [],
        }  # fmt: skip
    return page(visit.request, "problems.html", status=status_of(error) if error else 200, tab="problems", wanted=wanted,
                error=str(error or ""), contacts=contacts, **values, **shared)  # fmt: skip


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
