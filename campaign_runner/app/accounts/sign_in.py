"""Is it really them?  Password, one-time code, growing waits; then a session, known by a cookie of which a hash is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import sha256

from campaign_runner.app.accounts import passwords
from campaign_runner.app.accounts.door_secrets import digest, new_secret
from campaign_runner.app.accounts.one_time_codes import step_of
from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import events, people, signed_in
from campaign_runner.ledger.people import User
from campaign_runner.ledger.signed_in import Session, SignInLimits
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import UsageError

# How many failures in a row are free, by account and by address.
FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 5, 20
# How often the ledger is told that a session is in use.
TOUCH_SECONDS = 60.0


class NotSignedIn(UsageError):
    """Address, password or code is not right; which one is not said."""


class TooManyTries(UsageError):
    """Wait `seconds` before the next try."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        super().__init__(f"Too many failed attempts. Wait {self.seconds} seconds, then try again.")


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in from."""

    address: str
    agent: str = ""


def sign_in(workspace: Workspace, email: str, password: str, browser: Browser) -> tuple[str, bool]:
    """The secret of a new session, and whether a one-time code is still to come; raises NotSignedIn, TooManyTries."""
    oidc = workspace.settings.server.oidc
    if oidc.issuer and oidc.only:
        raise NotSignedIn("Passwords are switched off here. Sign in with your company account.")
    abouts = _claim_try(workspace, f"account {people.folded(email)}", browser)
    with workspace.ledger().read() as connection:
        user = people.by_email(connection, email)
    known = user is not None and user.issuer == people.LOCAL and not user.disabled_at
    if not passwords.is_password(user.password if user and known else "", password) or user is None:
        _record_failure(workspace, user)
        raise NotSignedIn("The e-mail address or the password is wrong. Try again, or ask an administrator for a "
                          "new link.")  # fmt: skip
    _forgive(workspace, abouts)
    return begin_session(workspace, user, browser, awaits_code=bool(user.totp_key)), bool(user.totp_key)


def enter_code(workspace: Workspace, secret: str, code: str, browser: Browser) -> str:
    """The secret of the session that takes the place of the one that waited for a code."""
    waiting = _session(workspace, secret)
    if waiting is None or not waiting.awaits_code:
        raise NotSignedIn("This sign-in has expired. Begin again with your e-mail address and password.")
    with workspace.ledger().read() as connection:
        user = people.get(connection, waiting.user)
    abouts = _claim_try(workspace, f"code {user.email}", browser)
    step = step_of(user.totp_key, code, _now(workspace))
    with workspace.ledger(actor_of(user)).write("use a one-time code", durable=True) as connection:
        used = step is not None and people.use_code(connection, user, step)
    if not used:
        _record_failure(workspace, user)
        raise NotSignedIn("The code is wrong or was used before. Wait for the next code and enter that.")
    _forgive(workspace, abouts)
    sign_out(workspace, secret)
    return begin_session(workspace, user, browser)


def begin_session(
    workspace: Workspace, user: User, browser: Browser, *, id_token: str = "", awaits_code: bool = False
) -> str:
    """The secret of a new session."""
    secret, now = new_secret(), _now(workspace)
    session = Session(
        digest(secret), user.id, now, now, browser.agent[:200], browser.address[:60], id_token, awaits_code
    )
    with workspace.ledger(actor_of(user)).write("sign in", durable=True) as connection:
        signed_in.forget_ended(connection, now, limits(workspace))
        signed_in.begin(connection, session)
        if not awaits_code:
            events.append(connection, 0, workspace.at(), "signed in", user=user.email, issuer=user.issuer)
    return secret


def viewer_of_session(workspace: Workspace, secret: str) -> Viewer | None:
    """Who is signed in with this cookie; None where nobody is any more."""
    session = _session(workspace, secret) if secret else None
    if session is None or session.awaits_code:
        return None
    with workspace.ledger().read() as connection:
        user = people.get(connection, session.user)
    if user.disabled_at:
        return None
    if _now(workspace) - session.seen > TOUCH_SECONDS:
        with workspace.ledger().write("use a session") as connection:
            signed_in.touch(connection, session.hash, _now(workspace))
    return Viewer(
        user.id, user.email, user.name, user.roles, actor_of(user), session.hash, user.language, bool(user.totp_key)
    )


def sign_out(workspace: Workspace, secret: str) -> str:
    """End the session of this cookie; returns what the identity provider needs to end its own."""
    session = _session(workspace, secret) if secret else None
    if session is None:
        return ""
    with workspace.ledger().write("sign out") as connection:
        signed_in.end(connection, session.hash)
    return session.id_token


def list_sessions(workspace: Workspace, viewer: Viewer) -> list[Session]:
    """Where the viewer is signed in, the newest first."""
    with workspace.ledger().read() as connection:
        return signed_in.sessions_of(connection, viewer.user, _now(workspace), limits(workspace))


def end_sessions(workspace: Workspace, viewer: Viewer, which: str = "") -> None:
    """End one session of the viewer's by the beginning of its hash, or ("") all but this one."""
    with workspace.ledger(viewer.actor).write("end sessions") as connection:
        mine = signed_in.sessions_of(connection, viewer.user, _now(workspace), limits(workspace))
        for each in mine:
            if each.hash.startswith(which) if which else each.hash != viewer.session:
                signed_in.end(connection, each.hash, viewer.user)
        events.append(connection, 0, workspace.at(), "sessions ended", user=viewer.email)


def change_password(workspace: Workspace, viewer: Viewer, password: str, new: str, browser: Browser) -> None:
    """Set a new password, and end all other sessions; raises NotSignedIn where the present one is not right,
    TooManyTries, UsageError for a new one that is too easy."""
    with workspace.ledger().read() as connection:
        user = people.get(connection, viewer.user)
    if user.issuer != people.LOCAL:
        raise UsageError("Your password is that of your company account. Change it there.")
    abouts = _claim_try(workspace, f"account {user.email}", browser)
    if not passwords.is_password(user.password, password):
        _record_failure(workspace, user)
        raise NotSignedIn("The current password is wrong. Nothing was changed.")
    _forgive(workspace, abouts)
    kept = passwords.hashed(new)
    with workspace.ledger(viewer.actor).write("change a password", durable=True) as connection:
        people.change(connection, user, workspace.at(), "password changed", password=kept)
        people.end_sessions(connection, user, viewer.session)


def limits(workspace: Workspace) -> SignInLimits:
    """How long a session lasts."""
    server = workspace.settings.server
    return SignInLimits(server.session_idle_minutes * 60.0, server.session_hours * 3600.0)


def actor_of(user: User, kind: str = "session") -> Actor:
    """As the log names an account."""
    return Actor(user.email, user.issuer, kind)


def _session(workspace: Workspace, secret: str) -> Session | None:
    with workspace.ledger().read() as connection:
        return signed_in.session(connection, digest(secret), _now(workspace), limits(workspace))


def _claim_try(workspace: Workspace, account: str, browser: Browser) -> dict[str, bool]:
    """Count the try before its outcome is known, so that a hundred at once are a hundred; raises TooManyTries."""
    asked = {account: FREE_BY_ACCOUNT, f"address {browser.address}": FREE_BY_ADDRESS}
    abouts = {sha256(about.encode()).hexdigest(): free for about, free in asked.items()}
    with workspace.ledger().write("claim a sign-in") as connection:
        wait = signed_in.claim_try(connection, abouts, _now(workspace))
    if wait:
        raise TooManyTries(wait)
    return {about: free == FREE_BY_ACCOUNT for about, free in abouts.items()}


def _forgive(workspace: Workspace, abouts: dict[str, bool]) -> None:
    with workspace.ledger().write("forgive failed sign-ins") as connection:
        for about, all_of_them in abouts.items():
            signed_in.forgive(connection, about, all_of_them=all_of_them)


def _record_failure(workspace: Workspace, user: User | None) -> None:
    """In the log, under the account that was meant; somebody unknown leaves no name."""
    actor = actor_of(user) if user else Actor("unknown", people.LOCAL, "session")
    with workspace.ledger(actor).write("refuse a sign-in") as connection:
        events.append(connection, 0, workspace.at(), "sign-in refused", known=user is not None)


def _now(workspace: Workspace) -> float:
    return workspace.clock.now().timestamp()
