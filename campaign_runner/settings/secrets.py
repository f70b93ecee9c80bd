"""What does Tango know us by?  Credentials come from the environment alone, or from files that it names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from campaign_runner.model.errors import SettingsError

if TYPE_CHECKING:
    from campaign_runner.settings import Settings


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


def credentials(settings: Settings, environ: Mapping[str, str] = os.environ) -> Credentials:
    """Read the credentials from the environment (`NAME` or `NAME_FILE`); raises SettingsError where none are set."""
    loaded = Credentials(**{name: secret(f"TANGO_{name.upper()}", environ) for name in Credentials.__slots__})
    if loaded.kind:
        return loaded
    if settings.tango.environment == "simulator":
        return Credentials(platform_name="simulator", platform_key="simulator")
    raise SettingsError(
        f'No credentials for the environment "{settings.tango.environment}". Set TANGO_PLATFORM_NAME and '
        "TANGO_PLATFORM_KEY (or, for OAuth, TANGO_CLIENT_ID, TANGO_CLIENT_SECRET, TANGO_USERNAME and TANGO_PASSWORD) "
        'in the environment, or choose environment = "simulator". Nothing was sent.'
    )


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """`NAME`, or what the file holds that `NAME_FILE` names; "" without either. Raises SettingsError."""
    path = environ.get(f"{name}_FILE")
    if name in environ or not path:
        return environ.get(name, "").strip()
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{name}_FILE names {path}, which cannot be read. Correct it, or set {name}.") from None
