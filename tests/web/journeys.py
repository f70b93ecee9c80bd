"""Who goes on a journey, and what several of them do: a file, and the work of a worker.

A module says by which DOOR its people come in: "browser" or "program". It imports the fixtures of `__all__`.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from campaign_runner.app.jobs import work_once
from tests.doors.conftest import HEADERS, House, house
from tests.web.conftest import HouseSite

__all__ = ["finn", "hanna", "house", "site"]


@pytest.fixture
def site(house: House):
    house.values["approval"] = {"required_above": {"USD": 30}}
    return HouseSite(house.workspace, house)


@pytest.fixture
def hanna(site, request):
    return getattr(site, request.module.DOOR)("hanna@example.com", "submitter")


@pytest.fixture
def finn(site, request):
    return getattr(site, request.module.DOOR)("finn@example.com", "approver")


def csv(*rows):
    return {"file": ("q4.csv", "\n".join([HEADERS, *rows]).encode())}


def work(site):
    for _ in range(20):
        with site.workspace.ledger().write("due") as connection:
            connection.execute(text("UPDATE jobs SET due_at = 0"))
        if not work_once(site.workspace):
            return


def begun(site, hanna, *rows, headers=HEADERS):
    assert hanna.post("/campaigns/new", data={"id": "q4", "name": "Q4"}).headers["Location"] == "/campaigns/q4/upload"
    file = {"file": ("q4.csv", "\n".join([headers, *rows]).encode())} if headers != HEADERS else csv(*rows)
    answer = hanna.post("/campaigns/q4/upload", files=file)
    assert answer.headers["Location"] == "/campaigns/q4/problems", answer.text
    assert "being checked" in hanna.get("/campaigns/q4/problems").text
    work(site)


def plan(browser):
    return re.findall(r'name="plan" value="(\w{64})"', browser.get("/campaigns/q4/plan").text)[0]
