"""What is in an OpenPGP file, and who signed it?  The gpg program says, with a keyring of its own.

The message is decrypted through a pipe into one file of mode 600; it is cut off where it grows too large or lasts too
long. Keys are never fetched. A signature counts where gpg calls it good, and its key is one of [inbox] signers.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from campaign_runner.model.errors import FileUnusable, SettingsError
from campaign_runner.settings import secret
from campaign_runner.settings.workspace_sections import InboxSection

# The largest spreadsheet that comes of a message, and how long gpg may take.
LARGEST, LONGEST = 200 << 20, 120.0
PART = 1 << 20
PASSPHRASE = "INBOX_PASSPHRASE"  # noqa: S105 (its name)
_OPTIONS = (
    "--batch", "--no-tty", "--yes", "--no-options", "--no-auto-key-retrieve", "--no-auto-key-locate",
    "--no-auto-check-trustdb", "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase-fd", "0",
    "--output", "-",
)  # fmt: skip


class _Signature(NamedTuple):
    good: bool
    fingerprints: frozenset[str]


def opened(path: Path, goal: Path, name: str, inbox: InboxSection) -> Path:
    """Decrypt an OpenPGP file to `goal`, with its signature proven; raises FileUnusable with what is wrong with it."""
    if not inbox.keyring:
        raise FileUnusable(
            f"{name} is encrypted or signed with OpenPGP, and there is no [inbox] keyring to decrypt it with. Nothing was "
            "sent. Set it to a GnuPG folder, or send the plain spreadsheet."
        )
    code, words = _gpg(path, goal, name, inbox)
    status = [line.split() for line in words if line]
    kinds = {line[0] for line in status}
    whole = sum(line[0] == "PLAINTEXT" for line in status) == 1  # a signature says nothing of what stands beside it
    _require_readable(name, code, kinds, whole=whole)
    signatures = list(_signatures(status))
    wanted = {one.upper() for one in inbox.signers}
    if any(not one.good for one in signatures if not wanted or one.fingerprints & wanted) or "BADSIG" in kinds:
        raise FileUnusable(
            f"{name}: its signature is not valid, or its key has expired or was revoked. Nothing was sent. Send it again."
        )
    if wanted and not any(one.good and one.fingerprints & wanted for one in signatures):
        who = sorted({each for one in signatures for each in one.fingerprints})
        by = f"signed by {who[0]}, not" if who else "not signed"
        raise FileUnusable(
            f"{name} is {by} by one of [inbox] signers. Nothing was sent. Sign it with one of these keys, or add the "
            "sender's public key to the keyring and its fingerprint to [inbox] signers."
        )
    return goal


def _require_readable(name: str, code: int, kinds: set[str], *, whole: bool) -> None:
    if "NO_SECKEY" in kinds and "DECRYPTION_OKAY" not in kinds:
        raise FileUnusable(
            f"{name} is encrypted for a key that is not in [inbox] keyring, or whose passphrase ({PASSPHRASE}) is "
            "wrong. Nothing was sent. Encrypt it for a key of the keyring."
        )
    failed = "DECRYPTION_FAILED" in kinds or ("BEGIN_DECRYPTION" in kinds and "DECRYPTION_OKAY" not in kinds)
    if failed or not whole or (code and not kinds & {"ERRSIG", "BADSIG", "EXPKEYSIG", "REVKEYSIG"}):
        raise FileUnusable(
            f"{name} cannot be decrypted: it is not an OpenPGP message, it was cut off or changed on the way, or the "
            f"passphrase of the key ({PASSPHRASE}) is wrong. Nothing was sent. Send it again."
        )


def _signatures(status: Iterable[list[str]]) -> Iterator[_Signature]:
    """The signatures of a message, in gpg's order: what it calls each, and the fingerprints of its key."""
    good = False
    for kind, *words in status:
        if kind in ("NEWSIG", "GOODSIG", "BADSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "ERRSIG"):
            good = kind == "GOODSIG"
        elif kind == "VALIDSIG":
            yield _Signature(good, frozenset({words[0].upper(), words[-1].upper()}))


def _gpg(path: Path, goal: Path, name: str, inbox: InboxSection) -> tuple[int, list[str]]:
    """gpg's exit code and status lines; the message goes to `goal`."""
    home = Path(inbox.keyring)
    if not home.is_dir():
        raise SettingsError(f"inbox.keyring = {home}: there is no such folder. Name the GnuPG folder with the keys.")
    reader, writer = os.pipe()
    command = ["gpg", "--homedir", str(home), *_OPTIONS, "--status-fd", str(writer), "--decrypt", str(path)]
    with open(reader, encoding="utf-8", errors="replace") as status, _private(goal) as target:  # noqa: PTH123 (a descriptor)
        try:
            process = subprocess.Popen(  # noqa: S603 (the program of the system)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=(writer,),
                env={**os.environ, "GNUPGHOME": str(home), "LC_ALL": "C"},
            )  # fmt: skip
        except FileNotFoundError:
            raise SettingsError("OpenPGP files need the program gpg. Install GnuPG.") from None
        finally:
            os.close(writer)
        lines: list[str] = []
        listener = threading.Thread(target=lambda: lines.extend(line.rstrip() for line in status), daemon=True)
        listener.start()
        clock = threading.Timer(LONGEST, process.kill)
        clock.start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with process.stdin as secrets:
                secrets.write(secret(PASSPHRASE).encode() + b"\n")
            size = 0
            while part := process.stdout.read(PART):
                size += len(part)
                if size > LARGEST:
                    raise FileUnusable(
                        f"{name} holds more than {LARGEST >> 20} MB once it is decrypted. Nothing was sent. Send "
                        "a smaller file."
                    )
                target.write(part)
            code = process.wait()
        finally:
            timely = clock.is_alive()
            clock.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
            listener.join(5)
    if not timely:
        raise FileUnusable(
            f"{name} took longer than {LONGEST:.0f} seconds to decrypt. Nothing was sent. Send it again."
        )
    return code, [line.removeprefix("[GNUPG:] ") for line in lines if line.startswith("[GNUPG:] ")]


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A new file that nobody else may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        yield file
