"""How is the outside world opened?  The clock, the ledger of the state folder, and Tango or its embedded stand-in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner import settings
from campaign_runner.app.overrides import Overrides
from campaign_runner.app.process.locations import config_path, config_places
from campaign_runner.app.process.state_folder import state_folder
from campaign_runner.ledger.actors import this_account
from campaign_runner.model import Clock, RuleBook
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import UsageError
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.settings import Credentials, Settings

if TYPE_CHECKING:
    pass


class SystemClock:
    """The machine's clock in UTC."""

    monotonic, sleep = staticmethod(time.monotonic), staticmethod(time.sleep)

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """What a run works in: where state and reports are, who we are, what time it is, whether to stop.

    `workers` = how many calls may be under way at once (the pace is shared all the same); `only` names the reports
    that are wanted (None: all), `finance` what they are to hold; `refresh` = ask Tango for its catalogue again;
    `submitter` is who submits the file ("": as the settings or the machine say), `actor` the account that acts;
    `unreachable` says why Tango could not be reached, once that was tried; `answers` are those of Tango that may serve
    the next files, too (see `funds`); `options` are those of the command line that
    say where everything is; `confirm` asks the person at the terminal (None: nobody does, or --yes); `notices` collects
    what to tell the caller besides the result; `state_before` is a state folder that an older version made in the
    working directory.
    """

    settings: Settings
    state: Path
    reports: Path
    credentials: Credentials
    schemas: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    stopping: threading.Event = field(default_factory=threading.Event)
    workers: int = 4
    only: frozenset[str] | None = None
    finance: FinanceOptions | None = None
    ledger_url: str = ""
    refresh: bool = False
    submitter: str = ""
    unreachable: list[str] = field(default_factory=list)
    answers: dict[str, tuple[datetime, Any]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    actor: Actor = field(default_factory=this_account)
    confirm: Callable[[Sequence[str]], bool] | None = None
    notices: list[str] = field(default_factory=list)
    state_before: Path | None = None

    def for_campaign(self, campaign: Mapping[str, Any]) -> Runtime:
        """The same world for another campaign of the ledger (`ledger.campaigns.listing`)."""
        bound = {name: campaign[name] for name in ("environment", "customer", "account", "endpoint")}
        settings = self.settings.model_copy(
            update={
                "campaign": self.settings.campaign.model_copy(update={"id": campaign["campaign_id"]}),
                "tango": self.settings.tango.model_copy(update=bound),
            }
        )
        return replace(self, settings=settings)

    @cached_property
    def rule_book(self) -> RuleBook:
        """The rule book, read once: what judges the rows is what their plan and reports name."""
        from campaign_runner import validation

        return validation.load_book(self.schemas)

    def at(self) -> str:
        """The time as the ledger writes it."""
        return self.clock.now().isoformat(timespec="milliseconds")


def build_runtime(
    config: Path | None, state: Path | None, reports: Path, schemas: Path | None, file: Path | None = None, *,
    campaign_id: str = "", secret: bool | None = True, overrides: Overrides | None = None,
    usual_reports: Path = Path("reports"),
) -> Runtime:  # fmt: skip
    """Settings, credentials (where `secret`; None: if there are any) and folders, with what else one command asks for.

    `campaign_id`, as given with the command, must be that of the settings. Raises SettingsError, UsageError.
    """
    asked, path = overrides or Overrides(), config_path(config, file)
    loaded = asked.on(settings.load(path, campaign_id, looked_for=[] if config else config_places(file)))
    if secret:  # who may do without Tango is stopped where it would be asked
        loaded.require_host()
    folder, books = state_folder(state, path), loaded.finance
    typed = {"FILE": file, "--config": config, "--state": state,
             "--reports": None if reports == usual_reports else reports, "--schemas": schemas}  # fmt: skip
    return Runtime(
        loaded, folder.path, reports, _credentials(loaded, secret), schemas, ledger_url=loaded.ledger.url,
        finance=FinanceOptions(group_by=books.group_by or None, accounts=books.accounts, time_zone=books.time_zone),
        refresh=asked.refresh, options={name: str(path) for name, path in typed.items() if path is not None},
        state_before=folder.before,
    )  # fmt: skip


def _credentials(loaded: Settings, secret: bool | None) -> Credentials:
    try:
        return Credentials() if secret is False else settings.credentials(loaded)
    except UsageError:
        if secret:
            raise
        return Credentials()
