"""What ours costs by itself: by size, by faulty rows, at a pace, once more, and what no tool can save."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import follow_orders
from bench.job import Command, Contender, Job, check_of, placed
from bench.measuring import cost_of
from bench.stage import Stage, rewards


def growth(most: int) -> Job:
    """The same at every size."""
    sizes = [rows for rows in (1_000, 10_000, 100_000, 1_000_000) if rows <= most]
    return Job(
        "growth-csv", "check, CSV, by size",
        tuple(Contender(f"{rows:,} rows", check_of(rows)) for rows in sizes),
        goal="linear within 20 %, memory flat from 100,000 rows on", facts=lambda costs: _growth(costs, sizes),
    )  # fmt: skip


def growth_workbook(most: int) -> Job:
    """The same for workbooks."""
    sizes = [rows for rows in (1_000, 10_000, 100_000) if rows <= most]
    return Job(
        "growth-xlsx", "check, XLSX, by size",
        tuple(Contender(f"{rows:,} rows", check_of(rows, suffix="xlsx")) for rows in sizes),
        goal="linear within 20 %", facts=lambda costs: _growth(costs, sizes),
    )  # fmt: skip


def faulty(rows: int) -> Job:
    """The same with more and fewer wrong rows."""

    def facts(costs: Mapping[str, Any]) -> dict[str, float]:
        none, half = costs["0 % faulty"]["seconds"], costs["50 % faulty"]["seconds"]
        return {"50 % against 0 %": round(half / none, 2)}

    return Job(
        "faulty", f"check, CSV, {rows:,} rows, by faulty rows",
        tuple(Contender(f"{share} % faulty", check_of(rows, share)) for share in (0, 2, 50)),
        goal="50 % at most twice the time of 0 %", facts=facts,
    )  # fmt: skip


def start_up() -> Job:
    """What a small command costs."""
    return Job(
        "start-up", "start-up",
        (
            Contender("campaign-runner --help", lambda place: [*place.module("x")[:2], "campaign_runner", "--help"]),
            Contender("campaign-runner check, 50 rows", check_of(50)),
        ),
        goal="0.4 s and 2 s",
    )  # fmt: skip


def paced(rows: int) -> Job:
    """What is not Tango's pace: at one request a second (or faster with smaller batches, where time is short)."""
    pace, batch, some = (1.0, 500, rows) if rows >= 100_000 else (20.0, 10, 2_000)
    valid = some - some * 2 // 100
    requests = -(-valid // batch) + 2  # before the orders, one for the catalogue and one for the account

    def ours(place: Stage) -> list[str]:
        return place.module("ours", "run", place.settings, place.folder, rewards(some), 0)

    def facts(costs: Mapping[str, Any]) -> dict[str, float]:
        told = costs["campaign-runner run"]["seconds"]
        return {
            "requests": requests,
            "requests a second": pace,
            "over pace, %": round(100 * (told * pace / requests - 1), 2),
        }

    return Job(
        "paced", f"run, {some:,} rows, batches of {batch}, {pace:g} request{'s' if pace > 1 else ''} a second",
        (Contender("campaign-runner run", ours, tango=True, pace=pace, batch=batch),),
        goal="at most 2 % longer than its requests divided by the pace", facts=facts, times=1,
    )  # fmt: skip


def follow(orders: int) -> Job:
    """Requests and time from placing to the final status, by a clock that is turned by hand."""

    def by(way: str) -> Command:
        return lambda place: place.module("follow_orders", orders, 10, way)

    def facts(_: Mapping[str, Any]) -> dict[str, float]:
        told = {way: json.loads(follow_orders.figures(way).read_text("utf-8")) for way in ("list", "each")}
        return {f"{name} ({way})": value for way, values in told.items() for name, value in values.items()}

    return Job(
        "follow", f"{orders:,} orders that end after ten minutes, 1 request a second (simulated clock)",
        (Contender("followed by Tango's list", by("list")), Contender("each order asked for by itself", by("each"))),
        goal="at most 2.2 requests an order, and 3 % over 2 x orders / quota", facts=facts, times=1,
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
        goal="in proportion to what is left (reports are written whole, or not at all)", facts=facts,
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


def _growth(costs: Mapping[str, Any], sizes: list[int]) -> dict[str, float]:
    """Microseconds a row beyond the time of the smallest file, which is start-up, and how they differ."""
    first = costs[f"{sizes[0]:,} rows"]["seconds"]
    each = {rows: 1e6 * (costs[f"{rows:,} rows"]["seconds"] - first) / (rows - sizes[0]) for rows in sizes[1:]}
    told = {f"µs a row, {rows:,} rows": round(value, 1) for rows, value in each.items()}
    long = [value for rows, value in each.items() if rows >= sizes[-1] // 10]
    return told | ({"µs a row, last against the one before": round(long[-1] / long[0], 2)} if len(long) > 1 else {})
