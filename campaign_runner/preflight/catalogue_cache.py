"""Where is the catalogue kept between runs?  In the ledger for all machines, and in the state folder of each that uses it,
readable by its owner alone; for half a day."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.model.marketplace import Catalogue, Reward

FORMAT = 1
FRESH = timedelta(hours=12)  # Tango asks for about two fetches a day
_MONEY = ("face_value", "smallest", "largest")
_LISTS = ("countries", "methods")


@dataclass(frozen=True, slots=True)
class CachedCatalogue:
    """A catalogue and when it was fetched."""

    catalogue: Catalogue
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it need not be fetched again."""
        return timedelta(0) <= now - self.at < FRESH


def path(state: Path, environment: str) -> Path:
    """The file of an environment's catalogue."""
    return state / f"catalogue-{environment}.json"


def load(file: Path, source: str) -> CachedCatalogue | None:
    """What is kept of the catalogue of `source` (an address); None where nothing is, or nothing that can be read."""
    try:
        content = file.read_bytes()
    except OSError:
        return None
    return read(content, source)


def read(content: bytes | str, source: str) -> CachedCatalogue | None:
    """The same from what was written down."""
    try:
        stored = orjson.loads(content)
        if (stored["format"], stored["source"]) != (FORMAT, source):
            return None
        rewards = [_reward(values) for values in stored["rewards"]]
        at = datetime.fromisoformat(stored["at"])
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return None
    return CachedCatalogue(Catalogue(stored["name"], {reward.utid.upper(): reward for reward in rewards}), at)


def written(source: str, kept: CachedCatalogue) -> bytes:
    """A catalogue as it is written down."""
    content = {"format": FORMAT, "source": source, "at": kept.at.isoformat(), "name": kept.catalogue.name,
            "rewards": [asdict(reward) for reward in kept.catalogue.rewards.values()]}  # fmt: skip
    return orjson.dumps(content, default=str)


def save(file: Path, content: bytes) -> None:
    """Keep what was written down; a state folder that cannot be written is no reason to stop."""
    new = file.with_suffix(".new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(content)
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)


def _reward(values: Mapping[str, Any]) -> Reward:
    known = {field.name: values[field.name] for field in fields(Reward)}
    known |= {name: None if known[name] is None else Decimal(known[name]) for name in _MONEY}
    return Reward(**{**known, **{name: tuple(known[name]) for name in _LISTS}})
