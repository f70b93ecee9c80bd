"""Which row of this file is which line of the campaign?  Every line is one row at most, every row one line at most.

All lines count that were sent or may have been sent. First come rows that are as they were sent, by origin and content:
they are known. A line that no row is any more is *gone*; a row that could be a gone line, by its key, its folded key,
its recipient or (where it names nobody) its delivery method, is that line, changed: it is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from campaign_runner.planning.pairing import Column, Mask, Places, among, is_hash, paired, places

# What the ledger says of the lines of this campaign that Tango has, or may have; `beside`: the file is a report about
# a file that holds this line; `answered`: a changed row was released for it; `parts`: of how many columns its key is.
KNOWN_COLUMNS = (
    "hi", "lo", "content_hi", "content_lo", "origin_hi", "origin_lo", "folded_hi", "folded_lo", "person_hi", "person_lo",
    "alias_hi", "alias_lo", "contact_hi", "contact_lo", "method", "utid", "quantity", "face_units", "currency", "parts",
    "line_id", "failed", "beside", "answered",
)  # fmt: skip
# Lines that were planned and never left, before this file takes their place.
PLANNED_COLUMNS = ("origin_hi", "origin_lo", "content_hi", "content_lo", "person_hi", "person_lo")

RULE = "changed-after-sent"
_CHANGED = (
    "It was changed after it was sent.",
    "Put the old contents back; or, if this is one more reward, release it with `campaign-runner release`.",
)
_MENDED = (
    "It was changed after it had failed at Tango.",
    "If the change fixes it, release it with `campaign-runner release`, and run the file again.",
)
PERHAPS = (
    "A row that was sent is not in this file any more, and this may be that row, changed.",
    "If it is another reward, release it with `campaign-runner release`; otherwise restore the old contents.",
)
_CONTENT, _ORIGIN, _FOLDED = ([f"{kind}_hi", f"{kind}_lo"] for kind in ("content", "origin", "folded"))
# How a recipient is found again, in this order, as (the row's, the line's); a line that was found at Tango may have a
# contact and no person.
_RECIPIENTS = (
    ("person", "person"),
    ("contact", "contact"),
    ("person", "alias"),
    ("alias", "person"),
    ("alias", "alias"),
)
# The closest of several gone lines is the one to compare a row with.
_CLOSER: tuple[list[str], ...] = (
    ["utid", "face_units", "quantity"],
    ["utid", "face_units"],
    ["utid"],
    ["face_units"],
    [],
)


@dataclass(frozen=True)
class Matched:
    """`known`: rows that are a line as it was sent (with `line_id`); `changed`: held rows, with rule, reason, remedy,
    derive and `line`; `open`: the others; `still`: those of the open ones that were planned before, just so."""

    known: pd.DataFrame
    changed: pd.DataFrame
    open: pd.DataFrame
    still: Mask


def match(rows: pd.DataFrame, known: pd.DataFrame, planned: pd.DataFrame, key_parts: int) -> Matched:
    """Match all rows of a file; `key_parts`: of how many columns its key is (0: its content names a row)."""
    if rows.empty or known.empty:
        nobody = rows.iloc[:0].copy()
        return Matched(nobody.assign(line_id=pd.Series(dtype=np.int64)), nobody, rows, np.zeros(len(rows), bool))
    own = rows.rename(columns={"hi": "origin_hi", "lo": "origin_lo"})
    search = _Search(own, _in_order(complete(known)), key_parts)
    search.as_sent()
    still = _still(own, search.open, planned)
    search.changed(still)
    left = search.open
    still_open = np.zeros(len(rows), bool)
    still_open[still] = True
    return Matched(
        rows.iloc[places(search.is_known)].assign(line_id=search.numbers(places(search.is_known))),
        search.held(rows), rows.iloc[left], still_open[left],
    )  # fmt: skip


def complete(known: pd.DataFrame) -> pd.DataFrame:
    """The same lines with every column of `KNOWN_COLUMNS`; a line of which no origin is known has its own name's."""
    if all(name in known for name in KNOWN_COLUMNS):
        return known
    zeros = pd.Series(0, known.index, dtype="uint64")
    texts = dict.fromkeys(("method", "utid", "currency"), pd.Series("", known.index, dtype=object))
    marks = dict.fromkeys(("failed", "beside", "answered"), pd.Series(False, known.index))
    numbers = dict.fromkeys(("quantity", "face_units", "parts"), pd.Series(0, known.index))
    missing = {**texts, **marks, **numbers, "origin_hi": known.get("hi", zeros), "origin_lo": known.get("lo", zeros)}
    return known.assign(**{name: missing.get(name, zeros) for name in KNOWN_COLUMNS if name not in known})


def _in_order(known: pd.DataFrame) -> pd.DataFrame:
    """A row's own line comes before those that were released beside it, in the order in which they were sent."""
    derived = (known["hi"] != known["origin_hi"]) | (known["lo"] != known["origin_lo"])
    if not derived.any():
        return known.reset_index(drop=True)
    return known.assign(derived=derived).sort_values(["derived", "line_id"], ignore_index=True)


def _still(rows: pd.DataFrame, at: Places, planned: pd.DataFrame) -> Places:
    """Rows that were planned just so and never left: they are nothing else, changed."""
    if planned.empty:
        return np.empty(0, np.int64)
    return paired(rows, at, planned, np.arange(len(planned)), [*_ORIGIN, *_CONTENT])[0]


@dataclass
class _Search:
    """The search for the line of each row: `line` is its place in `lines` (-1: none yet)."""

    rows: pd.DataFrame
    lines: pd.DataFrame
    key_parts: int
    line: Places = field(init=False)
    is_known: Mask = field(init=False)
    is_changed: Mask = field(init=False)
    gone: Mask = field(init=False)
    unmatched: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.line = np.full(len(self.rows), -1, np.int64)
        self.is_known, self.is_changed = np.zeros((2, len(self.rows)), bool)
        self.gone = self.unmatched = np.ones(len(self.lines), bool)
        self.failed = self.lines["failed"].to_numpy(bool)

    @property
    def open(self) -> Places:
        """The rows of which nothing is known yet."""
        return places(~self.is_known & ~self.is_changed)

    def as_sent(self) -> None:
        """Rows that are a line as it was sent, whatever reference it was sent under."""
        self._know(self.gone, [*_ORIGIN, *_CONTENT])
        unsaid = ~is_hash(self.lines, "content")  # a recovered line, of which only the name is known
        self._know(self.gone & unsaid, _ORIGIN)
        parts = self.lines["parts"].to_numpy()
        other_key = (parts >= 0) & (parts != self.key_parts) if self.key_parts else ~unsaid
        self._know(self.gone & other_key & ~unsaid, _CONTENT)
        self.unmatched = self.gone.copy()
        self.unmatched[among(self.lines, places(self.gone), self.rows, places(self.is_known), _ORIGIN)] = False
        self.gone = self.unmatched & ~(self.lines["beside"] | self.lines["answered"]).to_numpy(bool)

    def changed(self, still: Places) -> None:
        """Rows that could be a gone line. What was planned just so is looked for by its key alone."""
        if not self.unmatched.any():
            return
        self._hold(self.open, _ORIGIN, self.unmatched)
        named = is_hash(self.rows, "folded")
        self._hold(self.open[named[self.open]], _FOLDED, self.unmatched & is_hash(self.lines, "folded"))
        if "person_hi" in self.rows and self.gone.any():
            self._hold_recipients(still)
            self._hold_nobody(still)

    def numbers(self, at: Places) -> Places:
        """The ledger's numbers of the lines of these rows; 0 where there is none."""
        lines = self.line[at]
        ids: Places = np.where(lines >= 0, self.lines["line_id"].to_numpy(np.int64)[lines], 0)
        return ids

    def held(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The changed rows, with what to say of them."""
        at = places(self.is_changed)
        held, failed, none = rows.iloc[at].copy(), self.failed[self.line[at]], self.line[at] < 0
        held["rule"], held["derive"] = RULE, "changed" if self.key_parts else ""
        for name, *sentences in zip(("reason", "remedy"), PERHAPS, _MENDED, _CHANGED, strict=True):
            held[name] = np.select([none, failed], sentences[:2], sentences[2]).astype(object)
        return held.assign(line=self.numbers(at))

    def _know(self, which: Mask, on: Sequence[Column]) -> None:
        at, of = paired(self.rows, self.open, self.lines, places(which), on)
        self.line[at], self.is_known[at], self.gone[of] = of, True, False

    def _hold_recipients(self, still: Places) -> None:
        """The same person, or (with another way to reach them) the same alias; a lost line only by the person, and
        where nothing else was sent to them."""
        sent = ~self.failed
        for mine, theirs in _RECIPIENTS:
            at = np.setdiff1d(self.open[is_hash(self.rows, mine)[self.open]], still)
            of = self.gone & sent & is_hash(self.lines, theirs)
            of = of & ~is_hash(self.lines, "person") if theirs == "contact" else of
            self._hold(at, [(f"{mine}_{half}", f"{theirs}_{half}") for half in ("hi", "lo")], of)
        person = ["person_hi", "person_lo"]
        at = np.setdiff1d(self.open[is_hash(self.rows, "person")[self.open]], still)
        others = places(sent & is_hash(self.lines, "person"))
        at = np.setdiff1d(at, among(self.rows, at, self.lines, others, person))
        self._hold(at, person, self.gone & self.failed & is_hash(self.lines, "person"))

    def _hold_nobody(self, still: Places) -> None:
        at = np.setdiff1d(self.open[~is_hash(self.rows, "person")[self.open]], still)
        nobody = self.gone & ~is_hash(self.lines, "person") & ~is_hash(self.lines, "contact")
        self._hold(at, ["method"], nobody & ~self.failed)
        self._hold(np.intersect1d(at, self.open), ["method"], nobody & self.failed)

    def _hold(self, at: Places, on: Sequence[Column], of: Mask) -> None:
        """Hold every one of these rows that agrees with one of these lines; each is compared with the closest that is
        left, and with none where there are more rows than lines."""
        at = among(self.rows, at, self.lines, places(of), on)
        left, free = at, of.copy()
        for closer in _CLOSER if len(at) else ():
            mine, lines = paired(self.rows, left, self.lines, places(free), [*on, *closer])
            self.line[mine], free[lines] = lines, False
            left = np.setdiff1d(left, mine)
        self.is_changed[at] = True
        used = self.line[at]
        self.gone[used[used >= 0]] = self.unmatched[used[used >= 0]] = False
