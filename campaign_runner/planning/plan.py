"""Which rows become new lines, which are known already, which are held?  All decisions of planning, on whole columns.

Known lines come from the ledger as a frame (`KNOWN_COLUMNS`), released references as a set; the answer depends on
nothing else. The same set of rows gives the same batches, whatever their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from campaign_runner.model import Batch, Hold, LineItem, Order
from campaign_runner.model.money import from_units
from campaign_runner.planning import duplicates, persons, references, twins
from campaign_runner.planning.bodies import PlanPortion
from campaign_runner.planning.cutting import FORMAT, cuts
from campaign_runner.planning.line_builder import LineBuilder, wholes
from campaign_runner.planning.matching import PLANNED_COLUMNS, complete, match
from campaign_runner.planning.released_rows import (
    held_digests,
    hidden_rows,
    release_held,
    sent_under,
    struck_rows,
    together,
)
from campaign_runner.planning.standing import DROPPED, Decisions, allowing_several, still_held

LINES_AT_ONCE = 25_000
# Payloads that fill less than one byte in this many of what they lie in are read one by one.
FAR_APART = 4

# A recovery looks for this many attempts of a line, less one.
ATTEMPTS = 9


@dataclass(frozen=True)
class Plan:
    """`new`: lines to place, ordered by reference; `known`: rows whose line Tango has already (with `line_id`);
    `holds`: rows held back; `late`: rows that are too late by the calendar and were never sent; `_apart`: the lines of
    all rows that are neither new nor known under their own names. The first `canary` lines of `new` go in a batch of
    their own, before all others."""

    order: Order
    batch_size: int
    new: pd.DataFrame
    known: pd.DataFrame
    holds: tuple[Hold, ...]
    late: frozenset[int]
    _payload: Callable[[int, int], bytes]
    _apart: pd.DataFrame = field(default_factory=pd.DataFrame)
    canary: int = 0
    elsewhere: Sequence[tuple[int, str]] = ()
    _typed_key: Callable[[int, int], str] = lambda *_: ""

    def batches(self, format: str = "") -> Iterator[Batch]:
        """The batches with the exact bytes to send; `format`: as an older program cut and named them ("" = as this one)."""
        for portion in self.portions(format):
            yield from portion.batches()

    def portions(self, format: str = "") -> Iterator[PlanPortion]:
        """The batches in groups of some thousand lines, in their order."""
        format = format or FORMAT
        cuts, number = self._cuts(format), max(1, LINES_AT_ONCE // self.batch_size)
        for bounds in (cuts[start : start + number] for start in range(0, len(cuts), number)):
            rows = self.new.iloc[bounds[0][0] : bounds[-1][1]]
            places = zip(rows["offset"].tolist(), (rows["length"] + rows["key_length"]).tolist(), strict=True)
            texts = [self._payload(offset, length) for offset, length in places]
            yield PlanPortion(self.order, format, bounds, self.canary, rows, texts)

    def payload(self, offset: int, length: int) -> bytes:
        """The canonical JSON of one line without its reference."""
        return self._payload(offset, length)

    def payloads(self, lines: pd.DataFrame) -> list[bytes]:
        """The same of several lines of `new`: at once, where they lie close together."""
        if lines.empty:
            return []
        starts, ends = lines["offset"], lines["offset"] + lines["length"]
        first, last = int(starts.min()), int(ends.max())
        if last - first > FAR_APART * int(lines["length"].sum()):
            places = zip(starts.tolist(), lines["length"].tolist(), strict=True)
            return [self._payload(offset, length) for offset, length in places]
        whole = self._payload(first, last - first)
        places = zip((starts - first).tolist(), (ends - first).tolist(), strict=True)
        return [whole[start:end] for start, end in places]

    def kept_back(self, rows: Iterable[int]) -> Iterator[tuple[int, bytes, str]]:
        """Of these rows, if they are held: the number, the payload and the key as typed."""
        chosen = self._apart[self._apart["row"].isin(list(rows))] if len(self._apart) else self._apart
        columns = (
            (chosen[name].tolist() for name in ("row", "offset", "length", "key_length"))
            if len(chosen)
            else ([],) * 4
        )
        for row, offset, length, key in zip(*columns, strict=True):
            yield row, self._payload(offset, length), self._typed_key(offset + length, key) if key else ""

    @property
    def waiting(self) -> list[Hold]:
        """The holds that nobody has decided about."""
        return [hold for hold in self.holds if hold.rule != DROPPED]

    @property
    def file(self) -> pd.DataFrame:
        """All valid rows, each under the name that it has by itself, in no order; made again each time."""
        also = ["line_id", "origin_hi", "origin_lo"]
        parts = [part.drop(columns=also, errors="ignore") for part in (self.new, self.known)]
        if len(self._apart):
            parts = [*(part[~part["row"].isin(self._apart["row"])] for part in parts), self._apart]
        parts = [part for part in parts if len(part)]
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else next(iter(parts), self.new)

    def contacts(self) -> list[bytes]:
        """Who is sent what by the new lines: person, reward and amount as one keyed hash each."""
        return wholes(self.new["contact_hi"], self.new["contact_lo"]) if len(self.new) else []

    @property
    def batch_count(self) -> int:
        """How many batches `batches()` yields."""
        return len(self._cuts(FORMAT))

    def utids(self) -> set[str]:
        """The rewards of all lines, new and known."""
        return {str(utid) for frame in (self.new, self.known) if len(frame) for utid in frame["utid"].unique()}

    def totals(self) -> dict[str, Decimal]:
        """Quantity times face value of the new lines, per currency."""
        return totals(self.new)

    def _cuts(self, format: str) -> list[tuple[int, int]]:
        """Where each batch begins and ends in `new`."""
        parts = ((0, self.canary), (self.canary, len(self.new)))
        return (
            [
                (first + start, first + end)
                for first, last in parts
                for start, end in cuts(
                    self.new["hi"].iloc[first:last], self.new["lo"].iloc[first:last], self.batch_size, format
                )
            ]
            if len(self.new)
            else []
        )


NOBODY = pd.DataFrame(columns=list(persons.REWARDED_COLUMNS)).astype({"contact_hi": "uint64", "contact_lo": "uint64"})
NEVER = pd.DataFrame(columns=list(PLANNED_COLUMNS)).astype("uint64")


def make_plan(
    collector: LineBuilder,
    known: pd.DataFrame,
    decisions: Decisions,
    batch_size: int,
    rewarded: pd.DataFrame = NOBODY,
    planned: pd.DataFrame = NEVER,
    *,
    several: bool = False,
) -> Plan:
    """Decide on all lines that `collector` holds; `known` as `KNOWN_COLUMNS`, `planned` (what never left) as
    `PLANNED_COLUMNS`, `rewarded` as `persons.REWARDED_COLUMNS`; `several`: a recipient may have several rewards."""
    lines, batch_size = collector.lines(), collector.order.batch_size(batch_size)
    if lines.empty:
        return Plan(collector.order, batch_size, lines, lines, (), frozenset(), collector.payload)
    keyed, decisions = bool(collector.key), allowing_several(decisions) if several else decisions
    known = complete(known) if len(known) else known
    matches = match(lines, known, planned, len(collector.key))
    unseen, matched, columns = matches.open, matches.known, [*lines]
    go = ~unseen["stale"]  # marks, not copies: a million lines are copied once, in their last order
    stale, hidden = unseen[~go], hidden_rows(unseen[go & unseen["hidden"]])
    go &= ~unseen["hidden"]
    struck = struck_rows(unseen[go & unseen["struck"]])
    go &= ~unseen["struck"]
    held = [matches.changed, hidden, struck]
    derive = "changed" if keyed else ""
    undecided = decisions.twins - decisions.released - decisions.dropped.keys()
    steps: Sequence[Callable[[], pd.DataFrame]] = (
        lambda: duplicates.repeats(unseen, go, matched, known, keyed=keyed),
        lambda: duplicates.alike_keys(unseen, go, matched),
        lambda: twins.edited(unseen, go, matched, matches.still, undecided, collector.order, derive, several=several),
        lambda: persons.same_in_file(unseen, go, matched),
        lambda: persons.further(
            unseen, go, known if not several else known.iloc[:0], planned, matches.still, derive, matched["line_id"]
        ),
        lambda: persons.elsewhere(unseen, go, rewarded),
    )
    for step in steps:
        held.append(step())
        go[held[-1].index] = False
    seen = frozenset(references.references(collector.order, held_digests(together(held))))
    held.append(still_held(unseen, go, decisions, seen, collector.order, keyed=keyed))
    go[held[-1].index] = False
    others = [frame[columns] for frame in (stale, *held) if len(frame)]
    apart = pd.concat(others, ignore_index=True) if others else lines.iloc[:0].copy()
    free, holds = release_held(together(held), decisions, collector.order, columns)
    free, freed_before = sent_under(free, known)
    del lines
    new = _by_reference(unseen, go)
    if len(free):
        new = pd.concat([new.assign(origin_hi=new["hi"], origin_lo=new["lo"]), free], ignore_index=True)
        new = _by_reference(new, pd.Series(True, new.index))
    matched = pd.concat([matched, freed_before], ignore_index=True) if len(freed_before) else matched
    return Plan(
        collector.order, batch_size, new, matched, holds, frozenset(stale["row"].tolist()), collector.payload, apart,
        elsewhere=persons.other_rewards(new, rewarded), _typed_key=collector.typed_key,
    )  # fmt: skip


def find_lines(plan: Plan, names: Iterable[str], attempts: int = ATTEMPTS) -> dict[str, tuple[LineItem, int]]:
    """The planned lines behind these references, each with its attempt; references of other lines are left out."""
    wanted = set(names)
    lines: dict[str, tuple[LineItem, int]] = {}
    for line in (line for batch in plan.batches() for line in batch.lines if wanted):
        later = (references.derived(line.identity, "attempt", str(number)) for number in range(2, attempts))
        for attempt, digest in enumerate((line.identity, *later), 1):
            name = references.reference(plan.order, digest)
            if name in wanted:
                lines[name] = (replace(line, reference=name), attempt)
    return lines


def line_references(order: Order, lines: pd.DataFrame) -> list[str]:
    """The references of some lines."""
    return references.references(order, wholes(lines["hi"], lines["lo"])) if len(lines) else []


def totals(lines: pd.DataFrame) -> dict[str, Decimal]:
    """Quantity times face value per currency."""
    if lines.empty:
        return {}
    worth = lines["quantity"].to_numpy(np.int64) * lines["face_units"].to_numpy()
    codes, currencies = pd.factorize(lines["currency"])
    sums = {str(currency): worth[codes == code].sum() for code, currency in enumerate(currencies)}
    return {currency: from_units(int(units)) for currency, units in sorted(sums.items())}


def _by_reference(lines: pd.DataFrame, go: pd.Series[bool]) -> pd.DataFrame:
    """The lines that go, in the order of their references; taken out of `lines` column by column, for memory."""
    high, low = (lines[name].to_numpy()[go] for name in ("hi", "lo"))
    order = np.flatnonzero(go)[np.lexsort((low, high))]
    columns = {}
    for name in [*lines]:
        columns[name] = lines.pop(name).array.take(order)
    return pd.DataFrame(columns, copy=False)
