"""What do the server, the workers and the inbox work in?  One ledger of many campaigns, each with settings of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaign_runner import settings
from campaign_runner.app.process.locations import state_path
from campaign_runner.app.runtime import Runtime, SystemClock
from campaign_runner.ledger import Ledger, campaigns, open_ledger
from campaign_runner.ledger.actors import this_account
from campaign_runner.model import Clock
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import SettingsError, UsageError
from campaign_runner.model.finance_options import FinanceOptions
from campaign_runner.settings import Credentials, Settings

if TYPE_CHECKING:
    from campaign_runner.app.inbox import Inbox

WORKSPACE = Path("workspace.toml")
# Of each connection to the ledger; a server has many, and asks them little.
CACHE_MB = 2
# What a campaign may say for itself. Where orders go, who approves and where the ledger is belongs to the workspace.
OF_A_CAMPAIGN = frozenset({"campaign", "columns", "defaults", "identity", "limits", "finance", "reports", "rules"})
# Of the settings that a run on another machine was given, these are the machine's own.
OF_A_MACHINE: dict[str, tuple[str, ...]] = {
    "tango": ("base_url", "oauth_url", "requests_per_second"),
    "ledger": ("url",),
}


@dataclass(frozen=True)
class Asked:
    """What somebody says for one file or one wish, on top of all settings: which column is which field, what every row has
    that the file has no column for, and warnings that are fine."""

    columns: Mapping[str, str] = field(default_factory=dict)
    accept: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)


NOTHING = Asked()


@dataclass(frozen=True)
class Workspace:
    """`settings` are workspace.toml's (their campaign is none); a ledger at `settings.ledger.url`, else in `state`;
    `config` is the file that the settings are from; `workers`, `only` and `answers` as for a `Runtime`."""

    settings: Settings
    state: Path
    schemas: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    stopping: threading.Event = field(default_factory=threading.Event)
    config: Path | None = None
    workers: int = 4
    only: frozenset[str] | None = None
    answers: dict[str, tuple[datetime, Any]] = field(default_factory=dict)

    @cached_property
    def _ledger(self) -> Ledger:
        return open_ledger(self.state, self.settings.ledger.url, cache_mb=CACHE_MB)

    @cached_property
    def inbox(self) -> Inbox:
        """Where files come from by themselves; workers send them."""
        from campaign_runner.app.inbox import Inbox

        folder = self.config.absolute().parent if self.config else Path.cwd()
        return Inbox(folder, lambda _: None, self.state, schemas=self.schemas, clock=self.clock, stopping=self.stopping,
                     detached=True, config=self.config)  # fmt: skip

    def ledger(self, actor: Actor | None = None) -> Ledger:
        """The ledger, on which `actor` acts (None: the account of this process)."""
        return self._ledger.acting_as(actor or this_account())

    def place(self) -> str:
        """Where the ledger is, as people see it; raises StateError where it cannot be opened."""
        return str(self.ledger().engine.url) if self.settings.ledger.url else str(self.state)

    def close(self) -> None:
        """Release the ledger."""
        if "_ledger" in self.__dict__:
            self._ledger.engine.dispose()

    def at(self) -> str:
        """The time as the ledger writes it."""
        return self.clock.now().isoformat(timespec="milliseconds")

    def key_of(self, campaign_id: str) -> int:
        """The campaign's number in the ledger: in the workspace's environment, else in any. Raises UsageError."""
        mine = self.settings.tango.environment
        with self.ledger().read() as connection:
            keys = campaigns.keys_of(connection, campaign_id)
            return keys.get(mine) or next(iter(keys.values()), 0) or campaigns.find(connection, mine, campaign_id)

    def name_of(self, settings: Settings) -> str:
        """What a campaign is held and noted under: `environment-id`."""
        return f"{settings.tango.environment}-{settings.campaign.id}"

    def settings_of(self, campaign_key: int, asked: Asked = NOTHING) -> Settings:
        """A campaign's own settings on top of the workspace's, bound to the account that it was begun with."""
        with self.ledger().read() as connection:
            row = campaigns.row(connection, campaign_key)
            own = campaigns.settings_of(connection, campaign_key)
        bound = {"tango": {name: row[name] for name in ("environment", "customer", "account", "endpoint")}}
        return self.merged(own, {"campaign": {"id": row["campaign_id"]}}, bound, asked=asked)

    def runtime(self, campaign_key: int, actor: Actor, reports: Path, asked: Asked = NOTHING) -> Runtime:
        """What one campaign is run in, with this machine's credentials."""
        whole = self.settings_of(campaign_key, asked)
        return Runtime(
            whole, self.state, reports, self.credentials(whole), self.schemas, self.clock, self.stopping,
            self.workers, self.only, ledger_url=self.settings.ledger.url, actor=actor, submitter=actor.user,
            answers=self.answers,
            finance=FinanceOptions(group_by=whole.finance.group_by or None, accounts=whole.finance.accounts,
                                   time_zone=whole.finance.time_zone),
        )  # fmt: skip

    def merged(self, *own: Mapping[str, Any], asked: Asked = NOTHING) -> Settings:
        """The workspace's settings with a campaign's own on top; raises SettingsError. Warnings that are fine add up."""
        values = self.settings.model_dump(mode="json", exclude={"campaign"})
        machine = {name: {key: values[name][key] for key in keys} for name, keys in OF_A_MACHINE.items()}
        approval = {"approval": values["approval"]} if self.settings.approval.required_above else {}
        fine = [name for layer in (values, *own) for name in layer.get("preflight", {}).get("accept", ())]
        accept = list(dict.fromkeys([*fine, *asked.accept]))
        top = {"columns": asked.columns, "defaults": asked.defaults, "preflight": {"accept": accept}}
        for layer in (*own, machine, approval, top):
            for section, part in layer.items():
                values[section] = {**values.get(section, {}), **part} if isinstance(part, Mapping) else part
        return settings.kept(values)

    def credentials(self, whole: Settings | None = None) -> Credentials:
        """What Tango knows us by; empty where nothing is set."""
        try:
            return settings.credentials(whole or self.settings)
        except UsageError:
            return Credentials()


def own_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that somebody gives a campaign through a door; raises SettingsError for what is not theirs to say."""
    if foreign := sorted(set(values) - OF_A_CAMPAIGN):
        raise SettingsError(
            f"settings.{foreign[0]} cannot be set for one campaign: it belongs to the workspace. A campaign can set "
            f"{', '.join(sorted(OF_A_CAMPAIGN))}."
        )
    return dict(values)


@contextmanager
def open_workspace(config: Path | None, state: Path | None, schemas: Path | None = None) -> Iterator[Workspace]:
    """The workspace of a server or worker: `config`, else workspace.toml here, else everything at its default.

    Raises SettingsError, StateError.
    """
    path = config or (WORKSPACE if WORKSPACE.exists() else None)
    loaded = settings.load(path, "workspace")
    loaded.require_host()
    workspace = Workspace(loaded, state_path(state, path), schemas, config=path)
    try:
        yield workspace
    finally:
        workspace.close()
