"""How is a run closed?  Its rows and money are reconciled, its reports written, its exit code decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

import orjson

from campaign_runner import __version__, reporting
from campaign_runner.app.notices.outcomes import note_outcome
from campaign_runner.app.process import executor
from campaign_runner.app.process.progress import Progress
from campaign_runner.app.process.trim_memory import trim_memory
from campaign_runner.app.session import CampaignSession
from campaign_runner.app.steps.report_files import (
    annotating,
    naming_reports,
    report_folder,
    report_targets,
    wanted_reports,
)
from campaign_runner.app.steps.result import Result, in_money
from campaign_runner.app.views.uploads import LoadedUpload, latest_upload, restored_upload, with_repairs
from campaign_runner.ledger import campaigns, pauses, row_status, sent_when
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.ledger_files import is_writable
from campaign_runner.ledger.requests import last_attempt
from campaign_runner.model import Books, Column, Finding, OpenBooks, Sent, StatedRows
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.observed import observed
from campaign_runner.model.wording import count
from campaign_runner.reconciliation.close_books import reconcile
from campaign_runner.reconciliation.foreseen import exit_code
from campaign_runner.reconciliation.row_pages import stated_rows
from campaign_runner.reporting.report_folder import keep_note, unchanged
from campaign_runner.reporting.summary import summary

REPORTS_ARE_WHOLE = "The reports show every row of that file, each as it was corrected last."


@observed("stage", stage="reconcile and report")
def finish(
    campaign: CampaignSession, file: LoadedUpload, stopped: str, progress: Progress, waiting: str = "", *,
    leave: bool = False, placing: bool = False, findings: Sequence[Finding] = (),
) -> Result:  # fmt: skip
    """The books and reports of a file that was run; `waiting` says why the rest of it was held back, `findings` are more
    than the books tell.

    `leave`: reports that would come out the same are left as they are; `placing`: the command was to send.
    """
    runtime = campaign.runtime
    with with_repairs(campaign, file) as about:
        opened = books_of(campaign, about, stopped)
        books = replace(_told(opened.books, file, about, waiting, findings), placing=placing)
        books = note_outcome(campaign, books)
        code = exit_code(books)
        note = runtime.state / "reports" / f"{books.environment}-{books.order.campaign_id}.json"
        mark = _made_of(campaign, file, replace(books, sent_now=Sent(), sent_before=Sent()), code)
        if leave and file.tally is None and (there := unchanged(note, mark)):
            reporting.restate(books, there, report_targets(runtime, ()), exit_code=code)
            keep_note(note, mark, there)
            return Result(books, there, code)
        campaign.ledger.require_claim()  # anyone who took over has newer reports
        campaign.ledger.close_connections()
        trim_memory()
        names = wanted_reports(runtime)
        places = report_targets(runtime, names, file.reading.path)
        books = naming_reports(books, places, file.marked(), names)
        with annotating(file, runtime, places) as also:
            written = reporting.write_reports(
                replace(opened, books=books), report_folder(runtime), exit_code=code, problems=file.tally,
                progress=progress, also=also, only=runtime.only, finance=runtime.finance, targets=places,
                beside=partial(executor.beside, apart=True) if executor.spare() else None,
            )  # fmt: skip
        if is_writable(runtime.state):
            keep_note(note, mark, written)
        return Result(books, written, code, file.tally)


def _told(books: Books, file: LoadedUpload, about: LoadedUpload, waiting: str, findings: Sequence[Finding]) -> Books:
    """The books of `about` with what this call found besides."""
    if about.upload.id != file.upload.id:
        sentence = (
            f"{file.upload.name} has {count(file.upload.rows, 'row')} of {about.upload.name}. {REPORTS_ARE_WHOLE}"
        )
        books = replace(books, notes=(sentence, *file.table.notes))
    all_findings = (*([Finding("waiting", waiting)] if waiting else []), *findings)
    ties_out = books.ties_out and all(finding.explained for finding in all_findings)
    return replace(books, findings=(*books.findings, *all_findings), ties_out=ties_out)


def _made_of(campaign: CampaignSession, file: LoadedUpload, books: Books, code: ExitCode) -> str:
    """Names all that the reports are made of: the program, the file, the settings, and where the ledger stands."""
    runtime = campaign.runtime
    with campaign.ledger.read() as connection:
        requests = last_attempt(connection)
    content = summary(books, {}, code)
    settings = runtime.settings.model_dump(mode="json")
    options = [
        str(report_folder(runtime)),
        sorted(runtime.only or ()),
        repr(runtime.finance),
        file.upload.id,
        file.upload.sha256,
    ]
    made_of = [__version__, runtime.rule_book.digest, content, settings, options, requests]
    return sha256(orjson.dumps(made_of, option=orjson.OPT_SORT_KEYS)).hexdigest()


def finish_latest(campaign: CampaignSession, stopped: str, progress: Progress, waiting: str = "") -> Result:
    """The books and reports of the newest file, from the ledger's own copy of it; `waiting` as for `finish`."""
    with latest_upload(campaign) as file:
        return finish(campaign, file, stopped, progress, waiting)


def books_of(campaign: CampaignSession, file: LoadedUpload, stopped: str = "") -> OpenBooks:
    """The reconciled books of a file."""
    settings = campaign.runtime.settings
    with campaign.ledger.read() as connection:
        asked = {**campaigns.asked(connection, campaign.key), **campaign.runtime.options}
    opened = reconcile(
        campaign.ledger, campaign.key, file.upload, file.table, order=settings.order,
        environment=settings.tango.environment, stopped=stopped, earlier=lambda: _earlier(campaign, file.upload),
        repairs=file.repairs,
    )  # fmt: skip
    uploads = [file.upload.id, *(repair.upload for repair in file.repairs)]
    with campaign.ledger.read() as connection:
        since = last_attempt(connection) if campaign.since is None else campaign.since
        now = sent_when.sent_now(connection, campaign.key, since)
        before = sent_when.sent_before(connection, campaign.key, uploads, since)
        halted = bool(pauses.of(connection, campaign.key).halted_at)
    books = replace(
        opened.books, host=settings.host, asked=asked, sent_now=in_money(("", "", *sums) for sums in now),
        sent_before=in_money(before), halted=halted,
    )  # fmt: skip
    return replace(opened, books=books)


def _earlier(campaign: CampaignSession, newest: Upload) -> Iterator[tuple[tuple[Column, ...], StatedRows]]:
    """The rows of earlier files that brought lines which the newest one does not have; erased files have none."""
    with campaign.ledger.read() as connection:
        numbers = row_status.uploads_elsewhere(connection, campaign.key, newest.id)
        uploads = [campaigns.upload(connection, number) for number in numbers]
    for upload in (upload for upload in uploads if not upload.purged_at):
        with restored_upload(campaign, upload) as file:
            for rows in stated_rows(campaign.ledger, upload.id, file.table):
                yield file.table.columns, rows
