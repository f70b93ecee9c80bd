"""How is a connection to a remote inbox made?  The server proves who it is, then we do; nothing of it is ever logged."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import paramiko
from fsspec import AbstractFileSystem
from fsspec.implementations.arrow import ArrowFSWrapper
from fsspec.implementations.sftp import SFTPFileSystem

from campaign_runner.model.errors import SettingsError
from campaign_runner.settings import secret
from campaign_runner.settings.workspace_sections import InboxSection

ERRORS = (OSError, EOFError, paramiko.SSHException)
SECONDS = 30.0
KNOWN_HOSTS = Path("~/.ssh/known_hosts")


def connect(inbox: InboxSection) -> AbstractFileSystem:
    """A file system by SFTP or S3; raises SettingsError, or one of ERRORS."""
    return _Sftp(inbox) if inbox.url.startswith("sftp:") else ArrowFSWrapper(_s3(inbox), skip_instance_cache=True)


class _Sftp(SFTPFileSystem):  # type: ignore[misc] # fsspec has no types
    """SFTP to a server whose key is known."""

    cachable = False

    def __init__(self, inbox: InboxSection) -> None:
        self._of = inbox
        super().__init__(urlsplit(inbox.url).hostname)

    def _connect(self) -> None:
        parts = urlsplit(self._of.url)
        host, port = parts.hostname or "", parts.port or 22
        self.client = paramiko.SSHClient()
        keys = self.client.get_host_keys()
        _add_known(keys, self._of.host_key, host if port == 22 else f"[{host}]:{port}")
        self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        key = _private_key()
        self.client.connect(
            host, port, unquote(parts.username or "") or None, secret("INBOX_PASSWORD") or None, key,
            allow_agent=False, look_for_keys=False, timeout=SECONDS, banner_timeout=SECONDS, auth_timeout=SECONDS,
        )  # fmt: skip
        self.ftp = self.client.open_sftp()
        self.ftp.get_channel().settimeout(SECONDS)


def _add_known(keys: paramiko.HostKeys, stated: str, name: str) -> None:
    """Only the stated key counts, if one is; else those of known_hosts."""
    if not stated:
        path = KNOWN_HOSTS.expanduser()
        if path.is_file():
            keys.load(str(path))
        return
    words = stated.split()
    kind = next((at for at, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))), None)
    try:
        assert kind is not None
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {words[kind]} {words[kind + 1]}")
        assert entry is not None
        assert entry.key is not None
        keys.add(name, entry.key.get_name(), entry.key)
    except (AssertionError, IndexError, paramiko.SSHException):
        raise SettingsError(
            "inbox.host_key is not a key as ssh-keyscan writes it, such as: ssh-ed25519 AAAAC3Nza…"
        ) from None


def _private_key() -> paramiko.PKey | None:
    text = secret("INBOX_KEY")
    if not text:
        return None
    passphrase = secret("INBOX_KEY_PASSPHRASE") or None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text + "\n"), passphrase)
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise SettingsError(
        "INBOX_KEY is not a private key that can be used, or INBOX_KEY_PASSPHRASE is not its passphrase."
    )


def _s3(inbox: InboxSection) -> Any:
    from pyarrow.fs import S3FileSystem

    endpoint = inbox.endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    parts = urlsplit(endpoint)
    where = {"endpoint_override": parts.netloc, "scheme": parts.scheme} if endpoint else {}
    key, word = secret("AWS_ACCESS_KEY_ID"), secret("AWS_SECRET_ACCESS_KEY")
    who = {"access_key": key, "secret_key": word, "session_token": secret("AWS_SESSION_TOKEN") or None} if key else {}
    region = (
        os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ("us-east-1" if endpoint else None)
    )
    return S3FileSystem(region=region, connect_timeout=SECONDS, request_timeout=SECONDS, **where, **who)


def reason(error: BaseException) -> str:
    """Why a connection failed, in a few words without any secret."""
    if isinstance(error, paramiko.BadHostKeyException):
        return "its SSH key is not the one that is known; ask the server's operator before you trust the new one"
    if isinstance(error, paramiko.AuthenticationException):
        return "the server refuses the user, the password or the key"
    if isinstance(error, paramiko.SSHException) and "not found in known_hosts" in str(error):
        return "its SSH key is not known; compare it with the operator's, then set [inbox] host_key"
    if isinstance(error, OSError) and "ACCESS_DENIED" in str(error).upper().replace(" ", "_"):
        return "the store refuses the access key"
    return f"{getattr(error, 'strerror', None) or type(error).__name__}"
