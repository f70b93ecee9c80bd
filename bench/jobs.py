"""What is measured, against whom?  A job is a table of contenders; the first one is ours, the ratios are to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.measuring import cost_of
from bench.stage import Stage, rewards, stage

Command = Callable[[Stage], list[str]]
Facts = Callable[[Mapping[str, Any]], dict[str, float]]


@dataclass(frozen=True)
class Contender:
    """One way to do the job. `part`: it is given one row in so many, and its time multiplied; `needs`: a library
    that may be missing; `tango`: it gets a fresh stand-in; `before`: what is done first and not measured."""

    name: str
    command: Command
    part: int = 1
    needs: str = ""
    tango: bool = False
    pace: float = 0
    batch: int = 500
    before: Callable[[Stage], None] = field(default=lambda _: None)

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Where it runs."""
        with stage(tango=self.tango, pace=self.pace, batch=self.batch) as place:
            self.before(place)
            yield place


@dataclass(frozen=True)
class Job:
    """`goal` says what the ratios are to reach; `facts` are figures made of the results; `shared`: all contenders
    and repetitions use one stage, prepared once; `times`: how often at most."""

    key: str
    title: str
    contenders: tuple[Contender, ...]
    goal: str = ""
    facts: Facts = lambda _: {}
    shared: bool = False
    times: int = 3


def jobs(rows: int, small: int) -> list[Job]:
    """All jobs; `rows` of CSV and `small` of a workbook."""
    return [
        check(rows), run(rows), plan(small), check_workbook(small), reports(rows), workbook(small), growth(rows),
        growth_workbook(small), faulty(rows), start_up(), paced(small), resume(rows), status(5 * rows), floors(rows),
    ]  # fmt: skip


def check(rows: int) -> Job:
    """One CSV file."""
    part = max(1, rows // 100_000)

    def by(module: str) -> Command:
        return lambda _: Stage(Path()).module(f"contenders.{module}", rewards(rows))

    def frictionless(_: Stage) -> list[str]:
        return Stage(Path()).module("contenders.check_frictionless", rewards(rows // part))

    return Job(
        "check", f"check, CSV, {rows:,} rows",
        (
            Contender("campaign-runner check", lambda place: place.ours("check", rewards(rows))),
            Contender("csv.DictReader and compiled regexes", by("check_by_hand")),
            Contender("pydantic model per row, EmailStr", by("check_pydantic_email"), needs="email_validator"),
            Contender("pydantic model per row, e-mail by pattern", by("check_pydantic")),
            Contender("frictionless validate", frictionless, part=part, needs="frictionless"),
            Contender("pandera on one frame of object columns", by("check_pandera")),
        ),
        goal="faster than by hand, 4 times faster than pydantic, 20 times than frictionless; 15 s, 500 MB",
    )  # fmt: skip


def run(rows: int) -> Job:
    """Check, plan, place, report; nothing is tracked."""

    def ours(place: Stage) -> list[str]:
        return place.module("ours", "run", place.settings, place.folder, rewards(rows), 0)

    def by(module: str) -> Command:
        return lambda place: place.module(f"contenders.{module}", rewards(rows), place.folder, place.url)

    return Job(
        "run", f"run without tracking, {rows:,} rows, batches of 500",
        (
            Contender("campaign-runner run", ours, tango=True),
            Contender("plain Python, row by row", by("run_plain"), tango=True),
            Contender("pydantic models", by("run_pydantic"), tango=True),
        ),
        goal="1.8 times faster than plain Python, 5 times than pydantic; 25 s, 600 MB",
    )  # fmt: skip


def plan(rows: int) -> Job:
    """What a preview costs: its page, its identity, the catalogue and the account."""
    return Job(
        "plan", f"plan, CSV, {rows:,} rows",
        (
            Contender("campaign-runner check", _check_of(rows)),
            Contender("campaign-runner plan", lambda place: place.ours("plan", rewards(rows)), tango=True),
        ),
        goal="within 1.3 times check",
    )  # fmt: skip


def check_workbook(rows: int) -> Job:
    """One workbook."""
    path = lambda: rewards(rows, suffix="xlsx")  # noqa: E731
    return Job(
        "check-xlsx", f"check, XLSX, {rows:,} rows",
        (
            Contender("campaign-runner check", lambda place: place.ours("check", path())),
            Contender("calamine, reading alone", lambda p: p.module("contenders.read_workbook", "calamine", path())),
            Contender("openpyxl, reading alone", lambda p: p.module("contenders.read_workbook", "openpyxl", path())),
        ),
        goal="2.5 times faster than openpyxl's reading alone; 5 s",
    )  # fmt: skip


def reports(rows: int) -> Job:
    """Every line of a ledger, as CSV."""

    def ours(place: Stage) -> list[str]:
        names = ("results.csv", "failures.csv", "finance.csv", "summary.json")
        return place.module("ours", "reports", place.settings, place.folder, *names)

    def pandas(place: Stage) -> list[str]:
        ledger = place.folder / "state" / "ledger.sqlite"
        return place.module("contenders.reports_pandas", rewards(rows), ledger, place.folder / "pandas")

    return Job(
        "reports", f"reports, {rows:,} rows, CSV and finance",
        (
            Contender("campaign-runner reports", ours, tango=True, before=placed(rows)),
            Contender("pandas to_csv from one frame", pandas),
        ),
        goal="10 s, memory flat", shared=True,
    )  # fmt: skip


def workbook(rows: int) -> Job:
    """One long sheet."""

    def ours(place: Stage) -> list[str]:
        return place.module("ours", "reports", place.settings, place.folder, "results.xlsx")

    def by(library: str) -> Command:
        return lambda place: place.module(
            "contenders.write_workbook", library, place.folder / "reports/bench/results.csv", place.folder / "x.xlsx"
        )

    return Job(
        "results-xlsx", f"results.xlsx, {rows:,} rows",
        (
            Contender("campaign-runner reports", ours, tango=True, before=placed(rows)),
            Contender("XlsxWriter", by("xlsxwriter")),
            Contender("openpyxl, write-only", by("openpyxl")),
        ),
        goal="within 1.3 times XlsxWriter alone", shared=True,
    )  # fmt: skip


def growth(most: int) -> Job:
    """The same at every size."""
    sizes = [rows for rows in (1_000, 10_000, 100_000, 1_000_000) if rows <= most]
    return Job(
        "growth-csv", "check, CSV, by size",
        tuple(Contender(f"{rows:,} rows", _check_of(rows)) for rows in sizes),
        goal="linear within 20 %, memory flat from 100,000 rows on", facts=lambda costs: _growth(costs, sizes),
    )  # fmt: skip


def growth_workbook(most: int) -> Job:
    """The same for workbooks."""
    sizes = [rows for rows in (1_000, 10_000, 100_000) if rows <= most]
    return Job(
        "growth-xlsx", "check, XLSX, by size",
        tuple(Contender(f"{rows:,} rows", _check_of(rows, suffix="xlsx")) for rows in sizes),
        goal="linear within 20 %", facts=lambda costs: _growth(costs, sizes),
    )  # fmt: skip


def faulty(rows: int) -> Job:
    """The same with more and fewer wrong rows."""

    def facts(costs: Mapping[str, Any]) -> dict[str, float]:
        none, half = costs["0 % faulty"]["seconds"], costs["50 % faulty"]["seconds"]
        return {"50 % against 0 %": round(half / none, 2)}

    return Job(
        "faulty", f"check, CSV, {rows:,} rows, by faulty rows",
        tuple(Contender(f"{share} % faulty", _check_of(rows, share)) for share in (0, 2, 50)),
        goal="50 % at most twice the time of 0 %", facts=facts,
    )  # fmt: skip


def start_up() -> Job:
    """What a small command costs."""
    return Job(
        "start-up", "start-up",
        (
            Contender("campaign-runner --help", lambda place: [*place.module("x")[:2], "campaign_runner", "--help"]),
            Contender("campaign-runner check, 50 rows", _check_of(50)),
        ),
        goal="0.4 s and 2 s",
    )  # fmt: skip


def paced(rows: int) -> Job:
    """What is not Tango's pace: at one request a second (or faster with smaller batches, where time is short)."""
    pace, batch, some = (1.0, 500, rows) if rows >= 100_000 else (20.0, 10, 2_000)
    valid = some - some * 2 // 100
    requests = -(-valid // batch)

    def ours(place: Stage) -> list[str]:
        return place.module("ours", "run", place.settings, place.folder, rewards(some), 0)

    def facts(costs: Mapping[str, Any]) -> dict[str, float]:
        told = costs["campaign-runner run"]["seconds"]
        paced = 0.95 * pace  # the runner keeps 5 % below the quota
        return {
            "requests": requests,
            "requests a second": paced,
            "over pace, %": round(100 * (told * paced / requests - 1), 2),
        }

    return Job(
        "paced", f"run, {some:,} rows, batches of {batch}, {pace:g} request{'s' if pace > 1 else ''} a second",
        (Contender("campaign-runner run", ours, tango=True, pace=pace, batch=batch),),
        goal="at most 2 % longer than its requests divided by the pace", facts=facts, times=1,
    )  # fmt: skip


def resume(rows: int) -> Job:
    """A run again: with nothing left, and with a tenth left."""

    def again(place: Stage) -> list[str]:
        return place.module("ours", "run", place.settings, place.folder, rewards(rows), 0)

    def most_done(place: Stage) -> None:
        placed(rows)(place)
        cost_of(place.module("ledgers", "unsend", place.folder / "state" / "ledger.sqlite", 10))

    def facts(costs: Mapping[str, Any]) -> dict[str, float]:
        whole = costs["from the beginning"]["seconds"]
        return {f"{name}, of a whole run": round(cost["seconds"] / whole, 3) for name, cost in costs.items()}

    return Job(
        "resume", f"run again, {rows:,} rows",
        (
            Contender("from the beginning", again, tango=True),
            Contender("a tenth left", again, tango=True, before=most_done),
            Contender("nothing left", again, tango=True, before=placed(rows)),
        ),
        goal="in proportion to what is left (the reports are written whole each time)", facts=facts,
    )  # fmt: skip


def status(lines: int) -> Job:
    """How campaigns stand, on a long ledger."""

    def made(place: Stage) -> None:
        cost_of(place.module("ledgers", "make", place.folder / "state", lines))

    return Job(
        "status", f"status, {lines:,} lines in the ledger",
        (Contender("campaign-runner status", lambda place: place.ours("status"), before=made),),
        goal="1 s", shared=True,
    )  # fmt: skip


def floors(rows: int) -> Job:
    """What cannot be saved: reading, hashing and inserting, each alone."""

    def by(what: str) -> Command:
        return lambda _: Stage(Path()).module("contenders.floors", what, rewards(rows))

    return Job(
        "floors", f"floors, {rows:,} rows",
        (
            Contender("read alone (arrow)", by("read")),
            Contender("hash alone (SHA-256 of each row)", by("hash")),
            Contender("insert alone (SQLite, one index)", by("insert")),
        ),
        goal="what check and run cannot go below",
    )  # fmt: skip


def placed(rows: int) -> Callable[[Stage], None]:
    """A run that has ended."""

    def before(place: Stage) -> None:
        cost_of(place.module("ours", "run", place.settings, place.folder, rewards(rows), 0))

    return before


def once(job: Job) -> Job:
    """The job, done a single time."""
    return replace(job, times=1)


def _check_of(rows: int, share: int = 2, suffix: str = "csv") -> Command:
    return lambda place: place.ours("check", rewards(rows, share, suffix))


def _growth(costs: Mapping[str, Any], sizes: list[int]) -> dict[str, float]:
    """Microseconds a row beyond the time of the smallest file, which is start-up, and how they differ."""
    first = costs[f"{sizes[0]:,} rows"]["seconds"]
    each = {rows: 1e6 * (costs[f"{rows:,} rows"]["seconds"] - first) / (rows - sizes[0]) for rows in sizes[1:]}
    told = {f"µs a row, {rows:,} rows": round(value, 1) for rows, value in each.items()}
    long = [value for rows, value in each.items() if rows >= sizes[-1] // 10]
    return told | ({"µs a row, last against the one before": round(long[-1] / long[0], 2)} if len(long) > 1 else {})
