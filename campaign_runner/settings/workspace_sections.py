"""What may stand in workspace.toml besides what a campaign says?  The server, the inbox, how long data is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import StringConstraints, field_validator, model_validator

from campaign_runner.model import cron
from campaign_runner.model.loopback import LOOPBACK
from campaign_runner.notification.kinds import KINDS, Addressee
from campaign_runner.settings.sections import Address, Section, Zone, setting


class RetentionSection(Section):
    """what workers erase every night, and `purge` without options erases at once; 0 = never"""

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
    """files that arrive by SFTP or in S3, and conditions for every file"""

    url: str = setting(
        "", "where files are put: sftp://user@host/folder or s3://bucket/folder; default: the folder of `inbox`",
        example="sftp://rewards@files.example.com/outgoing",
    )  # fmt: skip
    host_key: str = setting(
        "", "the SFTP server's key, as `ssh-keyscan` writes it; default: it is in ~/.ssh/known_hosts",
        example="ssh-ed25519 AAAAC3Nza…",
    )  # fmt: skip
    endpoint: Address = setting("", "address of an S3 store other than Amazon's", example="https://s3.example.com")
    settle_seconds: float = setting(
        0,
        "a file that has not changed for this long is complete; 0 = 1 in a folder, 10 by SFTP",
        ge=0,
        le=3600,
        example=30,
    )
    keyring: str = setting(
        "",
        "GnuPG folder (GNUPGHOME) with the keys for .pgp, .gpg and .asc files",
        example="/var/lib/campaign-runner/gnupg",
    )
    signers: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{40}$")], ...] = setting(
        (), "fingerprints: every file must be signed by one of these keys",
        example=["0123456789ABCDEF0123456789ABCDEF01234567"], rule="a list of fingerprints of 40 hexadecimal digits",
    )  # fmt: skip
    require: tuple[Literal["sha256", "totals"], ...] = setting(
        (), "files required beside each spreadsheet: sha256, totals", example=["sha256", "totals"],
        rule="a list of sha256 and totals",
    )  # fmt: skip

    @field_validator("url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("sftp", "s3") or not parts.hostname):
            raise ValueError("it must be an address such as sftp://user@host/folder or s3://bucket/folder")
        if parts.password:
            raise ValueError("set the password in the environment: INBOX_PASSWORD or INBOX_PASSWORD_FILE")
        return url.rstrip("/")


class ScheduleSection(Section):
    """when the inbox collects its files; default: at once"""

    every: str = setting(
        "", "times as cron writes them: minute, hour, day of the month, month, weekday; times that were missed are "
        "caught up, once", example="0 6 * * 1-5",
    )  # fmt: skip
    zone: Zone = setting("", "time zone of these times; default: UTC", example="Europe/Berlin")
    holidays: str = setting(
        "", "a calendar on whose days nothing is collected: country, or country-region", example="DE-BY",
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,4})?)?$", rule="a country such as US, or a region of it such as DE-BY",
    )  # fmt: skip

    @field_validator("every")
    @classmethod
    def _timetable(cls, text: str) -> str:
        if text:
            cron.parse(text)
        return text


class OidcSection(Section):
    """single sign-on; the client's secret comes from OIDC_CLIENT_SECRET"""

    issuer: Address = setting("", "address of the identity provider", example="https://login.example.com")
    client_id: str = setting("", "id of this server at the identity provider", example="campaign-runner")
    scopes: str = setting("openid email profile", "what is asked for")
    claim: str = setting("groups", "the claim that contains a person's groups")
    roles: dict[str, tuple[str, ...]] = setting(
        {}, '"group" = roles that it gives', example={"HR": ["submitter"], "Controlling": ["approver", "finance"]}
    )
    only: bool = setting(False, "true: no sign-in with passwords")


class ServerSection(Section):
    """the web application of `serve` (workspace.toml alone)"""

    address: Address = setting(
        "", "at which people reach it; default: the address it listens on", example="https://rewards.example.com"
    )
    hosts: tuple[str, ...] = setting(
        (), "host names at which people reach it; default: this machine's", example=["rewards.example.com"]
    )
    proxies: tuple[str, ...] = setting(
        (), "addresses of proxies whose X-Forwarded-… headers are trusted", example=["10.0.0.5"]
    )
    session_idle_minutes: int = setting(60, "a session ends after this time without use", ge=1, le=1440)
    session_hours: int = setting(12, "every session ends after this time", ge=1, le=168)
    upload_megabytes: int = setting(100, "the largest file that can be uploaded", ge=1, le=2000)
    upload_seconds: int = setting(600, "the longest time that an upload may take", ge=1, le=7200)
    test_reward: bool = setting(False, "true: submitters may send themselves one reward of the smallest amount")
    codes_for_approvers: bool = setting(False, "true: approvers must sign in with a one-time code")
    oidc: OidcSection = setting(
        OidcSection(), "single sign-on with OpenID Connect",
        example={"issuer": "https://login.example.com", "client_id": "campaign-runner", "roles": {"HR": ["submitter"]}},
    )  # fmt: skip


_TOLD = tuple(kind for kind, row in KINDS.items() if row.to)


class NotifySection(Section):
    """who gets which message; addresses come from NOTIFY_SUBMITTER, NOTIFY_APPROVERS, NOTIFY_FINANCE, NOTIFY_OPERATORS"""

    to: dict[str, tuple[Addressee, ...]] = setting(
        {}, '"message" = recipients, if other than in the table of docs/notifications.md',
        example={"finished": ["submitter", "finance"], "digest": []},
    )  # fmt: skip
    language: Literal["en", "de"] = setting(
        "en", "en | de, for people who have not chosen a language", rule="en or de"
    )
    digest: str = setting(
        "", "time of the daily summary, in [finance] time_zone; default: none", example="07:00",
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$", rule="a time such as 07:00",
    )  # fmt: skip
    ping_url: Address = setting(
        "", "address of a dead man's switch, called at start, success and failure; {command} = run, track, inbox or worker",
        example="https://hc-ping.com/ping-key/rewards-{command}",
    )  # fmt: skip

    @field_validator("to")
    @classmethod
    def _known(cls, to: Mapping[str, tuple[Addressee, ...]]) -> Mapping[str, tuple[Addressee, ...]]:
        for kind in to:
            if kind not in _TOLD:
                raise ValueError(f"{kind} is not a message; known: {', '.join(_TOLD)}")
        return to


class WebhookTarget(Section):
    """one receiver"""

    url: str
    events: tuple[str, ...] = ()
    loopback: bool = False

    @model_validator(mode="after")
    def _allowed(self) -> WebhookTarget:
        parts = urlsplit(self.url)
        here = parts.scheme == "http" and parts.hostname in LOOPBACK and self.loopback
        if not parts.hostname or parts.username or not (parts.scheme == "https" or here):
            raise ValueError(
                "url must be an https address without a user (plain http: this machine, loopback = true)"
            )
        for kind in self.events:
            if kind not in KINDS:
                raise ValueError(f"events: {kind} is not known; known: {', '.join(KINDS)}")
        return self
