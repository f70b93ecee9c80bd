"""May a failed line be placed again?  Only after Tango has said twice, some time apart, that it failed.

An answer may be wrong, or come from a list that lags behind: a line that is placed again on one word alone may be paid
twice. So Tango is asked once more before anything is planned, and what turns out not to have failed is left alone.
"""

from __future__ import annotations

from datetime import UTC, datetime

from campaign_runner.app.steps.driver import Driver
from campaign_runner.ledger import failed_lines


def confirmed(driver: Driver, patience: float) -> str:
    """Ask Tango about every failed line once more, and again after a while (of `patience`) where its first word is too
    young; returns why some of them must wait ("" = none has to)."""
    driver.confirm()
    open_ = _unconfirmed(driver)
    if open_ and 0 < (wait := _seconds_left(driver, open_)) <= patience:
        driver.wait(wait)
        driver.confirm()
        open_ = _unconfirmed(driver)
    if not open_:
        return ""
    lines = "1 failed line is" if len(open_) == 1 else f"{len(open_):,} failed lines are"
    left, campaign_id = _seconds_left(driver, open_), driver.runtime.settings.campaign.id
    again = f"campaign-runner retry {campaign_id}"
    if left > 0:
        when = datetime.fromtimestamp(driver.runtime.clock.now().timestamp() + left, UTC)
        return (
            f"{lines} not retried yet: Tango has to report a failure twice, some time apart. Run this after "
            f"{when:%d %b %Y, %H:%M:%S} UTC: {again}"
        )
    return f"{lines} not retried: Tango did not confirm the failure when it was asked again. Run this later: {again}"


def _unconfirmed(driver: Driver) -> list[str]:
    """Since when lines are failed of which Tango said so once only."""
    with driver.ledger.read() as connection:
        return failed_lines.unconfirmed(connection, driver.campaign)


def _seconds_left(driver: Driver, since: list[str]) -> float:
    """How long until a second word on all of them counts."""
    youngest = max((datetime.fromisoformat(at).timestamp() for at in since if at), default=0.0)
    age = driver.runtime.clock.now().timestamp() - youngest
    return driver.step.grace_seconds - age if age >= 0 else driver.step.grace_seconds
