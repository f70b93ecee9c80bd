"""A house whose people are told of what happens, by services of this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from campaign_runner.app.notify import Notifier, deliver
from tests.doors.conftest import House, house
from tests.notifications import sinks
from tests.pipeline.conftest import office

__all__ = ["house", "office"]


@pytest.fixture
def web() -> Iterator[sinks.Web]:
    with sinks.web() as sink:
        yield sink


@pytest.fixture
def mail() -> Iterator[sinks.Mail]:
    with sinks.mail() as sink:
        yield sink


class Told:
    """Everybody is told by one web address each, whose path says who they are."""

    def __init__(self, house: House, web: sinks.Web) -> None:
        self.house, self.web = house, web
        names = ("submitter", "approvers", "finance", "operators")
        self.environ = {f"NOTIFY_{name.upper()}": f"json://{web.address}/{name}" for name in names}

    def notifier(self) -> Notifier:
        space = self.house.workspace
        return Notifier(space.ledger(), space.settings, space.clock, "https://rewards.example.com", self.environ)

    def tell(self) -> int:
        return deliver(self.notifier(), "")

    def messages(self) -> list[tuple[str, str, str]]:
        """Who was told what: path, title, text."""
        parsed: list[tuple[str, Any]] = [(path[1:], json.loads(body)) for _, path, _, body in self.web.taken]
        return [(who, each["title"], each["message"]) for who, each in parsed]


@pytest.fixture
def told(house: House, web: sinks.Web) -> Told:
    return Told(house, web)
