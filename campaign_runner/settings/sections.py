"""What may stand in campaign.toml?  Its sections, and every setting once: default, rule, an example, what it is.

The template of `init`, the settings chapter of the README, docs/settings.md and the messages are made of this.
Order-level rules are those of POST /asyncOrders; where Tango's pages contradict each other the decision stands beside
the rule.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from campaign_runner.model.loopback import LOOPBACK

ADDRESSES = {
    "sandbox": "https://integration-api.tangocard.com/raas/v2",
    "production": "https://api.tangocard.com/raas/v2",
}
TOKEN_ADDRESSES = {
    "sandbox": "https://sandbox-auth.tangocard.com/oauth/token",
    "production": "https://auth.tangocard.com/oauth/token",
}


def _https(url: str) -> str:
    parts = urlsplit(url)
    if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("only https addresses are allowed (plain http only for this machine)")
    return url.rstrip("/")


def _known_zone(zone: str) -> str:
    """A time zone as it is; raises ValueError where there is none of that name."""
    try:
        return zone and ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        raise ValueError("it must be a time zone such as Europe/Berlin or America/New_York") from None


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


CampaignId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9]{5,100}$")]
Name = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^<>/]*$")]
Email = Annotated[str, StringConstraints(max_length=100, pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")]
Amount = Annotated[Decimal, Field(gt=0)]
Address = Annotated[str, AfterValidator(_https)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Totals = dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")], Annotated[Decimal, Field(ge=0)]]


class Section(BaseModel):
    """A table of campaign.toml; its first docstring line is the comment beside its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def setting(
    default: Any, what: str, *, example: Any = None, rule: str = "", begin: bool = False, **limits: Any
) -> Any:
    """One setting: what it is, in the words of a comment; `example` is shown where the default says little; `rule` is
    said where a value will not do; those to `begin` with stand in a new campaign.toml without a #."""
    shown = {"example": example, "rule": rule, "begin": begin}
    return Field(default, description=what, json_schema_extra=shown, **limits)


class Sender(Section):
    """Who the reward is from."""

    firstName: Name = setting("", "first name of the sender", rule="at most 100 characters, without < > or /")
    lastName: Name = setting("", "last name of the sender", rule="at most 100 characters, without < > or /")
    email: Email = setting("", "e-mail address of the sender", rule="one e-mail address of at most 100 characters")


_IDENTIFIER = "5 to 100 letters, digits or hyphens, as the Tango portal shows it"


class CampaignSection(Section):
    """the texts of every order"""

    # Lengths as POST /asyncOrders states them; notes: 150, the stricter of two pages.

    id: CampaignId = setting(
        ..., "letters, digits, hyphens, at most 40; part of every reference: one id per campaign", begin=True,
        example="2026-q4-recognition", rule="1 to 40 letters, digits and hyphens, beginning with a letter or digit",
    )  # fmt: skip
    name: str = setting(
        "", "becomes the order's `campaign`", example="Q4 recognition", begin=True, max_length=1024,
        rule="at most 1024 characters",
    )  # fmt: skip
    purchase_order: str = setting(
        "", "becomes the order's purchase order number", example="PO-20431", max_length=100, begin=True,
        rule="at most 100 characters",
    )  # fmt: skip
    notes: str = setting("", "becomes the order's notes", max_length=150, begin=True, rule="at most 150 characters")
    sender: Sender = setting(
        Sender(), "who the reward is from",
        example={"firstName": "Acme", "lastName": "Rewards", "email": "rewards@example.com"},
    )  # fmt: skip


class TangoSection(Section):
    """where orders go, and how fast"""

    environment: Literal["simulator", "sandbox", "production"] = setting(
        "simulator", "simulator (no money, no credentials) | sandbox | production", begin=True,
        rule="simulator, sandbox or production",
    )  # fmt: skip
    base_url: Address = setting("", "overrides the environment's address")
    customer: Identifier = setting("acme-customer", "customerIdentifier", begin=True, rule=_IDENTIFIER)
    account: Identifier = setting("acme-account", "accountIdentifier", begin=True, rule=_IDENTIFIER)
    endpoint: Literal["asyncOrders", "orders"] = setting(
        "asyncOrders", "asyncOrders | orders (one call per line)", rule="asyncOrders or orders"
    )
    requests_per_second: float = setting(
        1.0, "for all calls together; 0 = unpaced (this machine only)", ge=0, le=1000
    )
    batch_size: int = setting(500, "line items per order", ge=1, le=10_000)
    timeout_seconds: float = setting(60, "how long one call may take", gt=0)
    currency: str = setting(
        "USD",
        "currency of amounts if the reward has none",
        pattern=r"^[A-Z]{3}$",
        rule="three capital letters, such as USD",
    )
    max_tries: int = setting(5, "how often one call is tried, with the same reference and bytes", ge=1, le=20)
    max_failures_in_a_row: int = setting(5, "stop after this many failed calls in a row", ge=1)
    grace_seconds: float = setting(60, 'after a lost answer, how long "no such order" is not trusted', ge=0)
    orders_form: Literal["sendEmail", "deliveryMethod"] = setting(
        "sendEmail", "sendEmail | deliveryMethod: how an order of `orders` names its delivery method"
    )
    bulk_shipping: Literal["shipping", "bulkShipping"] = setting(
        "shipping", "shipping | bulkShipping: what Tango calls the object for BULKSHIPMENT"
    )
    oauth_url: Address = setting("", "address for access tokens; default: the environment's")
    oauth_grant: Literal["password", "client_credentials"] = setting("password", "password | client_credentials")
    oauth_audience: str = setting("https://api.tangocard.com/", "the audience of the token")


class RulesSection(Section):
    """choices where Tango's pages leave one (docs/rules.md)"""

    phone_countries: Literal["us", "all"] = setting("us", "us | all (any E.164 number)")
    postal_codes: Literal["by_country", "strict"] = setting(
        "by_country", "by_country | strict (five characters everywhere)"
    )
    address_utids: tuple[str, ...] = setting((), "digital rewards that need an address")


class IdentitySection(Section):
    """when two rows are the same"""

    key: tuple[str, ...] = setting(
        (),
        "columns that identify a row within the campaign; default: the content of the row",
        example=["Employee ID"],
    )
    duplicate_window_days: int = setting(
        21, "a recipient rewarded by another campaign within these days is held; 0 = not at all", ge=0, le=3660
    )
    several_per_recipient: bool = setting(False, "true: a later file of this campaign may reward a recipient again")


class LimitsSection(Section):
    """a file that does not meet these is refused before anything is sent"""

    max_amount: Amount | None = setting(None, "of one line", example=500)
    max_rows: int | None = setting(None, "of the file", example=5000, ge=1)
    max_total: Totals = setting({}, "of the file", example={"USD": 50000})
    expected_rows: int | None = setting(None, "the file must have exactly this many rows", example=120, ge=0)
    expected_total: Totals = setting({}, "exactly this total", example={"USD": 6000})
    max_per_person_year: Totals = setting(
        {}, "more for one recipient in a calendar year is a warning", example={"USD": 600}
    )


class PreflightSection(Section):
    """checks before anything is sent"""

    catalogue: Literal["auto", "require", "off"] = setting(
        "auto", "auto: used if available | require: refused without it | off"
    )
    funds: Literal["auto", "require", "off"] = setting("auto", "auto | require | off")
    unusual: Literal["warn", "ask", "off"] = setting("warn", "warn: shown | ask: refused until accepted | off")
    accept: tuple[str, ...] = setting((), "accepted warnings, like --accept", example=["weekend"])
    refuse: tuple[str, ...] = setting((), "warnings that are errors")


class FinanceSection(Section):
    """how finance reports are made"""

    group_by: tuple[str, ...] = setting((), "columns of your own for totals", example=["Cost centre"])
    accounts: dict[str, str] = setting(
        {},
        "names for the journal: tango, rewards, open, refunds, unbilled, fees, …",
        example={"rewards": "Expenses:Rewards"},
    )
    time_zone: Zone = setting("", "time zone of the books: decides the day of each booking", example="Europe/Berlin")


class ReportsSection(Section):
    """how reports are written"""

    csv: Literal["excel", "excel-de"] = setting(
        "excel", "excel | excel-de: semicolons and decimal commas, for Excel in German and other settings"
    )


class ApprovalSection(Section):
    """totals above this need a second person's approval"""

    required_above: Totals = setting({}, "per currency", example={"USD": 1000})
    approvers: tuple[str, ...] = setting((), "who may approve", example=["finance@example.com"])
    not_by_submitter: bool = setting(True, "the person who submits the file may not approve it")
    shared_account: bool = setting(
        False, "true: several people share one account of this machine, so only the names count"
    )
    submitter: str = setting("", "who submits; default: the user of this machine")
    identity: Literal["", "declared", "signed-in"] = setting(
        "", "declared: `approve --as` is accepted | signed-in: only users of the server approve, on the page or "
        "through the API; default: declared while the ledger has no users"
    )  # fmt: skip


class LedgerSection(Section):
    """where the ledger is kept"""

    url: Annotated[str, AfterValidator(_with_driver)] = setting(
        "", "a PostgreSQL address, for several machines; default: a file in the state folder",
        pattern=r"^(postgresql(\+psycopg)?://.*)?$",
        rule="an address such as postgresql://user@host/ledger, or nothing for a file in the state folder",
    )  # fmt: skip
