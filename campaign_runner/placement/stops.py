"""Which answers stop a whole run, and what is told then?"""

from __future__ import annotations

from campaign_runner.model import Outcome, Receipt
from campaign_runner.model.errors import TangoStopped

STOPS: dict[Outcome, str] = {
    Outcome.STOP_CONFIGURATION: "Tango refuses this account or its credentials",
    Outcome.STOP_FUNDS: "The account has not enough funds: add funds in the Tango portal",
    Outcome.STOP_FRAUD: "Tango's fraud limit stops this account: a person has to talk to Tango",
    Outcome.STOP_BUG: "Tango cannot read the order: this is a fault of campaign-runner, please report it",
}


def stopped(receipt: Receipt) -> TangoStopped:
    """The end of the run."""
    quoted = f' Tango says: "{receipt.message}"' if receipt.message else ""
    code = f" ({receipt.code})" if receipt.code else ""
    request = f" Request {receipt.request_id}." if receipt.request_id else ""
    return TangoStopped(
        f"{STOPS[receipt.outcome]}{code}.{quoted}{request} What was not placed stays unsent; fix the cause and run again."
    )
