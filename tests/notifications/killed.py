"""The house of a test as a process of its own sees it, to be killed in."""

from __future__ import annotations

import os
from pathlib import Path

from campaign_runner import settings
from campaign_runner.app.notify import Notifier
from campaign_runner.ledger import open_ledger
from tests.clock import HandClock


def notifier() -> Notifier:
    """With the addresses of the environment."""
    values = {"campaign": {"id": "workspace"}, "notify": {"to": {"halted": ["operators"]}}}
    known = settings.kept(values)
    return Notifier(open_ledger(Path(os.environ["STATE"])), known, HandClock(), "https://rewards.example.com")
