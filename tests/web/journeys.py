"""What several journeys do: a file, and the work of a worker."""

from __future__ import annotations

from sqlalchemy import text

from campaign_runner.app.jobs import work_once
from tests.doors.conftest import HEADERS


def csv(*rows):
    return {"file": ("q4.csv", "\n".join([HEADERS, *rows]).encode())}


def work(site):
    for _ in range(20):
        with site.workspace.ledger().write("due") as connection:
            connection.execute(text("UPDATE jobs SET due_at = 0"))
        if not work_once(site.workspace):
            return
