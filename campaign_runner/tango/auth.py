"""Who are we to Tango?  HTTP Basic, or an OAuth 2 bearer token that is fetched rarely and kept privately.

A token lives 24 hours and token requests are scarce (tango-api.md, "Calls"), so it is kept in memory and, for the
next run, in a file that its owner alone can read. The file is bound to address, client and user by a digest; the
digest is all it says of them.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from campaign_runner.model import Clock, Outcome, Receipt
from campaign_runner.model.errors import SettingsError
from campaign_runner.tango import wire
from campaign_runner.tango.call_limits import TOKEN_TRIES

DAY = 86_400
EARLY = 300  # a token that ends within five minutes is not begun with
SHORTEST = 60  # for so long any token is tried: whatever it says, it is not asked for before every call
_TOKEN = re.compile(r"[\x21-\x7e]{1,16000}")

# What came of the request for a token: the receipt and, of a 2xx, the JSON.
Fetch = Callable[[bytes], tuple[Receipt, object]]


class Identity(Protocol):
    """The attributes of `settings.Credentials`, which this layer does not import."""

    @property
    def platform_name(self) -> str:
        """As Tango gave it."""
        ...

    @property
    def platform_key(self) -> str:
        """As Tango gave it."""
        ...

    @property
    def client_id(self) -> str:
        """As Tango gave it."""
        ...

    @property
    def client_secret(self) -> str:
        """As Tango gave it."""
        ...

    @property
    def username(self) -> str:
        """As Tango gave it."""
        ...

    @property
    def password(self) -> str:
        """As Tango gave it."""
        ...

    @property
    def kind(self) -> str:
        """`basic`, `oauth` or ``."""
        ...


class NoToken(Exception):
    """No token was available; the order did not leave. `receipt` says why, in terms of the order."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.message)
        self.receipt = receipt


class Basic:
    """User = platform name, password = platform key."""

    def __init__(self, who: Identity) -> None:
        secret = f"{who.platform_name}:{who.platform_key}".encode()
        self._header = "Basic " + base64.b64encode(secret).decode()

    def header(self) -> str:
        """The value of `Authorization`."""
        return self._header

    def renew(self, rejected: str) -> bool:
        """There is nothing to renew."""
        return False


@dataclass(slots=True)
class OAuth:
    """A bearer token; `fetch` sends the form to the token address."""

    who: Identity
    url: str
    grant: str
    audience: str
    clock: Clock
    cache: Path | None
    fetch: Fetch
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _useless: int = 0
    _refused: Receipt | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def header(self) -> str:
        """The value of `Authorization`; raises NoToken."""
        with self._lock:
            if not self._valid():
                self._token, self._until = self._cached()
            if not self._valid():
                self._fetch()
            return f"Bearer {self._token}"

    def renew(self, rejected: str) -> bool:
        """After a 401: another token than the `rejected` header, if there is one; raises NoToken."""
        with self._lock:
            if f"Bearer {self._token}" == rejected:
                self._token, self._until = self._cached()  # another process may have renewed it already
                if not self._valid() or f"Bearer {self._token}" == rejected:
                    self._fetch()
            return f"Bearer {self._token}" != rejected

    def _valid(self) -> bool:
        return bool(self._token) and self._now() < self._until

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _fetch(self) -> None:
        """Ask for a token. What was refused once, or answered with something else a few times, is not asked again."""
        if self._refused is not None:
            raise NoToken(self._refused)
        receipt, answer = self.fetch(self._form())
        token = _usable(answer.get("access_token")) if isinstance(answer, dict) else ""
        if receipt.outcome is Outcome.ACCEPTED and token:
            lives = wire.count(answer.get("expires_in")) if isinstance(answer, dict) else None
            self._token, self._until, self._useless = token, self._now() + max((lives or DAY) - EARLY, SHORTEST), 0
            self._keep()
            return
        self._useless += 200 <= receipt.http_status <= 299
        refusal = _about_the_order(receipt)
        if self._useless >= TOKEN_TRIES:
            refusal = replace(refusal, outcome=Outcome.STOP_CONFIGURATION)
        if refusal.outcome is Outcome.STOP_CONFIGURATION:
            self._refused = refusal
        raise NoToken(refusal)

    def _form(self) -> bytes:
        user = {"username": self.who.username, "password": self.who.password} if self.grant == "password" else {}
        return urlencode(
            {"grant_type": self.grant, "client_id": self.who.client_id, "client_secret": self.who.client_secret,
             "scope": "raas.all", "audience": self.audience, **user}
        ).encode()  # fmt: skip

    def _fingerprint(self) -> str:
        parts = [self.url, self.grant, self.audience, self.who.client_id, self.who.username]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _cached(self) -> tuple[str, float]:
        """The token of the file; ("", 0) where there is none of ours, or where others could have read it."""
        try:
            private = self.cache is not None and not self.cache.stat().st_mode & 0o077
            kept = json.loads(self.cache.read_text("utf-8")) if self.cache and private else {}
            mine = isinstance(kept, Mapping) and kept.get("for") == self._fingerprint()
            return (_usable(kept["token"]), float(kept["until"])) if mine else ("", 0.0)
        except (OSError, ValueError, TypeError, KeyError):
            return "", 0.0

    def _keep(self) -> None:
        """Write the file whole or not at all. A run that cannot keep its token goes on: it costs one more request."""
        if self.cache is None:
            return
        kept = json.dumps({"for": self._fingerprint(), "token": self._token, "until": self._until})
        with contextlib.suppress(OSError):
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.cache.parent, prefix=".token-")  # made with mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(kept)
            Path(name).replace(self.cache)


def _usable(token: object) -> str:
    """A token that can stand in a header; "" for anything else."""
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else ""


def check_kind(who: Identity) -> str:
    """`basic` or `oauth`; raises SettingsError where there are no credentials."""
    if who.kind not in ("basic", "oauth"):
        raise SettingsError(
            "There are no credentials for Tango. Set TANGO_PLATFORM_NAME and TANGO_PLATFORM_KEY in the environment "
            "and run again. Nothing was sent."
        )
    return who.kind


def _about_the_order(receipt: Receipt) -> Receipt:
    """Whatever befell the token request, the order itself never left: retrying it is safe, or a person must act."""
    passing = {Outcome.RETRY: Outcome.NOT_CONNECTED, Outcome.NOT_CONNECTED: Outcome.NOT_CONNECTED,
               Outcome.THROTTLED: Outcome.THROTTLED}  # fmt: skip
    outcome = passing.get(receipt.outcome, Outcome.STOP_CONFIGURATION)
    message = f"Tango gave no access token: {receipt.message or 'its answer holds none'}"
    return Receipt(outcome, receipt.http_status, receipt.request_id, receipt.code, message, receipt.retry_after)
