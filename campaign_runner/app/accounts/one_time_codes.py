"""Is this the code that the account's authenticator shows?  Six digits, every thirty seconds (RFC 6238)."""

from __future__ import annotations

import hmac
import re

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import people
from campaign_runner.model.errors import UsageError

SECONDS, ISSUER = 30, "campaign-runner"


def step_of(key: str, code: str, now: float) -> int | None:
    """The step whose code this is: the present one or one beside it; None where it is none of them."""
    typed = re.sub(r"\s", "", code)
    if not key or not re.fullmatch("[0-9]{6}", typed):
        return None
    import pyotp  # of the extra [web]

    step = int(now // SECONDS)
    codes = pyotp.HOTP(key)
    near = (step, step - 1, step + 1)
    return next((each for each in near if hmac.compare_digest(codes.at(each), typed)), None)


def new_key(viewer: Viewer) -> tuple[str, str]:
    """A key, and the address that an authenticator reads; nothing is kept yet."""
    import pyotp

    key = pyotp.random_base32()
    return key, address_of(viewer, key)


def address_of(viewer: Viewer, key: str) -> str:
    """What an authenticator reads."""
    import pyotp

    return pyotp.TOTP(key).provisioning_uri(name=viewer.email, issuer_name=ISSUER)


def require_codes(workspace: Workspace, viewer: Viewer, key: str, code: str) -> None:
    """From now on signing in takes a code; raises UsageError where the authenticator shows another one."""
    step = step_of(key, code, workspace.clock.now().timestamp())
    if step is None:
        raise UsageError(
            "The code is wrong. Enter the key in your authenticator again, then type the code that it shows."
        )
    with workspace.ledger(viewer.actor).write("require one-time codes", durable=True) as connection:
        user = people.get(connection, viewer.user)
        people.change(connection, user, workspace.at(), "one-time codes on", totp_key=key, totp_step=step)
        people.end_sessions(connection, user, but=viewer.session)


def stop_codes(workspace: Workspace, email: str, viewer: Viewer) -> None:
    """An administrator lets somebody in without a code: the authenticator was lost."""
    with workspace.ledger(viewer.actor).write("stop one-time codes", durable=True) as connection:
        user = people.by_email(connection, email)
        if user:
            people.change(connection, user, workspace.at(), "one-time codes off", totp_key="", totp_step=0)
