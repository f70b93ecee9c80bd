"""What does the user want?  campaign.toml, overruled by the environment, checked as a whole.

`CAMPAIGN_RUNNER__SECTION__KEY` wins over the file. Credentials are not settings: see `secrets`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSettings

from campaign_runner.model import Order
from campaign_runner.model.errors import SettingsError
from campaign_runner.settings import hosts, policy
from campaign_runner.settings.secrets import Credentials, credentials, secret
from campaign_runner.settings.sections import (
    ADDRESSES,
    TOKEN_ADDRESSES,
    ApprovalSection,
    CampaignSection,
    FinanceSection,
    IdentitySection,
    LedgerSection,
    LimitsSection,
    PreflightSection,
    ReportsSection,
    RulesSection,
    TangoSection,
    setting,
)
from campaign_runner.settings.sentences import EnvironmentSource, sentence
from campaign_runner.settings.workspace_sections import (
    InboxSection,
    NotifySection,
    RetentionSection,
    ScheduleSection,
    ServerSection,
    WebhookTarget,
)

__all__ = [
    "TOKEN_ADDRESSES",
    "ApprovalSection",
    "Credentials",
    "EnvironmentSource",
    "NotifySection",
    "Settings",
    "WebhookTarget",
    "credentials",
    "kept",
    "ledger_url",
    "load",
    "secret",
]


class Settings(BaseSettings):
    """The whole of campaign.toml; `path` is where it was read ("" = built-in values)."""

    model_config = SettingsConfigDict(
        env_prefix="CAMPAIGN_RUNNER__", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    campaign: CampaignSection
    tango: TangoSection = TangoSection()
    columns: dict[str, str] = setting(
        {}, '"header in the spreadsheet" = "field", where the built-in spellings do not fit',
        example={"Work email": "recipient.email"},
    )  # fmt: skip
    defaults: dict[str, str] = setting(
        {},
        "used where a cell is empty or the column is missing",
        example={"deliveryMethod": "EMAIL", "utid": "U561593"},
    )
    rules: RulesSection = RulesSection()
    identity: IdentitySection = IdentitySection()
    limits: LimitsSection = LimitsSection()
    preflight: PreflightSection = PreflightSection()
    finance: FinanceSection = FinanceSection()
    reports: ReportsSection = ReportsSection()
    approval: ApprovalSection = ApprovalSection()
    ledger: LedgerSection = LedgerSection()
    inbox: InboxSection = InboxSection()
    schedule: ScheduleSection = ScheduleSection()
    retention: RetentionSection = RetentionSection()
    notify: NotifySection = NotifySection()
    webhooks: dict[str, WebhookTarget] = setting(
        {}, 'programs that receive events: "name" = address and events; WEBHOOK_SECRET_NAME signs them (workspace.toml)',
        example={"hr": {"url": "https://hr.example.com/rewards", "events": ["finished", "rows_failed"]}},
    )  # fmt: skip
    server: ServerSection = ServerSection()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """The environment wins over the file (which arrives as the init values)."""
        return EnvironmentSource(settings_cls), init_settings

    _approval_from: str = PrivateAttr("")
    _against_host: str = PrivateAttr("")

    @property
    def approval_rule(self) -> dict[str, Any]:
        """The rule of approval in force, and where it comes from, as the log of events keeps it."""
        rule = self.approval.model_dump(mode="json", exclude={"submitter"})
        return {**rule, "from": self._approval_from} if self.approval.required_above else {}

    @property
    def host(self) -> str:
        """The host that everything is sent to, as people see it."""
        return hosts.shown(self.base_url, self.tango.environment)

    @property
    def base_url(self) -> str:
        """The address of Tango; "" means that the embedded simulator is to be started."""
        return self.tango.base_url or ADDRESSES.get(self.tango.environment, "")

    def require_host(self) -> None:
        """Raises SettingsError where credentials and recipients would go to a host that nobody may choose in a file."""
        if self._against_host:
            raise SettingsError(self._against_host)

    @property
    def order(self) -> Order:
        """The order-level values that go into every batch."""
        sender = {key: value for key, value in self.campaign.sender.model_dump().items() if value}
        return Order(
            campaign_id=self.campaign.id, customer=self.tango.customer, account=self.tango.account,
            endpoint=self.tango.endpoint, campaign=self.campaign.name, notes=self.campaign.notes,
            purchase_order=self.campaign.purchase_order, sender=sender, single_form=self.tango.orders_form,
        )  # fmt: skip


def load(path: Path | None, campaign_id: str = "", looked_for: Sequence[Path] = ()) -> Settings:
    """Read campaign.toml (None: environment and built-in values alone); raises SettingsError in the user's words.

    A host that the file may not choose is no obstacle to reading: `require_host` stops anyone who would send there.

    `campaign_id`, as given on the command line, stands in for the file's own; `looked_for`: where campaign.toml was
    looked for.
    """
    values = read_file(path) if path else {}
    if campaign_id:
        values.setdefault("campaign", {})["id"] = campaign_id
    try:
        asked = Settings(**values)
        mine = EnvironmentSource(Settings)()
    except ValidationError as error:
        if not path and any(
            problem["type"] == "missing" and problem["loc"] == ("campaign",) for problem in error.errors()
        ):
            raise SettingsError(_none(looked_for)) from None
        where = str(path) if path else "The environment"
        raise SettingsError(
            "\n".join(sentence(where, dict(problem), Settings) for problem in error.errors())
        ) from None
    except UnreadableSettings as error:
        why = error.__cause__ or error
        raise SettingsError(f"The environment: {_variables(why)}: {why}.") from None
    rules = policy.load()
    allowed = rules.on(asked) if rules else asked
    where = str(path) if path else "The environment"
    allowed._against_host = hosts.objection(asked, where, mine.get("tango") or {}, rules)
    allowed._approval_from = _source(rules, mine, path)
    return allowed


class KeptSettings(Settings):
    """Settings from the ledger: the environment of whichever machine goes on with a campaign does not change them."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """The values alone."""
        return (init_settings,)


def kept(values: Mapping[str, Any]) -> Settings:
    """Settings from values in the form of campaign.toml, under the operator's policy; raises SettingsError."""
    try:
        asked = KeptSettings(**values)
    except ValidationError as error:
        raise SettingsError(
            "\n".join(sentence("The campaign's settings", dict(problem), Settings) for problem in error.errors())
        ) from None
    rules = policy.load()
    checked = rules.on(asked) if rules else asked
    checked._against_host = hosts.objection(
        asked, "The settings", EnvironmentSource(Settings)().get("tango") or {}, rules
    )
    return checked


def _source(rules: policy.Policy | None, environment: Mapping[str, Any], path: Path | None) -> str:
    """Where the rule of approval comes from, for the log of events."""
    if rules and rules.approval:
        return f"policy {policy.place()}"
    return "environment" if environment.get("approval") else str(path or "built-in")


def _none(looked_for: Sequence[Path]) -> str:
    """There are no settings at all: where they were looked for, and how they are made."""
    places = " and ".join(dict.fromkeys(str(path.absolute()) for path in looked_for))
    looked = f" (looked for {places})" if places else ""
    return (
        f"There is no campaign.toml{looked}. Make one with `campaign-runner init`, or name it with --config FILE. The id "
        "alone can also come from the environment: CAMPAIGN_RUNNER__CAMPAIGN__ID=2026-q4-recognition."
    )


def _variables(why: BaseException) -> str:
    """The variables whose value it may be."""
    names = (name for name in os.environ if name.upper().startswith("CAMPAIGN_RUNNER__"))
    mine = [name for name in names if repr(os.environ[name]) in str(why)]
    return " or ".join(mine) or "a variable CAMPAIGN_RUNNER__…"


def ledger_url(path: Path | None) -> str:
    """Where the ledger is, for commands that need no campaign ("" = SQLite in the state folder)."""
    return load(path, "any").ledger.url


def read_file(path: Path) -> dict[str, Any]:
    """The values of a settings file, as they are; raises SettingsError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such file. Name another with --config, or make one: "
                            "campaign-runner init") from None  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: this is not valid TOML: {error}. Correct that place and run again.") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). Name another with --config.") from None
