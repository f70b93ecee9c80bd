"""How does another process read the ledger?  Pickled, a ledger is its address: over there it has its own connections."""

from __future__ import annotations

import copyreg
from pathlib import Path
from typing import Any

from campaign_runner.ledger.store import Ledger, connected


def _reopened(folder: Path, url: str) -> Ledger:
    return connected(folder, url, tuned=False)


def _address(ledger: Ledger) -> tuple[Any, ...]:
    return _reopened, (ledger.folder, ledger.engine.url.render_as_string(hide_password=False))


copyreg.pickle(Ledger, _address)
