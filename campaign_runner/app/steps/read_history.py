"""What does the ledger know from before, that a plan must know?  Read once, and asked for more only where it needs that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from campaign_runner.app.runtime import Runtime
from campaign_runner.app.session import since
from campaign_runner.ledger import Ledger, campaigns, events, plans
from campaign_runner.ledger import sent_lines as before
from campaign_runner.model.errors import UsageError
from campaign_runner.model.history import StoredLine
from campaign_runner.planning import Decisions, RowStanding
from campaign_runner.planning.duplicates import RULE as DUPLICATE
from campaign_runner.planning.ledger_history import LedgerHistory
from campaign_runner.planning.standing import LASTING


def past(ledger: Ledger, runtime: Runtime, wanted: str = "") -> LedgerHistory:
    """What the ledger knows of this campaign, and of people whom other campaigns sent something lately; `wanted` as in
    `decisions`."""
    environment, settings = runtime.settings.tango.environment, runtime.settings
    with ledger.read() as connection:
        try:
            number = campaigns.find(connection, environment, settings.campaign.id)
        except UsageError:
            number = 0
        seen = events.newest(connection)  # first: what comes meanwhile counts as not seen
        latest = campaigns.latest_upload(connection, number)
        return LedgerHistory(
            before.known_lines(connection, number), before.unsent_lines(connection, number),
            decisions(connection, number, wanted),
            before.rewarded_elsewhere(connection, number, environment, since(runtime))
            if settings.identity.duplicate_window_days else (),
            plans.secret(connection), before.answered(connection, number), _LinesAsked(ledger, latest.id if latest else 0),
            seen,
        )  # fmt: skip


def decisions(connection: Connection, campaign_key: int, wanted: str = "") -> Decisions:
    """What was decided about rows, and which were held for a cause that the file does not show.

    A plan that is under way is sent as it was approved: where it is the one that is `wanted`, what was decided about
    other rows since it was written down belongs to the next one.
    """
    waits = {name: RowStanding(*why) for name, why in before.waiting(connection, campaign_key, LASTING)}
    released, dropped = (before.decided(connection, campaign_key, name) for name in (before.RELEASED, before.DROPPED))
    latest = campaigns.latest_upload(connection, campaign_key)
    if latest and wanted == latest.plan and (planned := events.newest_of(connection, campaign_key, "file planned")):
        earlier = before.decided(connection, campaign_key, before.RELEASED, until=planned["id"])
        released = {one: why for one, why in earlier.items() if one in released}  # without what was undone
        dropped = before.decided(connection, campaign_key, before.DROPPED, until=planned["id"])
    twins = before.references_held_by(connection, latest.id, DUPLICATE) if latest else frozenset()
    return Decisions(frozenset(released), dropped, waits, twins)


@dataclass(frozen=True)
class _LinesAsked:
    """What of the past is asked for only where a plan needs it."""

    ledger: Ledger
    upload: int

    def stored(self, numbers: Collection[int]) -> list[StoredLine]:
        """Lines as they were sent."""
        with self.ledger.read() as connection:
            return list(before.stored(connection, numbers))

    def held_by_the_newest_file(self) -> tuple[int, dict[int, tuple[int, int]]]:
        """Its number, and the lines that it holds; after a report of failures, those of the file it is about."""
        with self.ledger.read() as connection:
            upload = before.file_of(connection, self.upload)
            return upload, before.held_by(connection, upload)
