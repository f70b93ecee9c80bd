"""Which arguments do several commands share, and what do their values mean?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_runner.model.choices import EnvironmentName, HiddenRows
from campaign_runner.model.errors import UsageError

if TYPE_CHECKING:
    from campaign_runner.app.steps.draft import ReadOptions

File = Annotated[Path, typer.Argument(metavar="FILE", help="Spreadsheet: CSV, Excel or OpenDocument.")]
Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Campaign id; default: the one in campaign.toml.")]
CampaignNeeded = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Campaign id.")]
Reason = Annotated[str, typer.Option("--reason", help="Reason; recorded in the ledger.")]
Config = Annotated[
    Path | None, typer.Option("--config", help="Settings file; default: campaign.toml beside FILE or in this folder.")
]
WorkspaceConfig = Annotated[
    Path | None, typer.Option("--config", help="Settings of the server; default: workspace.toml in this folder.")
]
State = Annotated[
    Path | None,
    typer.Option("--state", help="Folder of the ledger; default: .campaign-runner beside campaign.toml."),
]
Reports = Annotated[Path, typer.Option("--reports", help="Folder for reports; each campaign gets its own subfolder.")]
Schemas = Annotated[
    Path | None, typer.Option("--schemas", help="Folder of your own rule book, instead of the built-in one.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet to read; default: the first visible sheet.")]
Hidden = Annotated[HiddenRows, typer.Option("--hidden", help="What to do with hidden rows.")]
Wait = Annotated[str, typer.Option("--wait", help="How long to follow the orders: 90, 30m, 2h; 0 = do not follow.")]
TrackWait = Annotated[
    str, typer.Option("--wait", help="How long to follow the orders: 90, 30m, 2h; default: check once.")
]
Methods = Annotated[
    list[str] | None, typer.Option("--method", help="Include only the columns of this delivery method; repeatable.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, without doing it.")]
Every = Annotated[bool, typer.Option("--all", help="Include every campaign of the ledger.")]
GroupBy = Annotated[
    list[str] | None, typer.Option("--group-by", help="Add totals by this column of your spreadsheet; repeatable.")
]
Since = Annotated[
    str, typer.Option("--from", help="First day to include, by the day the order was placed: 2026-10-01.")
]
Until = Annotated[str, typer.Option("--to", help="Last day to include, by the day the order was placed: 2026-12-31.")]
Environment = Annotated[
    EnvironmentName | None,
    typer.Option("--environment", help="Environment for --all; default: production, if the ledger has any."),
]
Parquet = Annotated[bool, typer.Option("--parquet", help="Also write finance.parquet.")]
MetricsFile = Annotated[
    Path | None,
    typer.Option(
        "--metrics-file", help="Also write metrics to this file (*.prom), for Prometheus' textfile collector."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show more details; never secrets or personal data.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]


@dataclass(frozen=True)
class FileOptions:
    """Which spreadsheet a command reads, and how."""

    file: File
    sheet: Sheet = None
    hidden: Hidden = HiddenRows.HOLD

    def reading(self) -> ReadOptions:
        """The same for `app`."""
        from campaign_runner.app.steps.draft import ReadOptions

        return ReadOptions(self.file, self.sheet, self.hidden)


def seconds(text: str, option: str = "--wait", unit: str = "s") -> float:
    """`90`, `90s`, `30m`, `2h`, `1d` -> seconds, a number alone in `unit`; raises UsageError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    number, named = (text[:-1], text[-1]) if text[-1:] in units else (text, unit)
    try:
        value = float(number) * units[named]
    except ValueError:
        value = -1.0
    if not 0 <= value <= 36_500 * 86_400:
        if unit == "d":
            raise UsageError(f"{option} {text}: give a number of days, such as 400 or 400d.")
        raise UsageError(f"{option} {text}: give seconds or a number with s, m, h or d, such as 90, 30m or 2h.")
    return value
