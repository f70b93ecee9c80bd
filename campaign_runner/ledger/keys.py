"""Under which key are events signed?  One that the operator keeps elsewhere, else a file in the state folder.

`CAMPAIGN_RUNNER_AUDIT_KEY` (or `_FILE`) holds one key or several, the newest first: the first one signs, all of them
verify. Without it the key is made once, in `audit.key` of the state folder; for a ledger in PostgreSQL it is derived
from the ledger's own secret, since several machines sign there.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, select

from campaign_runner.ledger.schema import meta
from campaign_runner.model.errors import SettingsError, StateError

VARIABLE = "CAMPAIGN_RUNNER_AUDIT_KEY"
FILE = "audit.key"
SHORTEST = 16
OPERATOR = "operator"


@dataclass(frozen=True)
class Key:
    """A key with the name that events carry: who keeps it, and a digest that tells keys apart."""

    keeper: str
    secret: bytes

    @cached_property
    def name(self) -> str:
        """Such as `operator:3f2a91c0`."""
        return f"{self.keeper}:{sha256(b'audit key ' + self.secret).hexdigest()[:8]}"

    def sign(self, text: str) -> str:
        """The HMAC of a text, in hex."""
        return hmac.digest(self.secret, text.encode(), "sha256").hex()


class Keyring:
    """The keys that this process knows; `signing` is the one for new events."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._path = folder / FILE
        self._operators = tuple(Key(OPERATOR, text.encode()) for text in _given(environ))
        self._own: Key | None = None

    @property
    def is_operators(self) -> bool:
        """Whether the operator keeps the key."""
        return bool(self._operators)

    def signing(self, connection: Connection) -> Key:
        """The key for new events; made where there is none."""
        if self._operators:
            return self._operators[0]
        self._own = self._own or self._folders(connection) or self._made()
        return self._own

    def known(self, connection: Connection) -> dict[str, Key]:
        """Every key there is, by name; nothing is made."""
        own = self._folders(connection)
        return {key.name: key for key in (*self._operators, *([own] if own else []))}

    def _folders(self, connection: Connection) -> Key | None:
        if connection.dialect.name != "sqlite":
            secret = bytes(connection.execute(select(meta.c.secret)).scalar_one())
            return Key("ledger", sha256(b"audit " + secret).digest())
        try:
            text = self._path.read_text("ascii").strip()
        except (
            FileNotFoundError,
            PermissionError,
        ):  # anyone who may not read it cannot check signatures, nor make any
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StateError(f"{self._path}: the key of the audit log cannot be read ({error}). Restore it from a "
                             "backup.") from None  # fmt: skip
        if len(text) < SHORTEST:
            raise StateError(f"{self._path}: the key of the audit log is damaged. Restore it from a backup.")
        return Key("folder", text.encode())

    def _made(self) -> Key:
        """A new key, whole or not at all; of two processes one is faster, and both have its key."""
        draft = self._path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(
                os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii"
            ) as file:
                file.write(f"{secrets.token_hex(32)}\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, self._path)
            draft.unlink()
            return Key("folder", self._path.read_text("ascii").strip().encode())
        except OSError as error:
            raise StateError(
                f"{self._path}: the key of the audit log cannot be made or read ({error.strerror}). Run under the account "
                "that runs campaigns here, or choose another folder with --state."
            ) from None


def _given(environ: Mapping[str, str]) -> list[str]:
    """The operator's keys, newest first; raises SettingsError where they cannot be used."""
    path = environ.get(f"{VARIABLE}_FILE", "")
    text = environ.get(VARIABLE, "")
    if path and not text:
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise SettingsError(
                f"{VARIABLE}_FILE names {path}, which cannot be read. Correct it, or set {VARIABLE}."
            ) from None
        if not text.strip():
            raise SettingsError(f"{VARIABLE}_FILE names {path}, which is empty. Put the key in it.")
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    if any(len(part) < SHORTEST for part in parts):
        raise SettingsError(f"{VARIABLE}: a key needs at least {SHORTEST} characters. Make one: openssl rand -hex 32")
    return parts
