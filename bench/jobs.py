"""What is measured, against whom?"""

from __future__ import annotations

from pathlib import Path

from bench.alone import faulty, floors, follow, growth, growth_workbook, paced, resume, start_up, status
from bench.job import Command, Contender, Job, check_of, placed
from bench.serving_jobs import serving
from bench.stage import Stage, rewards


def jobs(rows: int, small: int) -> list[Job]:
    """All jobs; `rows` of CSV and `small` of a workbook."""
    return [
        check(rows), run(rows), plan(small), check_workbook(small), reports(rows), workbook(small), growth(rows),
        growth_workbook(small), faulty(rows), start_up(), paced(small), follow(rows // 1_000),
        resume(rows), status(5 * rows), floors(rows), *serving(50, rows // 1_000, rows),
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
            Contender("campaign-runner check", check_of(rows)),
            Contender("campaign-runner plan", lambda place: place.ours("plan", rewards(rows)), tango=True),
        ),
        goal="within 1.3 times check",
    )  # fmt: skip


def check_workbook(rows: int) -> Job:
    """One workbook."""

    def path() -> Path:
        return rewards(rows, suffix="xlsx")

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
