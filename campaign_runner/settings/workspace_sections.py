"""What may stand in workspace.toml besides what a campaign says?  The server, the inbox, how long data is kept."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from campaign_runner.settings.sections import Section, _https, setting


class RetentionSection(Section):
    """what workers erase by themselves every night, and `purge` without options at once; 0 = never"""

    days: int = setting(
        0,
        "all personal data of files older than this: copies, contents of orders, messages",
        ge=0,
        le=36500,
        example=400,
    )
    uploads_days: int = setting(
        0,
        "stored copies of files and reports older than this; the contents of orders stay",
        ge=0,
        le=36500,
        example=90,
    )
    logs_days: int = setting(
        0,
        "Tango's messages in the log of requests, sign-ins and sessions older than this",
        ge=0,
        le=36500,
        example=90,
    )
    backups: str = setting(
        "", "the folder of backups, which exports and erasures name", example="/var/backups/campaign-runner"
    )
    backups_days: int = setting(0, "how long backups are kept; 0 = not known", ge=0, le=36500, example=35)


class InboxSection(Section):
    """what `inbox` asks of every file"""

    require: tuple[Literal["sha256", "totals"], ...] = setting(
        (), "what must stand beside a file: sha256, totals", example=["sha256", "totals"],
        rule="a list of sha256 and totals",
    )  # fmt: skip


class OidcSection(Section):
    """single sign-on; the client's secret comes from OIDC_CLIENT_SECRET"""

    issuer: str = setting("", "address of the identity provider", example="https://login.example.com")
    client_id: str = setting("", "as the identity provider knows this server", example="campaign-runner")
    scopes: str = setting("openid email profile", "what is asked for")
    claim: str = setting("groups", "the claim that holds a person's groups")
    roles: dict[str, tuple[str, ...]] = setting(
        {}, '"group" = roles that it gives', example={"HR": ["submitter"], "Controlling": ["approver", "finance"]}
    )
    only: bool = setting(False, "true: no sign-in with passwords")

    @field_validator("issuer")
    @classmethod
    def _secure(cls, url: str) -> str:
        return _https(url)


class ServerSection(Section):
    """the web application of `serve` (workspace.toml alone)"""

    address: str = setting(
        "", "under which people reach it; default: where it listens", example="https://rewards.example.com"
    )
    hosts: tuple[str, ...] = setting(
        (), "names under which people reach it; default: this machine's own", example=["rewards.example.com"]
    )
    proxies: tuple[str, ...] = setting((), "addresses of proxies whose X-Forwarded-… count", example=["10.0.0.5"])
    session_idle_minutes: int = setting(60, "a session without use ends after so long", ge=1, le=1440)
    session_hours: int = setting(12, "every session ends after so long", ge=1, le=168)
    upload_megabytes: int = setting(100, "the largest file that can be uploaded", ge=1, le=2000)
    upload_seconds: int = setting(600, "the longest that an upload may take", ge=1, le=7200)
    test_reward: bool = setting(False, "true: people may send themselves one reward of the smallest amount")
    codes_for_approvers: bool = setting(False, "true: who approves signs in with a one-time code as well")
    oidc: OidcSection = setting(
        OidcSection(), "single sign-on with OpenID Connect",
        example={"issuer": "https://login.example.com", "client_id": "campaign-runner", "roles": {"HR": ["submitter"]}},
    )  # fmt: skip

    @field_validator("address")
    @classmethod
    def _secure(cls, url: str) -> str:
        return _https(url)
