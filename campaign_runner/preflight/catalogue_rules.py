"""Can each row have the reward that it asks for?  Rows against the catalogue, a chunk at a time, a column at a time.

What depends on the reward alone is looked up once per reward; only rows that fail are told one by one. What the
catalogue does not state is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model import Problem, RawTable
from campaign_runner.model.marketplace import Reward
from campaign_runner.model.money import UNITS, text
from campaign_runner.model.words import did_you_mean

Numbers = np.ndarray[Any, Any]
Like = Callable[[str], str]
Said = tuple[str, str]  # what is wrong, what to do
COUNTRY = "recipient.address.country"
_NO_BOUND = 2**62
_BROWSE = "(campaign-runner catalogue lists them)."


def problems(
    rows: pd.DataFrame, table: RawTable, rewards: Mapping[str, Reward], like: Like = lambda _: ""
) -> Iterator[Problem]:
    """What is wrong with valid rows (`CleanRows.fields`); `like` knows the utid that a mistyped one may mean."""
    asked = _Asked(rows, rewards)
    for rule in _RULES:
        if rule.field not in rows:
            continue
        column, failed = table.column_of(rule.field), np.flatnonzero(rule.fails(asked)).tolist()
        values = rows[rule.field].iloc[failed].fillna("").tolist()
        for at, value in zip(failed, values, strict=True):
            utid = str(asked.chosen[at])
            problem, remedy = rule.say(rewards[utid], value) if utid in rewards else _unknown(like(utid), rewards)
            row = int(rows.index[at])
            yield Problem(row, column, f"{rule.field}:{rule.name}", value, problem, remedy, rule.severity)


class _Asked:
    """A chunk of rows as columns of numbers; each reward is asked once."""

    def __init__(self, rows: pd.DataFrame, rewards: Mapping[str, Reward]) -> None:
        self.rows = rows
        self.chosen = pd.Categorical(rows["utid"])
        self._codes: Numbers = np.asarray(self.chosen.codes)
        self._rewards = [rewards.get(str(utid)) for utid in self.chosen.categories]
        self.known = self.are(lambda _: True)
        self.active = self.are(lambda reward: reward.active)

    def are(self, test: Callable[[Reward], bool]) -> Numbers:
        """Per row: is its reward known, and does this hold of it?"""
        return np.array([reward is not None and test(reward) for reward in self._rewards], bool)[self._codes]

    def bound(self, value: Callable[[Reward], int | None], missing: int) -> Numbers:
        """Per row a number of its reward."""
        bounds = [None if reward is None else value(reward) for reward in self._rewards]
        return np.array([missing if number is None else number for number in bounds], np.int64)[self._codes]

    def has(self, field: str) -> Numbers:
        """Per row: is the cell filled?"""
        filled: Numbers = self.rows[field].notna().to_numpy()
        return filled

    def outside(self, field: str, allowed: Callable[[Reward], tuple[str, ...]]) -> Numbers:
        """Per row: does the reward name what is allowed, and this not?  Asked once per pair."""
        cells = pd.Categorical(self.rows[field])
        table = np.zeros((len(self._rewards), len(cells.categories) + 1), bool)
        for at, reward in enumerate(self._rewards):
            able = {word.upper() for word in allowed(reward)} if reward else set()
            for number, value in enumerate(cells.categories if able else ()):
                table[at, number] = str(value).upper() not in able
        answer: Numbers = table[self._codes, np.asarray(cells.codes)]
        return answer

    @cached_property
    def units(self) -> Numbers:
        """The amounts in ten-thousandths (a clean amount has two places)."""
        cents = pc.replace_substring(_text(self.rows["amount"]), ".", "")
        return pc.cast(cents, pa.int64()).to_numpy(zero_copy_only=False) * (UNITS // 100)  # type: ignore[no-any-return]

    @cached_property
    def out_of_range(self) -> Numbers:
        """Amounts that are not the reward's fixed one, or not within its range."""
        low, high = self.bound(_lowest, -_NO_BOUND), self.bound(_highest, _NO_BOUND)
        answer: Numbers = self.active & ((self.units < low) | (self.units > high))
        return answer

    @cached_property
    def many(self) -> Numbers:
        """Quantities outside the reward's bounds."""
        numbers = pc.cast(pc.fill_null(_text(self.rows["quantity"]), "1"), pa.int64()).to_numpy(zero_copy_only=False)
        fewest, most = self.bound(lambda r: r.min_quantity, 0), self.bound(lambda r: r.max_quantity, _NO_BOUND)
        answer: Numbers = self.active & ((numbers < fewest) | (numbers > most))
        return answer


class _Rule(NamedTuple):
    field: str
    name: str
    fails: Callable[[_Asked], Numbers]
    say: Callable[[Reward, str], Said]
    severity: str = "error"


def _fixed(reward: Reward, _: str) -> Said:
    due = text(reward.face_value or Decimal(0))
    problem = f"is not the value of {_named(reward)}: it is always {due} {reward.currency}."
    return problem, f"Type {due}, or choose another reward."


def _range(reward: Reward, _: str) -> Said:
    low = f"from {text(reward.smallest)} " if reward.smallest is not None else ""
    high = f"up to {text(reward.largest)} " if reward.largest is not None else ""
    problem = f"is not an amount of {_named(reward)}, which is available {low}{high}{reward.currency}."
    return problem, "Type an amount within, or choose another reward."


def _quantity(reward: Reward, _: str) -> Said:
    fewest, most = reward.min_quantity or 1, reward.max_quantity
    bounds = f"from {fewest:,} to {most:,}" if most is not None else f"at least {fewest:,}"
    return (
        f"is not possible for {_named(reward)}: a row may order {bounds}.",
        "Type another number, or use more rows.",
    )


def _method(reward: Reward, _: str) -> Said:
    methods = ", ".join(reward.methods)
    return (
        f"is not possible for {_named(reward)}: it is delivered by {methods}.",
        "Choose one of these, or another reward.",
    )


def _country(reward: Reward, _: str) -> Said:
    countries = ", ".join(reward.countries[:8]) + (", …" if len(reward.countries) > 8 else "")
    return f"is not a country that {_named(reward)} is for ({countries}).", "Check the country and the reward."


_RULES = (
    _Rule("utid", "unknown", lambda asked: ~asked.known, lambda *_: ("", "")),
    _Rule("utid", "inactive", lambda asked: asked.known & ~asked.active,
          lambda reward, _: (f"({reward.name}) is not available at present.", f"Choose an active reward {_BROWSE}")),
    _Rule("amount", "fixed", lambda asked: asked.out_of_range & asked.are(lambda reward: reward.fixed), _fixed),
    _Rule("amount", "range", lambda asked: asked.out_of_range & asked.are(lambda reward: not reward.fixed), _range),
    _Rule("amount", "whole", lambda asked: asked.active & ~asked.out_of_range & (asked.units % UNITS != 0)
          & asked.are(lambda reward: reward.whole_amounts and not reward.fixed),
          lambda reward, _: (f"is not a whole amount, but {_named(reward)} needs one.", "Leave out the cents.")),
    _Rule("quantity", "bounds", lambda asked: asked.many, _quantity),
    _Rule("deliveryMethod", "reward", lambda asked: asked.active & asked.outside("deliveryMethod", _methods), _method),
    _Rule("expirationDate", "promo-link", lambda asked: asked.active & asked.has("expirationDate")
          & asked.are(lambda reward: bool(reward.kind) and "promo" not in reward.kind.lower()),
          lambda reward, _: (f"can be set for Promo Links only, and {_named(reward)} is none.",
                             "Empty the cell, or choose a Promo Link.")),
    _Rule(COUNTRY, "reward", lambda asked: asked.active & asked.has(COUNTRY)
          & asked.outside(COUNTRY, lambda reward: reward.countries), _country, "warning"),
)  # fmt: skip


def _unknown(near: str, rewards: Mapping[str, Reward]) -> Said:
    if near:
        return "is not in Tango's catalogue.", did_you_mean(f'"{near}" ({rewards[near].name})')
    return "is not in Tango's catalogue.", f"Choose a reward of the catalogue {_BROWSE}"


def _methods(reward: Reward) -> tuple[str, ...]:
    return reward.methods


def _lowest(reward: Reward) -> int | None:
    value = reward.face_value if reward.fixed else reward.smallest
    return None if value is None else int((value * UNITS).to_integral_value(ROUND_CEILING))


def _highest(reward: Reward) -> int | None:
    value = reward.face_value if reward.fixed else reward.largest
    return None if value is None else int((value * UNITS).to_integral_value(ROUND_FLOOR))


def _named(reward: Reward) -> str:
    return f"{reward.utid} ({reward.name})" if reward.name else reward.utid


def _text(column: pd.Series[str]) -> Any:
    return pa.array(column, from_pandas=True)
