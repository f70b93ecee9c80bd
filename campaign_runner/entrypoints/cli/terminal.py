"""How does the command line print?  Results to standard output, everything else to standard error.

A progress bar on a terminal, quiet lines elsewhere; with `--json` one object on standard output and nothing else.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner.model.errors import CampaignRunnerError, UsageError
from campaign_runner.model.wording import day

if TYPE_CHECKING:
    from campaign_runner.app.explain import RowLife
    from campaign_runner.app.status import CampaignStatus

STAGES = {
    "check": "Checking rows",
    "place": "Placing and following orders",
    "recover": "Looking up orders at Tango",
    "reports": "Writing reports",
}
SECONDS_BETWEEN_LINES = 10.0
YES = ("y", "yes", "j", "ja", "s", "si", "sí", "o", "oui")


class Terminal:
    """One command's output."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json, self.quiet = as_json, quiet
        self._bars_shown: Any = None

    def say(self, *lines: str) -> None:
        """The result, for people."""
        if not self.quiet and not self.as_json:
            print("\n".join(lines), flush=True)

    def object(self, value: Mapping[str, Any]) -> None:
        """The result, for machines."""
        print(json.dumps(value, ensure_ascii=False, default=str), flush=True)

    def warn(self, text: str) -> None:
        """Something that must be read even with --quiet."""
        print(text, file=sys.stderr, flush=True)

    def error(self, error: CampaignRunnerError) -> None:
        """One clear message; with --json an object as well."""
        self.warn(f"campaign-runner: {error}")
        if self.as_json:
            self.object({"error": str(error), "exit_code": int(error.exit_code)})

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table, as wide as the terminal."""
        from rich.console import Console
        from rich.table import Table

        table = Table(*head, show_lines=False)
        for row in rows:
            table.add_row(*row)
        Console(width=None if sys.stdout.isatty() else 160).print(table)

    def campaigns(self, listed: Sequence[CampaignStatus], *, detail: bool) -> None:
        """What `status` shows."""
        if not listed:
            self.say("No campaigns yet. Start with: campaign-runner run FILE")
            return
        rows = [
            (c.campaign, c.environment, day(c.created_at), f"{c.rows['total']:,}",
             ", ".join(f"{count:,} {name}" for name, count in c.rows.items() if name != "total") or "nothing planned",
             "; ".join(f"{Decimal(amount):,} {currency}" for currency, amount in c.amounts.items()))
            for c in listed
        ]  # fmt: skip
        self.table(("Campaign", "Environment", "Started", "Rows", "Status", "Sent or to send"), rows)
        self.say(*(f"{c.campaign}: {c.paused}" for c in listed if c.paused))
        self.say(*(f"{c.campaign}: {c.held_by} is working on it." for c in listed if c.held_by))
        self.say(*(f"{c.campaign}: {c.older}" for c in listed if c.older))
        if detail:
            for campaign in listed:
                self.say(*(f"{event.at[:19]}  {event.text}" for event in campaign.events))

    def life(self, life: RowLife) -> None:
        """What `explain` shows: the row, its status, why, and every step."""
        from campaign_runner.app.explain_text import story

        self.say(*story(life))

    def may_overwrite(self, path: Path, yes: bool) -> None:
        """Ask before a file is replaced; raises UsageError where nobody can be asked."""
        if not path.exists() or yes:
            return
        if not sys.stdin.isatty():
            raise UsageError(f"{path} exists already. Choose another name, or use --yes to replace it.")
        if input(f"{path} exists already. Replace it? [y/N] ").strip().lower() not in ("y", "yes"):
            raise UsageError(f"{path} was not replaced.")

    def asker(self, yes: bool) -> Callable[[Sequence[str]], bool] | None:
        """How a person is asked before something is sent; None where nobody can be asked, or --yes was given."""
        return None if yes or not sys.stdin.isatty() else self._ask

    def _ask(self, lines: Sequence[str]) -> bool:
        """The lines on standard error, and whether the answer is yes; the end of input is none."""
        if self._bars_shown is not None:
            self._bars_shown.stop()
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # Ctrl-C ends the question and the command
        try:
            self.warn("\n".join(lines))
            print("[y/N] ", end="", file=sys.stderr, flush=True)
            return sys.stdin.readline().strip().casefold() in YES
        finally:
            signal.signal(signal.SIGINT, before)
            if self._bars_shown is not None:
                self._bars_shown.start()

    def ask_for(self, question: str, proposal: str) -> str:
        """What a person types, or the proposal for an empty line; "-" means none."""
        print(f"{question} [{proposal or '-'}] ", end="", file=sys.stderr, flush=True)
        typed = sys.stdin.readline().strip() or proposal
        return "" if typed == "-" else typed

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int | None], None]]:
        """A callback for `app`: bars on a terminal, a line every ten seconds elsewhere."""
        if self.quiet or self.as_json:
            yield lambda *_: None
        elif sys.stderr.isatty():
            with self._bars() as show:
                yield show
        else:
            yield self._lines()

    @contextmanager
    def _bars(self) -> Iterator[Callable[[str, int, int | None], None]]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            self._bars_shown = bars
            tasks: dict[str, Any] = {}

            def show(stage: str, done: int, total: int | None) -> None:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(STAGES.get(stage, stage), total=total)
                bars.update(tasks[stage], completed=done, total=total)

            yield show

    def _lines(self) -> Callable[[str, int, int | None], None]:
        last = {"at": time.monotonic()}

        def show(stage: str, done: int, total: int | None) -> None:
            if time.monotonic() - last["at"] >= SECONDS_BETWEEN_LINES:
                last["at"] = time.monotonic()
                of = f" of {total:,}" if total else ""
                print(f"{STAGES.get(stage, stage)}: {done:,}{of}", file=sys.stderr, flush=True)

        return show
