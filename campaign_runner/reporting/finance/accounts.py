"""Which account does money go to?  The chart of accounts of the journal, and what each status means for it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import RowStatus

# key: (account unless the user names another, what it is for)
ACCOUNTS = {
    "tango": ("Assets:Tango:Account", "the account at Tango that rewards are charged to"),
    "rewards": ("Expenses:Rewards", "face value of completed rewards"),
    "open": ("Assets:Tango:OpenOrders", "face value of rewards that are still on their way"),
    "refunds": ("Assets:Tango:Refunds", "charged for rewards that failed or were cancelled: Tango owes it"),
    "unbilled": ("Liabilities:Tango:Unbilled", "placed, and Tango has not stated the charge yet"),
    "fees": ("Expenses:Rewards:Fees", "fees"),
    "shipping": ("Expenses:Rewards:Shipping", "shipping fees"),
    "differences": ("Expenses:Rewards:Differences", "charged more or less than face value, fees and shipping"),
}
# status: account of the face value; the others were given back or never charged
VALUE_ACCOUNT = {
    RowStatus.COMPLETED: "rewards",
    RowStatus.PENDING: "open",
    RowStatus.UNKNOWN: "open",
    RowStatus.FAILED: "refunds",
    RowStatus.CANCELLED: "refunds",
}
_NAME = re.compile(r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+")


def chart(chosen: Mapping[str, str]) -> dict[str, str]:
    """Account names by key; raises UsageError for an unknown key or a name that no ledger program takes."""
    for key, name in chosen.items():
        if key not in ACCOUNTS:
            raise UsageError(f'Journal account "{key}": there is no such key. Known: {", ".join(ACCOUNTS)}.')
        if not _NAME.fullmatch(name):
            raise UsageError(
                f'Journal account {key} = "{name}" is not valid: begin with Assets, Liabilities, Equity, Income or '
                'Expenses, then parts that begin with a capital letter, like "Expenses:Rewards:Staff".'
            )
    return {key: chosen.get(key, default) for key, (default, _) in ACCOUNTS.items()}
