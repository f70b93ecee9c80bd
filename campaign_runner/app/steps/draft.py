"""From a file to a draft of what would be sent: read, check and plan in one pass.  Nothing leaves, nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import orjson
import pandas as pd

from campaign_runner import intake, planning, validation
from campaign_runner.app.catalogue import CatalogueSnapshot
from campaign_runner.app.process.executor import each, is_long, spare
from campaign_runner.app.process.gc_pause import gc_paused
from campaign_runner.app.process.progress import Progress
from campaign_runner.app.process.trim_memory import trim_memory
from campaign_runner.app.runtime import Runtime
from campaign_runner.ledger.ledger_files import file_sha256
from campaign_runner.model import Problem, RawTable, RuleBook
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.finance_options import own_headers
from campaign_runner.model.problem_tally import ProblemTally
from campaign_runner.planning import Decisions
from campaign_runner.planning.changed_rows import described
from campaign_runner.planning.chunk_processor import Chunk, ChunkProcessor, ChunkResult, Expired, tallied
from campaign_runner.planning.ledger_history import LedgerHistory, known_frame, people, planned_frame
from campaign_runner.planning.plan_draft import PlanDraft
from campaign_runner.planning.rejected_rows import RejectedChunk, RejectedRows, refused
from campaign_runner.settings import Settings

# How many problems the annotated workbook and the screen can hold; all are counted, and all are in the failures file.
PROBLEMS_KEPT = 10_000
LATE_AT_ONCE = 1_000


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read: `copy` is read instead of `path` (see `copied`)."""

    path: Path
    sheet: str | None = None
    hidden: HiddenRows = HiddenRows.HOLD
    copy: Path | None = None

    @property
    def file(self) -> Path:
        """The file to open: nobody writes it meanwhile."""
        return self.copy or self.path


def checked_draft(
    reading: ReadOptions, runtime: Runtime, snapshot: CatalogueSnapshot, past: LedgerHistory | None, progress: Progress,
    canary: int = 0, *, dry: bool = False, table: RawTable | None = None,
) -> PlanDraft:  # fmt: skip
    """Read, check and plan a file, its rewards by the catalogue; the first `canary` lines of the plan go alone. A `dry`
    draft holds nothing that can be sent. `table` is the file, where it was opened already."""
    settings, book, catalogue, past = runtime.settings, runtime.rule_book, snapshot.context, past or LedgerHistory()
    table, tango = table or read(reading, settings, book), settings.tango
    validator = validation.compile_rules(
        book, columns=table.columns, today=today(runtime), defaults=settings.defaults, key=settings.identity.key,
        phone_countries=settings.rules.phone_countries, postal_codes=settings.rules.postal_codes,
        address_utids=settings.rules.address_utids, currency=settings.tango.currency,
        currencies=catalogue.currencies,
    )  # fmt: skip
    collector = planning.LineBuilder(
        settings.order, validator.key, tango.currency, tango.bulk_shipping, past.secret,
        currencies=catalogue.currencies, groups=own_headers(table.columns, settings.finance.group_by), dry=dry,
    )  # fmt: skip
    examine = _Examiner(
        ChunkProcessor(table.without_rows(), validator, collector, catalogue, settings.order, tango.currency)
    )
    seen = _Pass(collector)
    with closing(each(examine, seen.chunks(table), spare() if is_long(reading.file) else 0)) as parts:
        for part in parts:
            seen.add(part)
            progress("check", seen.rows, None)
    trim_memory()
    plan, changes = described(
        planning.make_plan(
            collector, known_frame(past, table.report, seen.original_rows), past.decisions, tango.batch_size,
            people(past.rewarded), planned_frame(past.unsent), several=settings.identity.several_per_recipient,
        ),
        past,
    )  # fmt: skip
    seen.decide_late(plan.late)
    for hold in plan.waiting:
        seen.tally.hold(hold)
    trim_memory()
    statuses = {line.line_id: line.status for line in past.known}
    return PlanDraft(
        table, planning.with_canary(plan, canary), seen.rows, seen.tally, seen.problems, seen.rejected, statuses,
        fingerprint(settings, book, reading, past.decisions), file_sha256(reading.file), seen.remembered,
        path=reading.path, about=past.asked.held_by_the_newest_file()[0] if table.report == "failures" else 0,
        names_rewards=seen.names_rewards,
    ).telling(*changes, *snapshot.notes)  # fmt: skip


def today(runtime: Runtime) -> date:
    """The run's date, in UTC: what dates in the file are measured against."""
    return runtime.clock.now().date()


def read(reading: ReadOptions, settings: Settings, book: RuleBook) -> RawTable:
    """Open the file as the settings say."""
    return intake.read(reading.file, book, columns=settings.columns, sheet=reading.sheet, hidden=reading.hidden)


def fingerprint(settings: Settings, book: RuleBook, reading: ReadOptions, decisions: Decisions) -> str:
    """Names everything besides the file that decides what is sent: the same file under the same one resumes."""
    values = settings.model_dump(mode="json", include={"campaign", "columns", "defaults", "rules", "identity"})
    tango = settings.tango.model_dump(
        mode="json",
        include={"customer", "account", "endpoint", "currency", "orders_form", "bulk_shipping", "batch_size"},
    )
    decided = [sorted(decisions.released), sorted(decisions.dropped)]
    parts = [values, tango, book.digest, reading.sheet, reading.hidden, *decided]
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class _Examiner:
    """Examines a chunk and leaves garbage alone meanwhile; in any process."""

    process: ChunkProcessor

    def __call__(self, chunk: Chunk) -> ChunkResult:
        with gc_paused():
            return self.process(chunk)


@dataclass
class _Pass:
    """What one pass over the file gathers."""

    collector: planning.LineBuilder
    rows: int = 0
    tally: ProblemTally = field(default_factory=ProblemTally)
    problems: list[Problem] = field(default_factory=list)
    rejected: RejectedRows = field(default_factory=RejectedRows)
    remembered: list[pd.DataFrame] = field(default_factory=list)
    original_rows: set[int] = field(default_factory=set)
    names_rewards: bool = False
    _late: dict[int, Expired] = field(default_factory=dict)

    def chunks(self, table: RawTable) -> Iterator[Chunk]:
        """The file, chunk by chunk."""
        for number, rows in enumerate(table.chunks()):
            yield Chunk(rows, first=number == 0, room=PROBLEMS_KEPT - len(self.problems))

    def add(self, part: ChunkResult) -> None:
        """Put the next part to the others."""
        self.rows += part.rows
        self.original_rows.update(part.original_rows)
        self.collector.keep(part.collected)
        self.names_rewards = self.names_rewards or part.names_rewards
        self._late |= part.late
        if part.remembered is not None:
            self.remembered.append(part.remembered)
        self._take(part.tally, part.refused, part.problems)

    def decide_late(self, late: frozenset[int]) -> None:
        """Rows that are too late are rejected, but those that were sent in time keep their status."""
        rows = sorted(late)
        for start in range(0, len(rows), LATE_AT_ONCE):
            portion = {row: self._late[row] for row in rows[start : start + LATE_AT_ONCE]}
            problems = [problem for row in portion.values() for problem in row.problems]
            units = {row: late.units for row, late in portion.items()}
            currencies = {row: late.currency for row, late in portion.items()}
            self._take(tallied(problems), refused(problems, units, currencies, ""), problems)

    def _take(self, tally: ProblemTally, entries: RejectedChunk, problems: list[Problem]) -> None:
        self.tally.join(tally)
        self.rejected.add(entries)
        self.problems.extend(problems[: PROBLEMS_KEPT - len(self.problems)])
