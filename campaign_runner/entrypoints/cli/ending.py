"""How does a command end?  Its result is shown, and its exit code is returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.model.errors import MEANING

if TYPE_CHECKING:
    from campaign_runner.app.runtime import Runtime
    from campaign_runner.app.steps.result import Result


def end(
    call: Call, result: Result, lines: Sequence[str], runtime: Runtime, *, shows_state: bool = True
) -> NoReturn:  # fmt: skip
    """Show the result, the state folder and all notices, and exit with its code."""
    planned = (
        {"plan": result.plan, "approval": result.approval.state, "diff": result.differences} if result.plan else {}
    )
    where = {"state": str(runtime.state), "notices": runtime.notices}
    folder = [f"State folder: {runtime.state}"] if shows_state else []
    call.answer({**result.plain(), **planned, **where}, *lines, *folder)
    notices = [] if call.as_json else [*runtime.notices]
    if result.books.stopped:
        notices.append(result.books.stopped)
    elif call.quiet and result.exit_code:
        campaign = f"campaign-runner: {result.books.order.campaign_id}"
        notices.append(f"{campaign}: {MEANING[result.exit_code]} (exit code {int(result.exit_code)}).")
    for notice in notices:
        call.terminal.warn(notice)
    raise typer.Exit(result.exit_code)


def plan_and_approval(result: Result) -> list[str]:
    """The plan's name, and who has to approve it."""
    from campaign_runner.app import screen

    lines = [*screen.differences(result.differences), f"Plan {result.plan}. {result.approval.sentence}"]
    return [*lines, result.approval.who] if result.approval.who else lines


def checked_tally(result: Result) -> Any:
    assert result.tally is not None
    return result.tally
