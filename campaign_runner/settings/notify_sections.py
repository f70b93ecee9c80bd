"""What may stand in [notify] and [webhooks]?  Who is told of what; addresses and secrets come from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from campaign_runner.model.loopback import LOOPBACK
from campaign_runner.notification.kinds import KINDS, Audience
from campaign_runner.settings.sections import Section, _https, setting

_TOLD = tuple(kind for kind, row in KINDS.items() if row.to)


class NotifySection(Section):
    """who hears of what; addresses come from NOTIFY_SUBMITTER, NOTIFY_APPROVERS, NOTIFY_FINANCE, NOTIFY_OPERATORS"""

    to: dict[str, tuple[Audience, ...]] = setting(
        {}, '"what" = who is told, where the table of docs/notifications.md does not fit',
        example={"finished": ["submitter", "finance"], "digest": []},
    )  # fmt: skip
    language: Literal["en", "de"] = setting("en", "en | de: for people who have not chosen one", rule="en or de")
    digest: str = setting(
        "", "hour of the daily summary, in [finance] time_zone; default: none", example="07:00",
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$", rule="an hour such as 07:00",
    )  # fmt: skip
    ping_url: str = setting(
        "", "a dead man's switch that is told of start, success and failure; {command} = run, track, inbox or worker",
        example="https://hc-ping.com/ping-key/rewards-{command}",
    )  # fmt: skip

    @field_validator("to")
    @classmethod
    def _known(cls, to: Mapping[str, tuple[Audience, ...]]) -> Mapping[str, tuple[Audience, ...]]:
        for kind in to:
            if kind not in _TOLD:
                raise ValueError(f"{kind} is nothing that people are told; known: {', '.join(_TOLD)}")
        return to

    @field_validator("ping_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        return _https(url)


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
