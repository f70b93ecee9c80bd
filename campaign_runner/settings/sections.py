"""What may stand in campaign.toml?  Its sections, each with the rules of its values.

Order-level rules are those of POST /asyncOrders; where Tango's pages contradict each other the decision stands beside
the rule.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

ADDRESSES = {
    "sandbox": "https://integration-api.tangocard.com/raas/v2",
    "production": "https://api.tangocard.com/raas/v2",
}
# The one with real money first: reports over all campaigns take the first that has any.
ENVIRONMENTS = ("production", "sandbox", "simulator")
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
    across campaigns of the ledger (0 = not at all); whether a later file of a campaign may send a recipient more."""

    key: tuple[str, ...] = ()
    duplicate_window_days: int = Field(21, ge=0, le=3660)
    several_per_recipient: bool = False


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
    """`group_by`: the user's own columns for finance totals; `accounts`: account names of the journal; `time_zone`: where
    the books are kept, which decides on the day of each booking."""

    group_by: tuple[str, ...] = ()
    accounts: dict[str, str] = Field(default_factory=dict)
    time_zone: str = ""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            return zone and ZoneInfo(zone).key
        except (KeyError, ValueError, OSError):
            raise ValueError("it must be a time zone such as Europe/Berlin or America/New_York") from None


class ReportsSection(_Section):
    """How CSV reports are written: `excel` (commas, decimal points) or `excel-de` (semicolons, decimal commas), as Excel
    opens them in columns where numbers are written with a comma."""

    csv: Literal["excel", "excel-de"] = "excel"


class ApprovalSection(_Section):
    """A file that comes to more than `required_above` is placed only after one of `approvers` said yes to its plan;
    with `not_by_submitter` not the one who hands it in (`submitter`, or "" = the user of this machine), under whatever
    name, unless several people share one account (`shared_account`)."""

    required_above: Totals = Field(default_factory=dict)
    approvers: tuple[str, ...] = ()
    not_by_submitter: bool = True
    shared_account: bool = False
    submitter: str = ""


class LedgerSection(_Section):
    """Where the ledger is: "" = SQLite in the state folder, else a PostgreSQL URL (two machines, one campaign)."""

    url: str = Field("", pattern=r"^(postgresql(\+psycopg)?://.*)?$")

    @field_validator("url")
    @classmethod
    def _driver(cls, url: str) -> str:
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
