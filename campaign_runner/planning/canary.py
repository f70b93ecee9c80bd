"""Which few lines go first?  One of every method, reward and currency, chosen by what is sent and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from campaign_runner.planning.plan import Plan

_KIND = ["method", "utid", "currency"]


def with_canary(plan: Plan, wanted: int) -> Plan:
    """The same plan with up to `wanted` lines in a batch of their own, before all others.

    No line changes its reference; only the orders are cut otherwise. Where there are more kinds of lines than wanted,
    every method comes before a second reward of one. Whatever was a canary before is none any more.
    """
    if plan.new.empty or (wanted < 1 and not plan.canary):
        return plan
    plan = replace(plan, new=plan.new.sort_values(["hi", "lo"], ignore_index=True))
    kinds = plan.new[_KIND].astype(str)
    first = kinds[~kinds.duplicated()].sort_values(_KIND)
    turn = first.groupby("method").cumcount().sort_values(kind="stable")
    chosen = plan.new.index.isin(turn.index[: max(0, wanted)])
    new = pd.concat([plan.new[chosen], plan.new[~chosen]], ignore_index=True)
    return replace(plan, new=new, canary=int(chosen.sum()))
