"""What does the user want?  campaign.toml, overruled by the environment, checked as a whole.

`CAMPAIGN_RUNNER__SECTION__KEY` wins over the file. Order-level rules are those of POST /asyncOrders; where Tango's
pages contradict each other the decision stands beside the rule. Credentials are not settings: see `Credentials`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from campaign_runner.errors import SettingsError
from campaign_runner.model import Order

ADDRESSES = {
    "sandbox": "https://integration-api.tangocard.com/raas/v2",
    "production": "https://api.tangocard.com/raas/v2",
}
TOKEN_ADDRESSES = {
    "sandbox": "https://sandbox-auth.tangocard.com/oauth/token",
    "production": "https://auth.tangocard.com/oauth/token",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

CampaignId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9]{5,100}$")]
Name = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^<>/]*$")]
Email = Annotated[str, StringConstraints(max_length=100, pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")]
Amount = Annotated[Decimal, Field(gt=0)]
Totals = dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")], Annotated[Decimal, Field(ge=0)]]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sender(_Section):
    """Who the reward is from: 100 characters a name, none of < > /."""

    firstName: Name = ""
    lastName: Name = ""
    email: Email = ""


class CampaignSection(_Section):
    """The order-level texts; lengths as POST /asyncOrders states them (notes: 150, the stricter of two pages)."""

    id: CampaignId
    name: str = Field("", max_length=1024)
    purchase_order: str = Field("", max_length=100)
    notes: str = Field("", max_length=150)
    sender: Sender = Sender()


class TangoSection(_Section):
    """Where and how fast. `requests_per_second` is for all calls together; 0 means unpaced (loopback only)."""

    environment: Literal["simulator", "sandbox", "production"] = "simulator"
    base_url: str = ""
    customer: Identifier = "acme-customer"
    account: Identifier = "acme-account"
    endpoint: Literal["asyncOrders", "orders"] = "asyncOrders"
    requests_per_second: float = Field(1.0, ge=0, le=1000)
    batch_size: int = Field(500, ge=1, le=10_000)
    timeout_seconds: float = Field(60, gt=0)
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    max_tries: int = Field(5, ge=1, le=20)
    max_failures_in_a_row: int = Field(5, ge=1)
    grace_seconds: float = Field(60, ge=0)
    orders_form: Literal["sendEmail", "deliveryMethod"] = "sendEmail"
    bulk_shipping: Literal["shipping", "bulkShipping"] = "shipping"
    oauth_url: str = ""
    oauth_grant: Literal["password", "client_credentials"] = "password"
    oauth_audience: str = "https://api.tangocard.com/"

    @field_validator("base_url", "oauth_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("only https addresses are allowed (plain http only for this very machine)")
        return url.rstrip("/")


class RulesSection(_Section):
    """Choices where Tango's pages leave one (docs/rules.md)."""

    phone_countries: Literal["us", "all"] = "us"
    postal_codes: Literal["by_country", "strict"] = "by_country"
    address_utids: tuple[str, ...] = ()


class IdentitySection(_Section):
    """The columns that name a row within the campaign; for how long a person's same reward counts as a duplicate
    across campaigns of the ledger (0 = not at all)."""

    key: tuple[str, ...] = ()
    duplicate_window_days: int = Field(21, ge=0, le=3660)


class LimitsSection(_Section):
    """More, or other, than this is refused before anything is sent."""

    max_amount: Amount | None = None
    max_rows: int | None = Field(None, ge=1)
    max_total: Totals = Field(default_factory=dict)
    expected_rows: int | None = Field(None, ge=0)
    expected_total: Totals = Field(default_factory=dict)
    max_per_person_year: Totals = Field(default_factory=dict)


class PreflightSection(_Section):
    """What is asked of Tango, and looked for, before anything is sent: `auto` = used where it can be had, `require` =
    refused without it. `accept` and `refuse` name warnings (docs/preflight.md)."""

    catalogue: Literal["auto", "require", "off"] = "auto"
    funds: Literal["auto", "require", "off"] = "auto"
    unusual: Literal["warn", "ask", "off"] = "warn"
    accept: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()


class FinanceSection(_Section):
    """`group_by`: the user's own columns for finance totals; `accounts`: account names of the journal."""

    group_by: tuple[str, ...] = ()
    accounts: dict[str, str] = Field(default_factory=dict)


class ApprovalSection(_Section):
    """A file that comes to more than `required_above` is placed only after one of `approvers` said yes to its plan;
    with `not_by_submitter` not the one who hands it in (`submitter`, or "" = the user of this machine)."""

    required_above: Totals = Field(default_factory=dict)
    approvers: tuple[str, ...] = ()
    not_by_submitter: bool = True
    submitter: str = ""


class LedgerSection(_Section):
    """Where the ledger is: "" = SQLite in the state folder, else a PostgreSQL URL (two machines, one campaign)."""

    url: str = Field("", pattern=r"^(postgresql(\+psycopg)?://.*)?$")

    @field_validator("url")
    @classmethod
    def _driver(cls, url: str) -> str:
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


class Settings(BaseSettings):
    """The whole of campaign.toml; `path` is where it was read ("" = built-in values)."""

    model_config = SettingsConfigDict(
        env_prefix="CAMPAIGN_RUNNER__", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    campaign: CampaignSection
    tango: TangoSection = TangoSection()
    columns: dict[str, str] = Field(default_factory=dict)
    defaults: dict[str, str] = Field(default_factory=dict)
    rules: RulesSection = RulesSection()
    identity: IdentitySection = IdentitySection()
    limits: LimitsSection = LimitsSection()
    preflight: PreflightSection = PreflightSection()
    finance: FinanceSection = FinanceSection()
    approval: ApprovalSection = ApprovalSection()
    ledger: LedgerSection = LedgerSection()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """The environment wins over the file (which arrives as the init values)."""
        return env_settings, init_settings

    @property
    def base_url(self) -> str:
        """The address of Tango; "" means that the embedded simulator is to be started."""
        return self.tango.base_url or ADDRESSES.get(self.tango.environment, "")

    @property
    def order(self) -> Order:
        """The order-level values that go into every batch."""
        sender = {key: value for key, value in self.campaign.sender.model_dump().items() if value}
        return Order(
            campaign_id=self.campaign.id, customer=self.tango.customer, account=self.tango.account,
            endpoint=self.tango.endpoint, campaign=self.campaign.name, notes=self.campaign.notes,
            purchase_order=self.campaign.purchase_order, sender=sender, single_form=self.tango.orders_form,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Tango knows us by; never printed (`repr` shows nothing)."""

    platform_name: str = field(default="", repr=False)
    platform_key: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def kind(self) -> str:
        """`basic`, `oauth` or `` (none)."""
        if self.platform_name and self.platform_key:
            return "basic"
        return "oauth" if self.client_id and self.client_secret else ""


def load(path: Path | None, campaign_id: str = "") -> Settings:
    """Read campaign.toml (None: environment and built-in values alone); raises SettingsError in the user's words.

    `campaign_id`, as given on the command line, stands in for the file's own.
    """
    values = _read(path) if path else {}
    if campaign_id:
        values.setdefault("campaign", {})["id"] = campaign_id
    try:
        return Settings(**values)
    except ValidationError as error:
        where = str(path) if path else "The environment"
        raise SettingsError("\n".join(_sentence(where, dict(problem)) for problem in error.errors())) from None


def ledger_url(path: Path | None) -> str:
    """Where the ledger is, for commands that need no campaign ("" = SQLite in the state folder)."""
    return load(path, "any").ledger.url


def credentials(settings: Settings, environ: Mapping[str, str] = os.environ) -> Credentials:
    """Read the credentials from the environment (`NAME` or `NAME_FILE`); raises SettingsError where none are set."""
    found = Credentials(**{name: _secret(f"TANGO_{name.upper()}", environ) for name in Credentials.__slots__})
    if found.kind:
        return found
    if settings.tango.environment == "simulator":
        return Credentials(platform_name="simulator", platform_key="simulator")
    raise SettingsError(
        f'No credentials for the environment "{settings.tango.environment}". Set TANGO_PLATFORM_NAME and '
        "TANGO_PLATFORM_KEY (or, for OAuth, TANGO_CLIENT_ID, TANGO_CLIENT_SECRET, TANGO_USERNAME and TANGO_PASSWORD) "
        'in the environment, or choose environment = "simulator". Nothing was sent.'
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such file. Name another with --config, or make one: "
                            "campaign-runner init") from None  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: this is not valid TOML: {error}. Correct that place and run again.") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). Name another with --config.") from None


def _secret(name: str, environ: Mapping[str, str]) -> str:
    path = environ.get(f"{name}_FILE")
    if name in environ or not path:
        return environ.get(name, "").strip()
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{name}_FILE names {path}, which cannot be read. Correct it, or set {name}.") from None


def _sentence(where: str, problem: Mapping[str, Any]) -> str:
    """One pydantic problem in plain words, with the nearest known key for an unknown one."""
    location = [str(part) for part in problem["loc"]]
    name = ".".join(location)
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(location[-1], _known(location[:-1]), 1, 0.5)
        hint = f' Did you mean "{near[0]}"?' if near else f" Known here: {', '.join(_known(location[:-1]))}."
        return f'{where}: unknown setting "{name}".{hint}'
    if problem["type"] == "missing":
        hint = ' Add it, for example: [campaign] id = "2026-q4-recognition".' if name.startswith("campaign") else ""
        return f"{where}: the setting {name} is missing.{hint}"
    said = repr(problem["input"])
    shown = said if len(said) <= 60 else f"{said[:59]}…"
    why = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    return f"{where}: {name} = {shown} will not do: {_WORDS.get(name, why)}."


_IDENTIFIER = "5 to 100 letters, digits or hyphens, as the Tango portal shows it"
_WORDS = {
    "campaign.id": "1 to 40 letters, digits and hyphens, beginning with a letter or digit",
    "campaign.name": "at most 1024 characters",
    "campaign.purchase_order": "at most 100 characters",
    "campaign.notes": "at most 150 characters",
    "campaign.sender.firstName": "at most 100 characters, without < > or /",
    "campaign.sender.lastName": "at most 100 characters, without < > or /",
    "campaign.sender.email": "one e-mail address of at most 100 characters",
    "tango.environment": "simulator, sandbox or production",
    "tango.endpoint": "asyncOrders or orders",
    "tango.currency": "three capital letters, such as USD",
    "tango.customer": _IDENTIFIER,
    "tango.account": _IDENTIFIER,
    "ledger.url": "an address such as postgresql://user@host/ledger, or nothing for a file in the state folder",
}


def _known(location: list[str]) -> list[str]:
    model: Any = Settings
    for part in location:
        annotation = model.model_fields[part].annotation if part in getattr(model, "model_fields", {}) else None
        model = next((a for a in (annotation, *get_args(annotation)) if hasattr(a, "model_fields")), None)
    return list(model.model_fields) if model else []
