"""How does an uploaded file come back?  From the ledger's own copy, with the corrected reports about it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.draft import ReadOptions, read
from campaign_runner.ledger import campaigns, row_status
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.model import Problem, RawRows, RawTable
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.errors import UsageError
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.model.wording import day
from campaign_runner.planning.plan_draft import noted
from campaign_runner.reconciliation.repairs import Repair


@dataclass(frozen=True)
class LoadedUpload:
    """A file as a run has read it; `tally` is None where the ledger had planned this very file before. Its draft is not
    kept: a long one takes more memory than all that follows. `repairs`: reports about it that were corrected and run."""

    reading: ReadOptions
    upload: Upload
    table: RawTable
    tally: ProblemTally | None = None
    problems: Sequence[Problem] = ()
    repairs: Sequence[Repair] = ()

    def marked(self) -> bool:
        """Whether its own workbook is marked."""
        return bool(self.problems and self.table.sheet)


@contextmanager
def latest_upload(campaign: CampaignSession) -> Iterator[LoadedUpload]:
    """The newest file of a campaign, restored from the ledger while this lasts; raises UsageError without one."""
    with campaign.ledger.read() as connection:
        upload = campaigns.latest_upload(connection, campaign.key)
    if upload is None:
        raise UsageError("No file of this campaign was ever planned. Run it first: campaign-runner run FILE")
    with restored_upload(campaign, upload) as file, with_repairs(campaign, file) as everything:
        yield everything


@contextmanager
def with_repairs(campaign: CampaignSession, file: LoadedUpload) -> Iterator[LoadedUpload]:
    """What the reports are about, while this lasts: the file, or the one that a report of failures was made of, with all
    such reports that were corrected and run."""
    with ExitStack() as stack:
        about, number = file, file.upload.reading.get("about", 0)
        with campaign.ledger.read() as connection:
            first = campaigns.upload(connection, number) if number else file.upload
            reports = campaigns.uploads_about(connection, first.id)
        if number:
            about = stack.enter_context(restored_upload(campaign, first))
        yield replace(about, repairs=[_repair(campaign, file, report, stack) for report in reports])


def _repair(campaign: CampaignSession, file: LoadedUpload, report: Upload, stack: ExitStack) -> Repair:
    table = (
        file.table if report.id == file.upload.id else stack.enter_context(restored_upload(campaign, report)).table
    )
    return Repair(report.id, report.name, table, {int(row): to for row, to in report.reading["rows"].items()})


@contextmanager
def restored_upload(campaign: CampaignSession, upload: Upload) -> Iterator[LoadedUpload]:
    """A file of a campaign from the ledger's own copy; of an erased one, what is left."""
    runtime = campaign.runtime
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(upload.name).name
        reading = ReadOptions(copy, upload.reading["sheet"], HiddenRows(upload.reading["hidden"]))
        if upload.purged_at:
            yield LoadedUpload(reading, upload, _erased(campaign, upload))
            return
        with campaign.ledger.read() as connection:
            campaigns.restore_upload(connection, upload, copy)
        table = noted(read(reading, runtime.settings, runtime.rule_book), upload.reading.get("notes", ()))
        yield LoadedUpload(reading, upload, table)


def _erased(campaign: CampaignSession, upload: Upload) -> RawTable:
    """What is left of an upload after its retention time: the numbers of its rows."""
    import pandas as pd

    def chunks() -> Iterator[RawRows]:
        with campaign.ledger.read() as connection:
            numbers = row_status.numbers(connection, upload.id)
        yield RawRows(pd.DataFrame(index=pd.Index(numbers, dtype="int64")))

    note = f"The file was erased on {day(upload.purged_at or '')} at your request. Its rows, amounts and statuses are kept."
    return RawTable(upload.name, upload.sheet, 1, (), chunks, (note,))
