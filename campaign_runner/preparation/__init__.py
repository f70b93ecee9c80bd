"""From a file to a draft of what would be sent: read, check and plan in one pass.  Nothing leaves, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import orjson
import pandas as pd

from campaign_runner import intake, planning, validation
from campaign_runner.ledger.campaigns import file_sha256
from campaign_runner.ledger.plans import KnownLine, RewardedPerson
from campaign_runner.lifecycle import RowStatus
from campaign_runner.model import Checked, CleanRows, Order, Problem, RawTable, RuleBook
from campaign_runner.money import parse, to_units
from campaign_runner.planning.collector import halves
from campaign_runner.preparation.draft import Draft, Rejected, noted
from campaign_runner.preparation.knowledge import Knowledge, judged
from campaign_runner.reporting import ProblemTally
from campaign_runner.reporting.groups import own_headers
from campaign_runner.settings import Settings

__all__ = ["Draft", "Knowledge", "Past", "Progress", "Reading", "fingerprint", "noted", "prepare", "read"]

Progress = Callable[[str, int, int | None], None]
# How many problems the annotated workbook and the screen can hold; all are counted, and all are in the failures file.
PROBLEMS_KEPT = 10_000


@dataclass(frozen=True)
class Reading:
    """How a file is to be read: `hidden` is include, hold or skip."""

    path: Path
    sheet: str | None = None
    hidden: str = "hold"


@dataclass(frozen=True)
class Past:
    """What the ledger knows that planning must heed: lines sent, references let go, people rewarded."""

    known: Sequence[KnownLine] = ()
    released: frozenset[str] = frozenset()
    rewarded: Sequence[RewardedPerson] = ()
    secret: bytes = b""


def prepare(
    reading: Reading, settings: Settings, book: RuleBook, *, today: date, past: Past | None = None,
    knowledge: Knowledge | None = None, progress: Progress = lambda *_: None, dry: bool = False,
) -> Draft:  # fmt: skip
    """Read, check and plan a file. `today` is the run's date in UTC, `knowledge` what is known of its rewards; a `dry`
    draft holds nothing that can be sent."""
    past, knowledge = past or Past(), knowledge or Knowledge()
    table = read(reading, settings, book)
    validator = validation.compile_rules(
        book, columns=table.columns, today=today, defaults=settings.defaults, key=settings.identity.key,
        phone_countries=settings.rules.phone_countries, postal_codes=settings.rules.postal_codes,
        address_utids=settings.rules.address_utids, currency=settings.tango.currency,
    )  # fmt: skip
    tango = settings.tango
    collector = planning.Collector(
        settings.order, validator.key, tango.currency, tango.bulk_shipping, past.secret,
        currencies=knowledge.currencies, groups=own_headers(table.columns, settings.finance.group_by), dry=dry,
    )  # fmt: skip
    seen = _Pass(collector, Rejected(tango.currency))
    with ThreadPoolExecutor(1) as second:  # what was judged is taken in while the next rows are judged
        taken: Future[None] | None = None
        for raw in table.chunks():
            rows = knowledge.with_utids(raw, table)
            checked = judged(_deliverable(validator(rows), table, settings.order), table, knowledge.judges)
            currencies = knowledge.currencies_of(checked.worth, rows, table)
            if taken:
                taken.result()
                progress("check", seen.rows, None)
            taken = second.submit(seen.add, checked, currencies, rows.hidden, len(rows.cells))
        if taken:
            taken.result()
    progress("check", seen.rows, None)
    plan = planning.plan(collector, known_frame(past.known), past.released, tango.batch_size, people(past.rewarded))
    seen.decide_late(plan.late)
    for hold in plan.holds:
        seen.tally.hold(hold)
    statuses = {line.line_id: line.status for line in past.known}
    return Draft(
        table, plan, seen.rows, seen.tally, seen.problems, seen.rejected, statuses,
        fingerprint(settings, book, reading, past.released), file_sha256(reading.path),
    )  # fmt: skip


def _deliverable(checked: Checked, table: RawTable, order: Order) -> Checked:
    """What the endpoint cannot deliver is refused at its cell, like any other problem."""
    if order.endpoint != "orders" or checked.clean.fields.empty:
        return checked
    fields = checked.clean.fields
    refused = planning.undeliverable(fields, order.single_form)
    problems = tuple(
        Problem(row, table.column_of(name), f"{name}:endpoint", str(fields.at[row, name]), what, remedy)
        for row, (name, what, remedy) in refused.items()
    )
    worth = {row: to_units(parse(str(fields.at[row, "amount"]))) for row in refused}
    stays = fields.index.difference(list(refused))
    clean = CleanRows(fields.loc[stays], checked.clean.own.loc[stays])
    return replace(checked, clean=clean, problems=(*checked.problems, *problems), worth={**checked.worth, **worth})


def read(reading: Reading, settings: Settings, book: RuleBook) -> RawTable:
    """Open the file as the settings say."""
    return intake.read(reading.path, book, columns=settings.columns, sheet=reading.sheet, hidden=reading.hidden)


def fingerprint(settings: Settings, book: RuleBook, reading: Reading, released: frozenset[str]) -> str:
    """Names everything besides the file that decides what is sent: the same file under the same one resumes."""
    values = settings.model_dump(mode="json", include={"campaign", "columns", "defaults", "rules", "identity"})
    tango = settings.tango.model_dump(
        mode="json",
        include={"customer", "account", "endpoint", "currency", "orders_form", "bulk_shipping", "batch_size"},
    )
    said = [values, tango, book.digest, reading.sheet, reading.hidden, sorted(released)]
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def known_frame(known: Iterable[KnownLine]) -> pd.DataFrame:
    """The ledger's lines as planning wants them (`planning.KNOWN_COLUMNS`)."""
    lines = list(known)
    frame = pd.DataFrame({"line_id": [line.line_id for line in lines]}, dtype="int64")
    frame["hi"], frame["lo"] = halves([line.identity for line in lines])
    frame["content_hi"], frame["content_lo"] = halves([line.content for line in lines])
    frame["failed"] = [line.status in (RowStatus.FAILED, RowStatus.CANCELLED) for line in lines]
    return frame


def people(rewarded: Iterable[RewardedPerson]) -> pd.DataFrame:
    """The ledger's people as planning wants them (`planning.persons.REWARDED_COLUMNS`)."""
    them = list(rewarded)
    frame = pd.DataFrame([person[1:] for person in them], columns=["campaign", "day", "same"])
    frame["contact_hi"], frame["contact_lo"] = halves([person.contact for person in them])
    return frame.astype({"same": bool}).sort_values("same", ascending=False, kind="stable")


@dataclass
class _Pass:
    """What one pass over the file gathers."""

    collector: planning.Collector
    rejected: Rejected
    rows: int = 0
    tally: ProblemTally = field(default_factory=ProblemTally)
    problems: list[Problem] = field(default_factory=list)
    _late: dict[int, list[Problem]] = field(default_factory=dict)
    _worth: dict[int, int] = field(default_factory=dict)

    def add(self, checked: Checked, currencies: Mapping[int, str], hidden: frozenset[int], rows: int) -> None:
        self.rows += rows
        self.rejected.currencies.update(currencies)
        self.collector.add(checked, hidden)
        self._take([problem for problem in checked.problems if not self._defer(problem, checked)], checked.worth)

    def decide_late(self, late: frozenset[int]) -> None:
        """Rows that are too late are rejected, but those that were sent in time keep their status."""
        for row in sorted(late):
            self._take(self._late[row], self._worth)

    def _defer(self, problem: Problem, checked: Checked) -> bool:
        if problem.row not in checked.stale or not problem.calendar:
            return False
        self._late.setdefault(problem.row, []).append(problem)
        self._worth[problem.row] = checked.worth.get(problem.row, -1)
        return True

    def _take(self, problems: list[Problem], worth: Mapping[int, int]) -> None:
        self.rejected.add(problems, worth)
        for problem in problems:
            self.tally.add(problem)
        self.problems.extend(problems[: PROBLEMS_KEPT - len(self.problems)])
