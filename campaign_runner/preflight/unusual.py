"""What about this plan is unusual?  Said before anything is sent, each under a name by which it can be accepted.

Nothing here is wrong by itself: a person knows whether it was meant. The names are a table; add yours there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from campaign_runner.model.errors import RefusedBeforeSending, SettingsError
from campaign_runner.model.money import UNITS, from_units
from campaign_runner.model.wording import cash, count

TIMES = 10
FEWEST_ROWS, FEWEST_BEFORE = 5, 3  # a median of fewer says nothing
NAMED = 5
_PERSON = ["person_hi", "person_lo"]
WARNINGS = {
    "amount": "an amount ten times what is usual",
    "person-year": "a recipient above [limits] max_per_person_year",
    "two-addresses": "the same person under two addresses",
    "plan-twice": "more than twice the last campaign's total",
    "weekend": "a delivery date on a weekend",
    "far-ahead": "a delivery date more than 90 days ahead",
    "country": "an address in a country the reward is not for",
    "several-rewards": "several rewards for one recipient",
    "like-keys": "keys that differ only in spelling",
    "rewarded-elsewhere": "a recipient who recently got another reward from another campaign",
}
# Warnings that are found at cells while rows are checked: the rule, and what to say of them.
_CELLS = {
    "deliveryDate:weekend": ("weekend", "The delivery date is on a weekend"),
    "deliveryDate:far-ahead": ("far-ahead", "The delivery date is more than 90 days ahead"),
    "recipient.address.country:reward": ("country", "The reward is not for the country of the address"),
}


@dataclass(frozen=True, slots=True)
class Warned:
    """One unusual thing: its name, a sentence, the rows behind it."""

    name: str
    sentence: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.sentence} [{self.name}]"


def at_cells(kinds: Mapping[str, Sequence[int]]) -> Iterator[Warned]:
    """Warnings of the rows' own pass: row numbers by rule."""
    for rule, rows in kinds.items():
        if rule in _CELLS:
            name, what = _CELLS[rule]
            yield Warned(name, f"{what}: {_rows(rows)}.", tuple(rows))


def amounts(new: pd.DataFrame, file: pd.DataFrame, before: pd.DataFrame) -> Iterator[Warned]:
    """Amounts of ten times the median: of this file, or of what the person was sent before.

    `new` and `file` as in `Plan`; `before` has person_hi, person_lo, currency, face_units and number.
    """
    if new.empty:
        return
    money = file.groupby(file["currency"].astype(str))["face_units"]
    usual = money.median()[money.size() >= FEWEST_ROWS]
    typical = new["currency"].astype(str).map(usual).to_numpy(float)
    far = new["face_units"].to_numpy() >= TIMES * typical  # never true without a median
    if far.any():
        yield Warned("amount", f"The amount is {TIMES} times the median of this file, or more: "
                     f"{_amounts(new[far])}.", _numbers(new[far]))  # fmt: skip
    theirs = _own_median(new, before).to_numpy(float)
    own = ~far & (new["face_units"].to_numpy() >= TIMES * theirs)
    if own.any():
        yield Warned("amount", f"The amount is {TIMES} times what this recipient usually got, or more: "
                     f"{_amounts(new[own])}.", _numbers(new[own]))  # fmt: skip


def person_year(new: pd.DataFrame, before: pd.DataFrame, most: Mapping[str, Decimal]) -> Iterator[Warned]:
    """People who come to more than `most` within the calendar year; `before`: what they were sent in it."""
    named = new[(new["person_hi"] != 0) | (new["person_lo"] != 0)]
    for currency, limit in most.items():
        now = named[named["currency"].astype(str) == currency]
        now = now.assign(units=now["quantity"].astype(np.int64) * now["face_units"])
        sums = now.groupby(_PERSON)["units"].sum()
        earlier = before[before["currency"] == currency].groupby(_PERSON)["units"].sum()
        over = sums.add(earlier.reindex(sums.index, fill_value=0))
        over = over[over > int(limit * UNITS)]
        rows = now[pd.MultiIndex.from_frame(now[_PERSON]).isin(over.index)]
        if len(rows):
            people = count(len(over), "recipient")
            yield Warned("person-year", f"{people} would get more than {cash(limit, currency)} in the calendar year, up to "
                         f"{cash(from_units(int(over.max())), currency)}: {_rows(_numbers(rows))}.",
                         _numbers(rows))  # fmt: skip


def two_addresses(seen: pd.DataFrame, file: pd.DataFrame, *, keyed: bool = False) -> Iterator[Warned]:
    """Rows of one name, or of one mailbox, under several addresses; `seen` as `witness.witnessed`.

    Where a key tells people apart (`keyed`), a shared name says nothing: only the mailbox counts.
    """
    marks = ("mailbox",) if keyed else ("name", "mailbox")
    if seen.empty or file.empty or not any(seen.loc[seen[mark] != 0, mark].duplicated().any() for mark in marks):
        return
    people = seen.merge(file[["row", *_PERSON]], on="row")
    people = people[(people["person_hi"] != 0) | (people["person_lo"] != 0)]
    unusual_rows: set[int] = set()
    for mark in marks:
        alike = people[people[mark] != 0].drop_duplicates([mark, *_PERSON])
        several = alike[alike.duplicated(mark, keep=False)][mark]
        unusual_rows.update(people.loc[people[mark].isin(several), "row"].tolist())
    if unusual_rows:
        rows = tuple(sorted(unusual_rows))
        yield Warned("two-addresses", f"The same person seems to have two addresses: {_rows(rows)}.", rows)


def several_rewards(new: pd.DataFrame) -> Iterator[Warned]:
    """Recipients who have several rows that go."""
    if "person_hi" not in new or new.empty:
        return
    named = new[["row", *_PERSON]][(new["person_hi"] != 0) | (new["person_lo"] != 0)]
    again = named[named["person_hi"].duplicated(keep=False)]
    rows = tuple(sorted(again["row"][again.duplicated(_PERSON, keep=False)].tolist()))
    if rows:
        yield Warned("several-rewards", f"One recipient gets several rewards: {_rows(rows)}.", rows)


def like_keys(file: pd.DataFrame) -> Iterator[Warned]:
    """Different rows whose keys are the same but for case, blanks, leading zeros or the like."""
    keys = ["folded_hi", "folded_lo"]
    if not all(name in file for name in keys) or file.empty:
        return
    keyed = file[["row", "hi", "lo", *keys]][(file["folded_hi"] != 0) | (file["folded_lo"] != 0)]
    again = keyed[keyed["folded_hi"].duplicated(keep=False)]
    again = again[again.duplicated(keys, keep=False) & ~again.duplicated(["hi", "lo", *keys], keep=False)]
    rows = tuple(sorted(again["row"].tolist()))
    if rows:
        yield Warned("like-keys", f"The keys differ only in spelling: {_rows(rows)}.", rows)


def rewarded_elsewhere(others: Sequence[tuple[int, str]]) -> Iterator[Warned]:
    """Recipients whom another campaign sent something else within the window; `told`: row and words."""
    if others:
        more = f" and {len(others) - NAMED:,} more" if len(others) > NAMED else ""
        words = ", ".join(words for _, words in others[:NAMED])
        yield Warned("rewarded-elsewhere", f"Another campaign sent the same recipient another reward: {words}{more}.",
                     tuple(row for row, _ in others))  # fmt: skip


def plan_twice(now: Mapping[str, Decimal], last: Mapping[str, int], campaign_id: str) -> Iterator[Warned]:
    """More than twice what the last campaign sent, in any currency that it sent."""
    for currency, units in last.items():
        if units and now.get(currency, Decimal(0)) > 2 * from_units(units):
            yield Warned("plan-twice", f"The file total is {cash(now[currency], currency)}, more than twice the "
                         f"{cash(from_units(units), currency)} of the last campaign, {campaign_id}.")  # fmt: skip


def refuse(warnings: Iterable[Warned], *, ask: bool, accepted: Sequence[str], errors: Sequence[str]) -> list[str]:
    """The sentences to tell; raises RefusedBeforeSending where one is an error, or asked for and not accepted."""
    for name in (*accepted, *errors):
        if name not in WARNINGS:
            known = ", ".join(WARNINGS)
            raise SettingsError(
                f'There is no warning "{name}" to accept or refuse. Known: {known}. Nothing was sent.'
            )
    refused = [one for one in warnings if one.name in errors or one.name not in accepted]
    wrong = [one for one in refused if one.name in errors]
    open_ones = [one for one in refused if one.name not in errors] if ask else []
    if wrong or open_ones:
        names = dict.fromkeys(one.name for one in open_ones)
        accept = " ".join(f"--accept {name}" for name in names)
        next_step = (
            f" If this is intended, run again with {accept}." if accept and not wrong else " Correct the file."
        )
        raise RefusedBeforeSending("\n".join([*map(str, (*wrong, *open_ones)), f"Nothing was sent.{next_step}"]))
    return list(map(str, refused))


def _own_median(new: pd.DataFrame, before: pd.DataFrame) -> pd.Series[float]:
    """What the person of each line was usually sent, NaN where that is not known."""
    key = [*_PERSON, "currency"]
    if before.empty:
        return pd.Series(np.nan, index=new.index)
    each = before.loc[before.index.repeat(before["number"].clip(upper=50))]
    groups = each.groupby(key)["face_units"]
    usual = groups.median()[groups.size() >= FEWEST_BEFORE].rename("usual").reset_index()
    return new[key].astype({"currency": str}).merge(usual, on=key, how="left")["usual"]


def _amounts(lines: pd.DataFrame) -> str:
    top = lines.sort_values("row").head(NAMED)
    each = [f"row {row} ({cash(from_units(int(units)), currency)})"
            for row, units, currency in zip(top["row"], top["face_units"], top["currency"], strict=True)]  # fmt: skip
    more = f" and {len(lines) - NAMED:,} more" if len(lines) > NAMED else ""
    return ", ".join(each) + more


def _rows(rows: Sequence[int]) -> str:
    more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    return ", ".join(f"row {row}" for row in rows[:NAMED]) + more


def _numbers(lines: pd.DataFrame) -> tuple[int, ...]:
    return tuple(sorted(lines["row"].tolist()))
