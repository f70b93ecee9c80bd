"""A server in this process, and people with accounts in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest

from campaign_runner.app.accounts.passwords import hashed
from campaign_runner.app.accounts.sign_in import Browser, begin_session
from campaign_runner.app.accounts.tokens import create_token
from campaign_runner.app.accounts.users import add_user, find_user
from campaign_runner.app.runtime import SystemClock
from campaign_runner.app.workspace import Workspace, open_workspace
from campaign_runner.entrypoints.web.application import create_app
from campaign_runner.ledger import people
from tests.doors.conftest import House

PASSWORD = "seven wet umbrellas"


@cache
def kept():
    """The hash of the password: it takes a while, so everybody has the same."""
    return hashed(PASSWORD)


class Client:
    """A browser without scripts, or a program: it talks to the application itself."""

    def __init__(self, app, **headers):
        self.app, self.headers, self.cookies = app, headers, httpx.Cookies()

    def request(self, method, path, *, base="http://127.0.0.1", **more):
        async def once():
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            given = {**self.headers, **more.pop("headers", {})}
            async with httpx.AsyncClient(transport=transport, base_url=base, cookies=self.cookies) as client:
                answer = await client.request(method, path, headers=given, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(once())

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, **more):
        return self.request("POST", path, **more)


@dataclass
class Site:
    """The application, its workspace, and accounts that all have one password."""

    workspace: Workspace
    house: Any = None  # what it lives in, for tests that also send

    def __post_init__(self):
        self.app, self.kept = create_app(self.workspace), kept()

    def account(self, email, *roles):
        user, _ = add_user(self.workspace, None, email, roles)
        with self.workspace.ledger().write("test") as connection:
            people.change(connection, user, self.workspace.at(), "password set", password=self.kept)
        return user

    def browser(self, email="", *roles):
        """A browser; signed in if an address is given, whose account is made if there are roles."""
        client = Client(self.app)
        if roles:
            self.account(email, *roles)
        if email:
            user = find_user(self.workspace, email)
            client.cookies.set(
                "session", begin_session(self.workspace, user, Browser("127.0.0.1")), domain="127.0.0.1"
            )
        return client

    def program(self, email, *roles, scope=()):
        """A program with a token."""
        if roles:
            self.account(email, *roles)
        _, token = create_token(self.workspace, None, email, "test", scope)
        return Client(self.app, Authorization=f"Bearer {token}")

    def events(self):
        from campaign_runner.ledger import events

        with self.workspace.ledger().read() as connection:
            return [(event["kind"], event["data"]) for event in events.every(connection)]


@dataclass
class HouseSite(Site):
    """A server of the house of `tests.doors`, whose jobs are done by hand."""

    house: House


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_workspace(None, tmp_path / "state") as workspace:
        yield Site(workspace)


class Clock(SystemClock):
    """One that is set forward by hand."""

    def __init__(self):
        self.at = datetime(2026, 11, 27, 9, tzinfo=UTC)

    def now(self):
        return self.at


@pytest.fixture
def timed(site):
    before = site.workspace
    return Site(Workspace(before.settings, before.state, clock=Clock()))
