"""How much may everybody have?  The rules of the second net in a few sums, written without a look at the program.

- A row brings one reward: of an amount that some file asked for it, whatever became of its key, its cells or its place.
- A recipient has no more rewards in a campaign than one file asked for at a time when nothing had reached them yet.
- The same reward and amount within the window is one reward, whatever campaign it was in.
- A released row brings one more, if it, or a twin of it, had one. A line that Tango itself reported as failed does not
  count; one that comes back to life after it was reported twice is Tango's own doing.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.stories.tango import Line

WINDOW = 21 * 86_400
Row = tuple[str, str]  # campaign, tag


@dataclass(frozen=True)
class Asked:
    """A valid row of a file that was handed in. `rest`: of a row that names nobody, everything else that is sent."""

    tag: str
    who: str
    reward: str
    amount: float
    key: str = ""
    named: bool = True
    rest: str = ""


@dataclass
class Model:
    """What the files, and the people who released something, allow. `one_ledger`: no ledger was lost, copied or
    restored, so that every campaign knows of every other."""

    one_ledger: bool = True
    several: set[str] = field(default_factory=set)
    seen: dict[Row, set[tuple[str, float]]] = field(default_factory=lambda: defaultdict(set))
    caps: Counter[Row] = field(default_factory=Counter)
    copies: Counter[Row] = field(default_factory=Counter)
    freed_rows: Counter[Row] = field(default_factory=Counter)
    freed: Counter[Row] = field(default_factory=Counter)
    known: set[tuple[str, Asked]] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
    tags: dict[Row, set[str]] = field(default_factory=lambda: defaultdict(set))
    kept_back: dict[Row, Asked] = field(default_factory=dict)
    ever_held: set[Row] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def handed_in(self, campaign: str, rows: Sequence[Asked], before: Sequence[Line]) -> None:
        """A file is run; `before`: what Tango has until then."""
        there = [line for line in before if line.campaign == campaign and line.alive]
        reached = {line.who for line in there} | {line.tag for line in there}
        wishes: dict[str, set[tuple[str, float]]] = defaultdict(set)
        for row in rows:
            self.seen[campaign, row.tag].add((row.reward, row.amount))
            self.tags[campaign, row.who].add(row.tag)
            wishes[row.who].add((row.reward, row.amount))
            if not row.named:
                self.nameless.add(row.who)
        beside = {row.tag for row in rows if not row.named and (campaign, row) in self.known}
        wanted = {row for row in rows if self._new(campaign, row, reached) or row.tag in beside}
        self.known |= {(campaign, row) for row in rows}
        for tag, number in Counter(row.tag for row in wanted).items():
            self.copies[campaign, tag] = max(self.copies[campaign, tag], number)
        for who, different in wishes.items():
            if who not in reached:
                self.caps[campaign, who] = max(self.caps[campaign, who], len(different))

    def _new(self, campaign: str, row: Asked, reached: set[str]) -> bool:
        """Whether one more row for this recipient is a wish of its own: a copy of a row with another key, say. Rows that
        name nobody are known by themselves alone: such a one beside another, which is as it was, is a wish too."""
        return (row.who if row.named else row.tag) not in reached or campaign in self.several

    def held(self, campaign: str, rows: Sequence[Asked], file: Sequence[Asked], lines: Sequence[Line]) -> None:
        """Rows of a file that the program keeps back: for a reason, and until somebody releases them."""
        reached = {line.who for line in lines if line.alive}
        doubled = _doubled(file)
        for row in rows:
            if not self.may_hold(campaign, row, file, lines):
                self.broken.append(f"{row.tag} of {campaign} is held for no reason: lost")
            self.ever_held.add((campaign, row.tag))
            if self.one_ledger and row.named and row.who in reached and row.tag not in doubled:
                self.kept_back[campaign, row.tag] = row

    def sending(self, campaign: str, rows: Sequence[Asked], call: Callable[[], list[Line]]) -> None:
        """What a command sends must not be among what is kept back, as it stands in the file."""
        same = {row.tag for row in rows if self.kept_back.get((campaign, row.tag)) == row}
        same = set() if campaign in self.several else same
        sent = [line for line in call() if line.campaign == campaign and line.tag in same and line.alive]
        self.broken += [f"{line.tag} of {campaign} was held and is sent without a release" for line in sent]

    def released(self, campaign: str, rows: Sequence[Asked], live: Counter[str], lines: Sequence[Line]) -> None:
        """Held rows are released; `live`: how many rows of each tag are not held."""
        had = Counter(line.tag for line in lines if line.campaign == campaign and line.alive)
        for tag, number in Counter(row.tag for row in rows).items():
            most = max(had[tag], live[tag]) + number
            self.freed_rows[campaign, tag] = max(self.freed_rows[campaign, tag], most)
        for row in rows:
            self.freed[campaign, row.who] += 1
            self.kept_back.pop((campaign, row.tag), None)
            self.ever_held.discard((campaign, row.tag))

    def violations(self, truth: Sequence[Line], buried: Counter[str]) -> Iterator[str]:
        """Everybody who has more than that. `buried`: how often Tango said of a living line that it had failed."""
        yield from self.broken
        lines = [line for line in truth if line.alive]
        counted = [line for line in lines if buried[line.reference] < 2]
        yield from self._rows(counted)
        yield from self._people(counted)
        yield from self._amounts(lines)
        if self.one_ledger:
            yield from self._across([line for line in counted if not buried[line.reference]])

    def _rows(self, lines: Sequence[Line]) -> Iterator[str]:
        for row, number in Counter((line.campaign, line.tag) for line in lines).items():
            most = max(1, self.copies[row], self.freed_rows[row])
            if number > most:
                yield f"{row[1]} of {row[0]} has {number} rewards, {most} allowed"

    def _people(self, lines: Sequence[Line]) -> Iterator[str]:
        named = [line for line in lines if line.who not in self.nameless]  # of the others each row stands for itself
        for person, number in Counter((line.campaign, line.who) for line in named).items():
            cap = len(self.tags[person]) if person[0] in self.several else self.caps[person]
            if number > cap + self.freed[person]:
                yield f"{person[1]} has {number} rewards in {person[0]}, {cap} asked for, {self.freed[person]} released"

    def _amounts(self, lines: Sequence[Line]) -> Iterator[str]:
        for line in lines:
            if (line.reward, line.amount) not in self.seen[line.campaign, line.tag]:
                yield f"{line.tag} of {line.campaign} has {line.amount} of {line.reward}, which no file asked for"

    def _across(self, lines: Sequence[Line]) -> Iterator[str]:
        same: dict[tuple[str, str, float], list[Line]] = defaultdict(list)
        for line in lines:
            if line.who not in self.nameless:
                same[line.who, line.reward, line.amount].append(line)
        for (who, reward, amount), both in same.items():
            freed = any(self.freed[line.campaign, who] for line in both)
            for one, other in pairwise(both):
                if one.campaign != other.campaign and abs(one.at - other.at) < WINDOW - 86_400 and not freed:
                    yield f"{who} has {amount} of {reward} in {one.campaign} and in {other.campaign} within the window"

    def may_hold(self, campaign: str, row: Asked, rows: Sequence[Asked], truth: Sequence[Line]) -> bool:
        """Whether there is any reason to keep a row back: somebody is lost where there is none."""
        return bool(
            any(line.who == row.who for line in truth)
            or any(who == row.who and other != campaign for other, who in self.tags)
            or (campaign, row.tag) in self.ever_held
            or row.tag in _doubled(rows)
            or sum(other.who == row.who for other in rows) > 1
            or (not row.named and any(not line.who.startswith("p") or line.campaign == campaign for line in truth))
        )


def folded(key: str) -> str:
    """A key however it is typed."""
    return unicodedata.normalize("NFKC", key).strip().lstrip("'").strip().casefold().lstrip("0")


def _doubled(rows: Iterable[Asked]) -> set[str]:
    """The tags of rows that share a key."""
    rows = list(rows)
    keys = Counter(folded(row.key) for row in rows)
    return {row.tag for row in rows if keys[folded(row.key)] > 1}
