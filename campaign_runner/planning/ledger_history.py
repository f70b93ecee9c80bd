"""What does the ledger know that planning must heed?  Plain values, and frames as `planning` wants them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from campaign_runner.model.history import KnownLine, RewardedPerson, StoredLine, UnsentLine
from campaign_runner.model.lifecycle import LOST
from campaign_runner.planning import KNOWN_COLUMNS, PLANNED_COLUMNS, Decisions
from campaign_runner.planning.line_builder import halves
from campaign_runner.planning.persons import REWARDED_COLUMNS

NONE = bytes(16)
Place = tuple[int, int]


class LedgerQueries(Protocol):
    """What of the past is asked for only where a plan needs it."""

    def stored(self, numbers: Collection[int]) -> Sequence[StoredLine]:
        """Lines as they were sent."""
        ...

    def held_by_the_newest_file(self) -> tuple[int, Mapping[int, Place]]:
        """Its number, and the lines that it holds, as {line: (file, row)}."""
        ...


class NoLedger:
    """Of a campaign that was never run."""

    def stored(self, numbers: Collection[int]) -> Sequence[StoredLine]:
        """No line."""
        return ()

    def held_by_the_newest_file(self) -> tuple[int, Mapping[int, Place]]:
        """There is none."""
        return 0, {}


@dataclass(frozen=True)
class LedgerHistory:
    """Lines sent, lines that never left, decisions, people rewarded by other campaigns, lines that a released row
    accounts for; `seen`: the newest event of the ledger then."""

    known: Sequence[KnownLine] = ()
    unsent: Sequence[UnsentLine] = ()
    decisions: Decisions = field(default_factory=Decisions)
    rewarded: Sequence[RewardedPerson] = ()
    secret: bytes = b""
    answered: frozenset[int] = frozenset()
    asked: LedgerQueries = field(default_factory=NoLedger)
    seen: int = 0


def known_frame(past: LedgerHistory, report: str = "", original_rows: Collection[int] = ()) -> pd.DataFrame:
    """The lines that were sent (`planning.KNOWN_COLUMNS`). A `report` of rows that need action says nothing of the
    others of its file: what that file holds, in rows that are not among its `original_rows`, is not gone."""
    lines = past.known
    columns = dict(zip(KnownLine._fields, zip(*lines, strict=True), strict=True)) if lines else {}
    if not columns:
        return pd.DataFrame(columns=list(KNOWN_COLUMNS))
    frame: dict[str, Any] = {"line_id": np.array(columns["line_id"], np.int64)}
    origins = [origin or identity for origin, identity in zip(columns["origin"], columns["identity"], strict=True)]
    kinds = {"": columns["identity"], "content_": columns["content"], "origin_": origins, "folded_": columns["folded_key"],
             "person_": columns["person"], "alias_": columns["alias"], "contact_": columns["contact"]}  # fmt: skip
    for kind, digests in kinds.items():
        frame[f"{kind}hi"], frame[f"{kind}lo"] = _halves(digests)
    for name in ("method", "utid", "currency"):
        frame[name] = pd.Categorical(columns[name])
    for name in ("quantity", "face_units"):
        frame[name] = np.array(columns[name], np.int64)
    frame["parts"] = np.array(columns["key_parts"], np.int64)
    frame["failed"] = np.isin(np.array(columns["status"], object), [str(status) for status in LOST])
    frame["answered"] = np.isin(frame["line_id"], list(past.answered))
    frame["beside"] = np.isin(frame["line_id"], _beside(past, report, original_rows))
    return pd.DataFrame(frame, copy=False)


def planned_frame(unsent: Sequence[UnsentLine]) -> pd.DataFrame:
    """What never left (`planning.PLANNED_COLUMNS`)."""
    frame = {}
    for name in UnsentLine._fields:
        frame[f"{name}_hi"], frame[f"{name}_lo"] = _halves([getattr(line, name) for line in unsent])
    return pd.DataFrame(frame)[list(PLANNED_COLUMNS)]


def people(rewarded: Sequence[RewardedPerson]) -> pd.DataFrame:
    """Whom other campaigns sent something (`planning.persons.REWARDED_COLUMNS`), what was sent last in front."""
    frame = pd.DataFrame([one[2:] for one in rewarded], columns=list(RewardedPerson._fields[2:]))
    for name in ("contact", "person"):
        frame[f"{name}_hi"], frame[f"{name}_lo"] = _halves([getattr(one, name) for one in rewarded])
    return frame[list(REWARDED_COLUMNS)]


def _beside(past: LedgerHistory, report: str, original_rows: Collection[int]) -> list[int]:
    if report != "failures":
        return []
    newest, held = past.asked.held_by_the_newest_file()
    here = set(original_rows)
    return [line for line, (file, row) in held.items() if file != newest or row not in here]


def _halves(digests: Sequence[bytes | None]) -> tuple[Any, Any]:
    return halves([bytes(digest) if digest and len(digest) == len(NONE) else NONE for digest in digests])
