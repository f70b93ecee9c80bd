"""The only place with SQL: what was submitted, what was planned, what left, what came back."""

from campaign_runner.ledger import opening as _reopening  # noqa: F401 - how it is pickled
from campaign_runner.ledger.opening import open_ledger
from campaign_runner.ledger.store import Ledger

__all__ = ["Ledger", "open_ledger"]
