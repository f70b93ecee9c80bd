"""How does a command end?  Its result is shown, and its exit code is returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.errors import MEANING

if TYPE_CHECKING:
    from campaign_runner.app.finish import Result
    from campaign_runner.app.runtime import Runtime


def end(
    terminal: Terminal, result: Result, lines: Callable[[], list[str]], runtime: Runtime, *, shows_state: bool = True
) -> NoReturn:  # fmt: skip
    """Show the result, the state folder and all notices, and exit with its code."""
    if terminal.as_json:
        planned = {"plan": result.plan, "approval": result.approval.state} if result.plan else {}
        where = {"state": str(runtime.state), "notices": runtime.notices}
        terminal.object({**result.plain(), **planned, **where})
    else:
        terminal.say(*lines(), *([f"State folder: {runtime.state}"] if shows_state else []))
        for notice in runtime.notices:
            terminal.warn(notice)
    if result.books.stopped:
        terminal.warn(result.books.stopped)
    elif terminal.quiet and result.exit_code:
        campaign = f"campaign-runner: {result.books.order.campaign_id}"
        terminal.warn(f"{campaign}: {MEANING[result.exit_code]} (exit code {int(result.exit_code)}).")
    raise typer.Exit(result.exit_code)


def plan_and_approval(result: Result) -> list[str]:
    """The plan's name, and who has to approve it."""
    lines = [f"Plan {result.plan}. {result.approval.sentence}"]
    return [*lines, result.approval.who] if result.approval.who else lines


def checked_tally(result: Result) -> Any:
    assert result.tally is not None
    return result.tally
