"""Which rows become new lines, which are known already, which are held?  All decisions of planning, on whole columns.

Known lines come from the ledger as a frame (`KNOWN_COLUMNS`), released references as a set; the answer depends on
nothing else. The same set of rows gives the same batches, whatever their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
import pandas as pd

from campaign_runner.model import Batch, Hold, LineColumns, LineItem, Order
from campaign_runner.money import from_units
from campaign_runner.planning import references
from campaign_runner.planning.bodies import batch
from campaign_runner.planning.collector import Collector, halves, whole, wholes
from campaign_runner.planning.persons import REWARDED_COLUMNS, repeated, same_persons

Part = list[tuple[int, int]]
LINES_AT_ONCE = 25_000

# What the ledger says of the lines of this campaign that Tango has, or may have.
KNOWN_COLUMNS = ("hi", "lo", "content_hi", "content_lo", "line_id", "failed")

_CHANGED = (
    "It was changed after it had been sent.",
    "Put the old contents back; or, if this is one more reward, let it go with `campaign-runner release`.",
)
_MENDED = (
    "It was changed after it had failed at Tango.",
    "If the change mends it, let it go with `campaign-runner release`, and run the file again.",
)
_REMEDY_DUPLICATE = "If it is meant twice, let it go with `campaign-runner release`; else delete the row."


@dataclass(frozen=True)
class Plan:
    """`new`: lines to place, ordered by reference; `known`: rows whose line Tango has already (with `line_id`);
    `holds`: rows kept back; `late`: rows that are too late by the calendar and were never sent; `_apart`: the lines of
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

    def batches(self) -> Iterator[Batch]:
        """The batches with the exact bytes to send."""
        for part in self.parts():
            yield from self.made(part)

    def parts(self) -> list[Part]:
        """The batches in groups of some thousand lines, each as first and last line in `new`; see `made`."""
        cuts, some = self._cuts(), max(1, LINES_AT_ONCE // self.batch_size)
        return [cuts[start : start + some] for start in range(0, len(cuts), some)]

    def made(self, part: Part) -> list[Batch]:
        """The batches of one of the `parts`; in any process, in any order."""
        before = part[0][0]
        lines = self._lines(self.new.iloc[before : part[-1][1]])
        made = [batch(self.order, lines[start - before : end - before]) for start, end in part]
        return [replace(one, canary=start < self.canary) for one, (start, _) in zip(made, part, strict=True)]

    def payload(self, offset: int, length: int) -> bytes:
        """The canonical JSON of one line without its reference."""
        return self._payload(offset, length)

    @property
    def file(self) -> pd.DataFrame:
        """All valid rows, each under the name that it has by itself, in no order; made anew each time."""
        parts = [self.new, self.known.drop(columns="line_id", errors="ignore")]
        if len(self._apart):
            parts = [*(part[~part["row"].isin(self._apart["row"])] for part in parts), self._apart]
        parts = [part for part in parts if len(part)]
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else next(iter(parts), self.new)

    @property
    def batch_count(self) -> int:
        """How many batches `batches()` yields."""
        return len(self._cuts())

    def utids(self) -> set[str]:
        """The rewards of all lines, new and known."""
        return {str(utid) for frame in (self.new, self.known) if len(frame) for utid in frame["utid"].unique()}

    def totals(self) -> dict[str, Decimal]:
        """Quantity times face value of the new lines, per currency."""
        return totals(self.new)

    def _cuts(self) -> list[tuple[int, int]]:
        """Where each batch begins and ends in `new`."""
        parts = ((0, self.canary), (self.canary, len(self.new)))
        return [
            (start, min(start + self.batch_size, end))
            for first, end in parts
            for start in range(first, end, self.batch_size)
        ]

    def _lines(self, rows: pd.DataFrame) -> LineColumns:
        identities, contents, contacts, persons = (
            wholes(rows[f"{kind}hi"], rows[f"{kind}lo"]) for kind in ("", "content_", "contact_", "person_")
        )
        places = zip(rows["offset"].tolist(), rows["length"].tolist(), strict=True)
        names = ("row", "method", "utid", "quantity", "face_units", "currency")
        return LineColumns({
            "reference": references.references(self.order, identities), "identity": identities, "content": contents,
            "contact": [contact if contact != NO_CONTACT else None for contact in contacts],
            "person": [person if contact != NO_CONTACT else None
                       for person, contact in zip(persons, contacts, strict=True)],
            "payload": [self._payload(offset, length) for offset, length in places],
            **{name: rows[name].tolist() for name in names},
        })  # fmt: skip


NO_CONTACT = bytes(16)
NOBODY = pd.DataFrame(columns=list(REWARDED_COLUMNS)).astype({"contact_hi": "uint64", "contact_lo": "uint64"})


def plan(
    collector: Collector,
    known: pd.DataFrame,
    released: frozenset[str],
    batch_size: int,
    rewarded: pd.DataFrame = NOBODY,
) -> Plan:
    """Decide on all lines that `collector` holds; `known` as `KNOWN_COLUMNS`, `released` are line references,
    `rewarded` as `persons.REWARDED_COLUMNS`."""
    lines, batch_size = collector.lines(), collector.order.batch_size(batch_size)
    if lines.empty:
        return Plan(collector.order, batch_size, lines, lines, (), frozenset(), collector.payload)
    unseen, changed, matched = _match(lines, known)
    again = _repeats(matched)
    matched = matched.drop(again.index) if len(again) else matched
    go = ~unseen["stale"]  # marks, not copies: a million lines are copied once, in their last order
    stale, hidden = unseen[~go], _hidden(unseen[go & unseen["hidden"]])
    go &= ~unseen["hidden"]
    repeats = _repeats(unseen, go, keyed=bool(collector.key))
    go[repeats.index] = False
    persons = same_persons(unseen, go, matched, rewarded)
    go[persons.index] = False
    others = [some[lines.columns] for some in (stale, changed, again, hidden, repeats, persons) if len(some)]
    apart = pd.concat(others, ignore_index=True) if others else _none(lines)
    free, holds = _release([changed, again, hidden, repeats, persons], released, collector.order)
    free, _, freed_before = _match(free, known)
    del lines
    new = _by_reference(unseen, go)
    if len(free):
        new = pd.concat([new, free], ignore_index=True)
        new = _by_reference(new, pd.Series(True, new.index))
    matched = pd.concat([matched, freed_before], ignore_index=True) if len(freed_before) else matched
    late = frozenset(stale["row"].tolist())
    return Plan(collector.order, batch_size, new, matched, holds, late, collector.payload, apart)


def find_lines(made: Plan, names: Iterable[str], attempts: int = 9) -> dict[str, tuple[LineItem, int]]:
    """The planned lines behind these references, each with its attempt; references of other lines are left out."""
    wanted = set(names)
    found: dict[str, tuple[LineItem, int]] = {}
    for line in (line for some in made.batches() for line in some.lines if wanted):
        later = (references.derived(line.identity, "attempt", str(number)) for number in range(2, attempts))
        for attempt, digest in enumerate((line.identity, *later), 1):
            name = references.reference(made.order, digest)
            if name in wanted:
                found[name] = (replace(line, reference=name), attempt)
    return found


def line_references(order: Order, lines: pd.DataFrame) -> list[str]:
    """The references of some lines."""
    return references.references(order, wholes(lines["hi"], lines["lo"])) if len(lines) else []


def totals(lines: pd.DataFrame) -> dict[str, Decimal]:
    """Quantity times face value per currency."""
    if lines.empty:
        return {}
    worth = lines["quantity"].astype(np.int64) * lines["face_units"]
    sums = worth.groupby(lines["currency"], observed=True).sum()
    return {str(currency): from_units(int(units)) for currency, units in sorted(sums.items())}


def _repeats(lines: pd.DataFrame, go: pd.Series[bool] | None = None, *, keyed: bool = False) -> pd.DataFrame:
    """Equal identities: the first row goes, the others are held; under one key with other contents all are held."""
    names = lines[["hi", "lo"]]
    repeats = lines.loc[repeated(names if go is None else names[go], "hi", "lo").index]
    if repeats.empty:
        return repeats
    repeats = repeats.sort_values("row")
    groups = repeats.groupby(["hi", "lo"], sort=False)
    repeats = repeats.assign(first=groups["row"].transform("first"), number=groups.cumcount() + 1, mixed=False)
    if keyed:
        repeats["mixed"] = groups["content_hi"].transform("nunique") > 1
    held = repeats[repeats["mixed"] | (repeats["number"] > 1)]
    stories = [
        _story(*values) for values in zip(held["row"], held["first"], held["number"], held["mixed"], strict=True)
    ]
    held = held.assign(rule="duplicate", remedy=_REMEDY_DUPLICATE)
    held["reason"], held["derive"] = [[story[i] for story in stories] for i in (0, 1)]
    return held


def _by_reference(lines: pd.DataFrame, go: pd.Series[bool]) -> pd.DataFrame:
    """The lines that go, in the order of their references; taken out of `lines` column by column, for memory."""
    names = lines[["hi", "lo"]][go]
    order = np.flatnonzero(go)[np.lexsort((names["lo"].to_numpy(), names["hi"].to_numpy()))]
    columns = {}
    for name in [*lines]:
        columns[name] = lines.pop(name).array.take(order)
    return pd.DataFrame(columns, copy=False)


def _story(row: int, first: int, number: int, mixed: bool) -> tuple[str, str]:
    if mixed:
        other = "a later row" if row == first else f"row {first}"
        return f"It has the same key as {other}, but other contents.", "changed"
    return f"It is the same as row {first}.", f"occurrence {number}"


def _hidden(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.assign(
        rule="hidden-row", reason="The row is hidden in the spreadsheet.", derive="",
        remedy="Show the row (or delete it), or decide for all of them with --hidden include or --hidden skip.",
    )  # fmt: skip


def _none(lines: pd.DataFrame) -> pd.DataFrame:
    """None of them; a mere view would hold on to all."""
    return lines.iloc[:0].copy()


def _match(lines: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(not known, known with other contents: held, known)."""
    if lines.empty or known.empty:
        return lines, _none(lines), _none(lines).assign(line_id=pd.Series(dtype=np.int64))
    theirs = known.rename(columns={"content_hi": "their_hi", "content_lo": "their_lo"})
    joined = lines.merge(theirs, on=["hi", "lo"], how="left")
    seen = joined["line_id"].notna()
    same = (joined["content_hi"] == joined["their_hi"]) & (joined["content_lo"] == joined["their_lo"])
    same |= (joined["their_hi"] == 0) & (joined["their_lo"] == 0)  # a recovered line, of which only the name is known
    changed = joined.loc[seen & ~same, lines.columns].assign(rule="changed-after-sent", derive="changed")
    lost = joined.loc[changed.index, "failed"].astype(bool) if "failed" in joined else pd.Series(False, changed.index)
    for place, column in enumerate(("reason", "remedy")):
        changed[column] = lost.map({False: _CHANGED[place], True: _MENDED[place]}).astype(object)
    matched = joined.loc[seen & same, [*lines.columns, "line_id"]].astype({"line_id": np.int64})
    return joined.loc[~seen, lines.columns], changed, matched


def _release(
    held: list[pd.DataFrame], released: frozenset[str], order: Order
) -> tuple[pd.DataFrame, tuple[Hold, ...]]:
    """Split held rows into those that a person let go (under a reference of their own) and the rest."""
    all_held = pd.concat([some for some in held if len(some)] or [held[0]], ignore_index=True)
    if all_held.empty:
        return all_held, ()
    all_held = all_held.sort_values("row", ignore_index=True)
    parts = (all_held[name].tolist() for name in ("hi", "lo", "content_hi", "content_lo", "derive"))
    digests = [
        _derive(whole(hi, lo), whole(content_hi, content_lo), derive)
        for hi, lo, content_hi, content_lo, derive in zip(*parts, strict=True)
    ]
    names = pd.Series([references.reference(order, digest) for digest in digests])
    free = names.isin(released) & ~names.duplicated()
    kept = all_held[~free].assign(
        name=names[~free], worth=lambda held: held["quantity"].astype(np.int64) * held["face_units"]
    )
    told = (kept[c].tolist() for c in ("row", "rule", "reason", "remedy", "name", "worth", "currency"))
    freed = all_held.drop(
        columns=["rule", "reason", "remedy", "derive", "first", "number", "mixed", "line_id"], errors="ignore"
    )
    freed["hi"], freed["lo"] = halves(digests)
    return freed[free], tuple(Hold(*values) for values in zip(*told, strict=True))


def _derive(digest: bytes, content: bytes, derive: str) -> bytes:
    if derive.startswith("occurrence"):
        return references.derived(digest, *derive.split())
    return references.derived(digest, "changed", content.hex()) if derive == "changed" else digest
