"""What is this server told?  Every setting in force, with where it comes from; secrets are only said to be there."""

from __future__ import annotations

from campaign_runner.app.notices.notice_receivers import variable_of
from campaign_runner.app.notices.notice_sending import secret_of
from campaign_runner.app.tango_events import VARIABLE
from campaign_runner.app.workspace import Workspace
from campaign_runner.model.errors import UsageError
from campaign_runner.notification.kinds import Addressee
from campaign_runner.settings import credentials
from campaign_runner.settings.secrets import secret
from campaign_runner.settings.sources import ShownSetting, shown_settings


def list_settings(workspace: Workspace) -> list[ShownSetting]:
    """For the page of the administrator."""
    return [*shown_settings(workspace.settings, workspace.config), *_secrets(workspace)]


def _secrets(workspace: Workspace) -> list[ShownSetting]:
    try:
        kind = credentials(workspace.settings).kind
    except UsageError:
        kind = ""
    oidc = workspace.settings.server.oidc.issuer and secret("OIDC_CLIENT_SECRET")
    return [
        ShownSetting("Tango's credentials", f"set ({kind})" if kind else "missing", "environment", "never shown"),
        ShownSetting("OIDC_CLIENT_SECRET", "set" if oidc else "not set", "environment", "never shown"),
        *(ShownSetting(name, "set" if secret(name) else "not set", "environment", "never shown")
          for name in (*map(variable_of, Addressee), *map(secret_of, workspace.settings.webhooks), VARIABLE)),
    ]  # fmt: skip
