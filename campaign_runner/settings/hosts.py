"""Where may credentials and people's names be sent?  To Tango; elsewhere only where the environment or the policy says.

Anyone who edits campaign.toml, which lies beside the spreadsheet, must not be able to send them to a host of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign_runner.model.loopback import LOOPBACK
from campaign_runner.settings.policy import Policy

if TYPE_CHECKING:
    from campaign_runner.settings import Settings

TANGO = "tangocard.com"


def is_tangos(url: str) -> bool:
    """One of Tango's own hosts, by https."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme == "https" and (host == TANGO or host.endswith(f".{TANGO}"))


def shown(url: str, environment: str) -> str:
    """The host as people see it."""
    if not url:
        return "the embedded simulator"
    host = urlsplit(url).netloc.rpartition("@")[2]
    odd = environment == "production" and not is_tangos(url)
    return f"{host} (not a host of Tango's)" if odd else host


def objection(settings: Settings, where: str, environment: Mapping[str, Any], policy: Policy | None) -> str:
    """Why an address may not be chosen by the file, "" where it may; `environment` holds [tango] as set there."""
    for name in ("base_url", "oauth_url"):
        url = getattr(settings.tango, name)
        if not url or is_tangos(url):
            continue
        host = urlsplit(url).hostname or ""
        if policy and policy.tango.hosts is not None:
            if host not in policy.tango.hosts:
                return (
                    f"{where}: tango.{name} goes to {host}, which the policy of this machine does not allow ([tango] "
                    "hosts). Remove the setting. Nothing was sent."
                )
            continue
        rehearsal = host in LOOPBACK and settings.tango.environment != "production"
        if not environment.get(name) and not rehearsal:
            return (
                f"{where}: tango.{name} goes to {host}, which is not a host of Tango's: credentials and recipients would "
                f"go there, so nothing was sent. Remove the setting. If it is right, the operator sets it in the "
                f"environment: CAMPAIGN_RUNNER__TANGO__{name.upper()}."
            )
    return ""
