"""campaign-runner audit verify, audit export"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.command import command
from campaign_runner.model.errors import ExitCode

if TYPE_CHECKING:
    from campaign_runner.app.audit import LogCheck

audit = typer.Typer(name="audit", no_args_is_help=True, help="Verify or export the audit log.")
SHOWN = 20

OldHead = Annotated[
    str,
    typer.Option(
        "--head",
        metavar="HASH",
        help="Check that this head (a hash noted earlier) is still in the log.",
    ),
]

Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Check that the head in this earlier report is still in the log."),
]


@audit.command()
@command
def verify(call: Call, head: OldHead = "", report: Report = None) -> None:
    """Verify the audit log, and compare the ledger with it. Shows what was changed, added or deleted.

    Example: campaign-runner audit verify --report reports/2026-q4-recognition/summary.json
    """
    from campaign_runner.app.audit import verify_log, wanted_heads
    from campaign_runner.app.process.locations import ledger_place

    verdict = verify_log(*ledger_place(call.state, call.config), wanted_heads(head, report))
    call.answer(asdict(verdict), *_verdict(verdict))
    raise typer.Exit(ExitCode.DONE if verdict.whole else ExitCode.NEEDS_ACTION)


def _verdict(check: LogCheck) -> Iterator[str]:
    """The result, and what to do about it."""
    backup = "Restore a backup of the ledger, and find out who had access."
    if check.broken is None:
        yield f"The chain of {check.events} events is intact; its head is {check.head}."
    else:
        yield f"The chain breaks at event {check.broken} of {check.events}: {check.why}. {backup}"
    yield from (f"The head {digest} is event {number} of the chain." for digest, number in check.proven.items())
    yield from (f"{why}: events were deleted or replaced since then. {backup}" for why in check.missing)
    for key, number in check.unproven.items():
        yield (
            f"{number} events are signed with the key {key}, which is missing: set "
            "CAMPAIGN_RUNNER_AUDIT_KEY, or restore the file audit.key of that ledger."
        )
    if check.differing:
        orders = "1 order" if check.differing == 1 else f"{check.differing} orders"
        yield f"The lines of {orders} do not add up to the recorded totals: they were changed. {backup}"
    if check.differences:
        many = len(check.differences)
        yield f"The ledger differs from its audit log in {many} {'place' if many == 1 else 'places'}. {backup}"
        yield from (f"  {one[:1].upper()}{one[1:]}." for one in check.differences[:SHOWN])
        if many > SHOWN:
            yield f"  … and {many - SHOWN} more: --json lists them all."
    if check.whole and not check.operator:
        yield (
            "The events are signed with a key stored beside the ledger: anyone who can write there could sign them again. "
            "Store the key elsewhere (CAMPAIGN_RUNNER_AUDIT_KEY), or compare with a head that you noted (--head, --report)."
        )


@audit.command()
@command
def export(call: Call) -> None:
    """Write every event of the audit log to standard output, one line of JSON each; with --json, as one object.

    Example: campaign-runner audit export > events.jsonl
    """
    from campaign_runner.app.audit import export_log
    from campaign_runner.app.process.locations import ledger_place

    call.terminal.as_json = True  # an error is an object, too
    lines = export_log(*ledger_place(call.state, call.config))
    if call.as_json:
        sys.stdout.buffer.write(b'{"events": [' + b",".join(line.rstrip() for line in lines) + b"]}\n")
        return
    for line in lines:
        sys.stdout.buffer.write(line)
