"""How is a run closed?  Its rows and money are reconciled, its reports written, its exit code decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from campaign_runner import __version__, reconciliation, reporting
from campaign_runner.app.notices.outcomes import note_outcome
from campaign_runner.app.process import executor
from campaign_runner.app.process.progress import Progress
from campaign_runner.app.process.trim_memory import trim_memory
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import CampaignSession, rule_book
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.report_files import (
    annotating,
    marked,
    naming_reports,
    report_folder,
    report_targets,
    wanted_reports,
)
from campaign_runner.app.views.uploads import LoadedUpload, latest_upload, restored_upload, with_repairs
from campaign_runner.ledger import campaigns, pauses, row_status, sent_when
from campaign_runner.ledger.campaigns import Upload
from campaign_runner.ledger.opening import is_writable
from campaign_runner.ledger.requests import last_attempt
from campaign_runner.model import Books, Column, Finding, Hold, OpenBooks, Problem, Sent, StatedRows
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.money import from_units
from campaign_runner.model.observed import observed
from campaign_runner.model.plan_facts import Approval
from campaign_runner.model.wording import count
from campaign_runner.planning.plan_draft import PlanDraft
from campaign_runner.reporting import ProblemTally, registry, sent
from campaign_runner.reporting.report_folder import keep_note, unchanged
from campaign_runner.reporting.summary import summary
from campaign_runner.reporting.summary_shape import Summary

REPORTS_ARE_WHOLE = "The reports show every row of that file, each as it was corrected last."


@dataclass(frozen=True)
class Result:
    """The result of a command. `tally` is None where nothing was checked again; `plan` is what `plan` showed; `columns`,
    `problems` (the first of them), `held` and `head` (header and first rows) are those of a file that was checked;
    `unusual` (name and sentence) and `funds` (sentences) are what somebody should look at before it is sent;
    `differences` (`app.views.plan_differences`) are the rows that are not as before."""

    books: Books
    reports: Mapping[str, Path]
    exit_code: ExitCode
    tally: ProblemTally | None = None
    plan: str = ""
    approval: Approval = field(default_factory=Approval)
    columns: tuple[Column, ...] = ()
    problems: tuple[Problem, ...] = ()
    held: tuple[Hold, ...] = ()
    unusual: tuple[tuple[str, str], ...] = ()
    funds: tuple[str, ...] = ()
    head: tuple[tuple[str, ...], ...] = ()
    differences: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def plain(self) -> Summary:
        """As `summary.json` has it."""
        return summary(self.books, self.reports, self.exit_code, self.tally)


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
        code = reconciliation.exit_code(books)
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
    made_of = [__version__, rule_book(runtime).digest, content, settings, options, requests]
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
    opened = reconciliation.reconcile(
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
        opened.books, host=settings.host, asked=asked, sent_now=_sent(("", "", *sums) for sums in now),
        sent_before=_sent(before), halted=halted,
    )  # fmt: skip
    return replace(opened, books=books)


def _sent(sendings: Iterable[tuple[str, str, str, int, int]]) -> Sent:
    """Lines that left, from units to money."""
    return sent.of(
        [(file, day, currency, lines, from_units(units)) for file, day, currency, lines, units in sendings]
    )


def _earlier(campaign: CampaignSession, newest: Upload) -> Iterator[tuple[tuple[Column, ...], StatedRows]]:
    """The rows of earlier files that brought lines which the newest one does not have; erased files have none."""
    with campaign.ledger.read() as connection:
        numbers = row_status.uploads_elsewhere(connection, campaign.key, newest.id)
        uploads = [campaigns.upload(connection, number) for number in numbers]
    for upload in (upload for upload in uploads if not upload.purged_at):
        with restored_upload(campaign, upload) as file:
            for rows in reconciliation.stated_rows(campaign.ledger, upload.id, file.table):
                yield file.table.columns, rows


@observed("stage", stage="report")
def finish_check(
    draft: PlanDraft, reading: ReadOptions, runtime: Runtime, progress: Progress, also: Mapping[str, Path] | None = None,
    before: Iterable[tuple[str, str, str, int, int]] = (),
) -> Result:  # fmt: skip
    """What would be in the books, and the reports of what is to be corrected; `also` names others, `before` is
    what was sent before (`ledger.sent_when`). Nothing was sent."""
    opened = reconciliation.foresee(
        draft.table, draft.counts(), draft.unwell, draft.rows, draft.plan.batch_count, order=runtime.settings.order,
        environment=runtime.settings.tango.environment,
    )  # fmt: skip
    dropped = len(draft.plan.holds) - len(draft.plan.waiting)
    books = replace(opened.books, host=runtime.settings.host, sent_before=_sent(before), dropped=dropped)
    code = reconciliation.checked_exit_code(books)
    names, marks = registry.names_of_check(), draft.marks()
    places = report_targets(runtime, names, reading.path)
    books = naming_reports(books, places, bool(marks and draft.table.sheet), names)
    with marked(reading, draft.table, marks, places) as annotated:
        written = reporting.write_reports(
            replace(opened, books=books), report_folder(runtime), exit_code=code, problems=draft.tally,
            only=frozenset(names), progress=progress, also=lambda: {**annotated(), **(also or {})}, targets=places,
        )  # fmt: skip
    return Result(
        books, written, code, draft.tally, columns=draft.table.columns, problems=tuple(draft.problems),
        held=tuple(draft.plan.waiting), head=draft.table.head,
    )  # fmt: skip
