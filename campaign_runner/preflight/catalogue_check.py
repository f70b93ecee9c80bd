"""Which rewards are there?  Tango's catalogue as rows and people ask for it: by utid, by name, by a search word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

import pandas as pd

from campaign_runner.model import Problem, RawTable
from campaign_runner.model.marketplace import Catalogue, Reward
from campaign_runner.model.money import text
from campaign_runner.model.wording import cash
from campaign_runner.preflight.catalogue_rules import problems


@dataclass(frozen=True)
class CatalogueIndex:
    """The catalogue as rows are held against it; `methods` are those of the rule book."""

    catalogue: Catalogue
    methods: Collection[str]
    _near: dict[str, str] = field(default_factory=dict)

    @property
    def rewards(self) -> Mapping[str, Reward]:
        """By utid."""
        return self.catalogue.rewards

    @property
    def currencies(self) -> Mapping[str, str]:
        """The currency of each reward that states one."""
        return {utid: reward.currency for utid, reward in self.rewards.items() if reward.currency}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """utid by name, without case, of the active rewards whose name no other has."""
        utids_by_name: dict[str, set[str]] = {}
        for utid, reward in self.rewards.items():
            if reward.active and reward.name:
                utids_by_name.setdefault(plain(reward.name), set()).add(utid)
        return {name: utids.pop() for name, utids in utids_by_name.items() if len(utids) == 1}

    def judge(self, rows: pd.DataFrame, table: RawTable) -> list[Problem]:
        """The problems of some valid rows (`CleanRows.fields`); warnings among them."""
        return [] if rows.empty else list(problems(rows, table, self._judging, self.like))

    @cached_property
    def _judging(self) -> Mapping[str, Reward]:
        """The rewards with those of their delivery methods that a row may name."""
        return {
            utid: replace(reward, methods=tuple(word for word in reward.methods if word.upper() in self.methods))
            for utid, reward in self.rewards.items()
        }

    def like(self, utid: str) -> str:
        """The active reward whose utid differs from this one in a single character; "" for none, or several."""
        if utid not in self._near:
            near = [other for other, reward in self.rewards.items() if reward.active and _one_off(other, utid)]
            self._near[utid] = near[0] if len(near) == 1 else ""
        return self._near[utid]

    def version(self, utids: Iterable[str]) -> str:
        """Names what the catalogue says of these rewards: other words, another name."""
        texts = sorted(repr(self.rewards[utid]) for utid in set(utids) if utid in self.rewards)
        return sha256("\n".join(texts).encode()).hexdigest()[:16]

    def search(self, words: str) -> list[Reward]:
        """The rewards in which every word is found, by name."""
        wanted = words.casefold().split()
        matching = [reward for reward in self.rewards.values() if all(word in _all_of(reward) for word in wanted)]
        return sorted(matching, key=lambda reward: (reward.name.casefold(), reward.utid))


def plain(name: str) -> str:
    """A name as it is compared: without case and superfluous spaces."""
    return " ".join(name.casefold().split())


def price(reward: Reward) -> str:
    """`10.00 USD`, `5.00 to 100.00 USD, whole amounts only`, or nothing where Tango states nothing."""
    if reward.fixed:
        return cash(reward.face_value, reward.currency) if reward.face_value is not None else ""
    bounds = [text(bound) if bound is not None else "any" for bound in (reward.smallest, reward.largest)]
    whole = ", whole amounts only" if reward.whole_amounts else ""
    return f"{bounds[0]} to {bounds[1]} {reward.currency}{whole}" if set(bounds) != {"any"} else whole.lstrip(", ")


def _one_off(one: str, other: str) -> bool:
    """One character changed, too much or too little; or two neighbours exchanged."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        at = [i for i, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
        swapped = len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]
        return len(at) == 1 or swapped
    long, short = sorted((one, other), key=len, reverse=True)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _all_of(reward: Reward) -> str:
    return " ".join(
        (reward.utid, reward.name, reward.brand, reward.currency, reward.kind, *reward.countries, *reward.methods)
    ).casefold()
