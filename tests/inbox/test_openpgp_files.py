"""Files that are encrypted or signed with OpenPGP, by the real gpg with keys made here."""

from __future__ import annotations

import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from campaign_runner import simulator
from campaign_runner.app.incoming import inbox_run, openpgp
from campaign_runner.app.incoming.private_temp import PREFIX
from campaign_runner.model.errors import ExitCode
from tests.clock import HandClock
from tests.inbox.drop import ANA, HEADERS, Drop

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
PAYROLL, STRANGER, RUNNER = "payroll@example.com", "stranger@example.com", "runner@example.com"
PLAIN = f"{HEADERS}\n{ANA}\n".encode()


class Keyring:
    """A GnuPG folder with the runner's key and those of two senders."""

    def __init__(self, home: Path) -> None:
        self.home = home
        for user in (RUNNER, PAYROLL, STRANGER):
            self.gpg("--passphrase", "", "--quick-generate-key", user, "future-default", "default", "never")

    def gpg(self, *words: str, given: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--yes", "--trust-model", "always", *words]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    def fingerprint(self, user: str) -> str:
        lines = self.gpg("--with-colons", "--list-keys", user).decode().splitlines()
        return next(line.split(":")[9] for line in lines if line.startswith("fpr:"))

    def message(self, content: bytes = PLAIN, *, by: str = "", to: str = RUNNER, armor: bool = False) -> bytes:
        words = [*(["--armor"] if armor else []), *(["-u", by, "--sign"] if by else [])]
        return self.gpg(*words, *(["--encrypt", "-r", to] if to else []), "--output", "-", given=content)


@pytest.fixture(scope="module")
def keyring() -> Iterator[Keyring]:
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as home:  # a socket's address is short
        yield Keyring(Path(home))
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


@pytest.fixture
def drop(tmp_path: Path, keyring: Keyring) -> Iterator[Drop]:
    folder, clock = tmp_path / "drop", HandClock()
    folder.mkdir()
    tango = simulator.Simulator(tmp_path / "tango.jsonl", clock=clock, requests_per_second=0)
    with simulator.serve(tango) as base_url:
        made = Drop(folder, base_url, tango, clock)
        made.settings("workspace.toml", f'[inbox]\nkeyring = "{keyring.home}"\n')
        yield made


def signers(drop: Drop, keyring: Keyring, *users: str) -> None:
    keys = ", ".join(f'"{keyring.fingerprint(user)}"' for user in users)
    drop.settings("workspace.toml", f'[inbox]\nkeyring = "{keyring.home}"\nsigners = [{keys}]\n')


def failed(drop: Drop, name: str, why: str) -> bool:
    code, told = drop.once(), drop.told[-1]
    return code is ExitCode.FILE_UNUSABLE and why in told and drop.places(name) == ["failed"] and not drop.sent()


@pytest.mark.parametrize(("name", "armor"), [("q4.csv.pgp", False), ("q4.gpg", False), ("q4.csv.asc", True)])
def test_an_encrypted_file_is_run(drop, keyring, name, armor):
    (drop.folder / name).write_bytes(keyring.message(armor=armor))
    assert drop.once() is ExitCode.DONE
    assert (drop.places(name), drop.sent()) == (["done"], ["ana@example.com"])
    (order,) = drop.tango.orders()
    assert order.reference.startswith("q4-")


@pytest.mark.parametrize("to", [RUNNER, ""])
def test_a_signature_of_a_signer_counts_encrypted_or_not(drop, keyring, to):
    signers(drop, keyring, PAYROLL)
    (drop.folder / "q4.csv.pgp").write_bytes(keyring.message(by=PAYROLL, to=to))
    assert drop.once() is ExitCode.DONE


def test_what_is_signed_by_somebody_else_or_not_at_all_is_not_sent(drop, keyring):
    signers(drop, keyring, PAYROLL)
    (drop.folder / "a.csv.pgp").write_bytes(keyring.message(by=STRANGER))
    assert failed(drop, "a.csv.pgp", "not by one of [inbox] signers")
    (drop.folder / "b.csv.pgp").write_bytes(keyring.message())
    assert failed(drop, "b.csv.pgp", "is not signed by one of")
    drop.put("c.csv", ANA)
    assert failed(drop, "c.csv", "c.csv is not signed")


def test_without_a_keyring_the_file_fails_with_a_sentence(drop, keyring):
    drop.settings("workspace.toml")
    (drop.folder / "q4.csv.pgp").write_bytes(keyring.message())
    assert failed(drop, "q4.csv.pgp", "no [inbox] keyring")


def test_what_was_cut_or_changed_on_its_way_is_not_sent(drop, keyring):
    message = keyring.message(by=PAYROLL)
    changed = message[:-40] + bytes([message[-40] ^ 1]) + message[-39:]
    for name, content in (("a.csv.pgp", message[:-30]), ("b.csv.pgp", changed), ("c.csv.pgp", PLAIN), ("d.gpg", b"")):
        (drop.folder / name).write_bytes(content)
        assert failed(drop, name, "cannot be decrypted"), name


def test_a_changed_signed_file_is_not_sent(drop, keyring):
    message = keyring.gpg("-u", PAYROLL, "--sign", "--compress-level", "0", "--output", "-", given=PLAIN)
    (drop.folder / "q4.csv.pgp").write_bytes(message.replace(b",25", b",95"))
    assert failed(drop, "q4.csv.pgp", "signature is not valid")


def test_unsigned_rows_beside_a_signed_message_are_not_sent(drop, keyring):
    signers(drop, keyring, PAYROLL)
    signed = keyring.message(by=PAYROLL, to="")
    more = keyring.gpg("--store", "--output", "-", given=b"EMAIL,Eve,Li,eve@example.com,U561593,500\n")
    (drop.folder / "a.pgp").write_bytes(more + signed)
    assert failed(drop, "a.pgp", "is not signed by one of")
    (drop.folder / "b.pgp").write_bytes(signed + more)
    drop.once()
    assert drop.sent() == ["ana@example.com"]


def test_a_file_for_another_key_is_not_sent(drop, keyring, tmp_path):
    public = keyring.gpg("--export", RUNNER)
    message = keyring.message()
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as home:
        subprocess.run(
            ["gpg", "--homedir", home, "--batch", "--import"], input=public, capture_output=True, check=True
        )
        drop.settings("workspace.toml", f'[inbox]\nkeyring = "{home}"\n')
        (drop.folder / "q4.csv.pgp").write_bytes(message)
        assert failed(drop, "q4.csv.pgp", "encrypted for a key that is not in [inbox] keyring")
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


def test_a_message_that_unpacks_to_too_much_or_takes_too_long_is_given_up(drop, keyring):
    (drop.folder / "a.csv.pgp").write_bytes(keyring.message(b"0" * 3_000_000))
    with patch.object(openpgp, "LARGEST", 1 << 20):
        assert failed(drop, "a.csv.pgp", "holds more than 1 MB")
    (drop.folder / "b.csv.pgp").write_bytes(keyring.message())
    with patch.object(openpgp, "LONGEST", 0.0):
        assert failed(drop, "b.csv.pgp", "took longer than 0 seconds")


def test_the_same_rows_encrypted_anew_send_nothing(drop, keyring):
    for name in ("q4.csv.pgp", "again.csv.pgp"):
        (drop.folder / name).write_bytes(keyring.message())
        assert drop.once() is ExitCode.DONE
    assert "was submitted on" in drop.told[-1]
    assert drop.sent() == ["ana@example.com"]


def test_what_was_decrypted_is_private_below_the_state_folder_and_goes(drop, keyring):
    state, seen = drop.folder / ".campaign-runner", []

    def noted(*args: Any) -> Path:
        path = openpgp.opened(*args)
        modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)]
        seen.append((path.is_relative_to(state), *modes))
        return path

    (drop.folder / "q4.csv.pgp").write_bytes(keyring.message())
    with patch.object(inbox_run, "opened", noted):
        drop.once()
    assert seen == [(True, 0o600, 0o700)]
    assert not (state / "tmp").exists()


def test_what_a_killed_inbox_decrypted_goes_when_the_next_one_begins(drop):
    left = drop.folder / ".campaign-runner" / "tmp" / f"{PREFIX}999999999"
    left.mkdir(parents=True)
    (left / "q4.csv").write_bytes(PLAIN)
    drop.once()
    assert not left.exists()


def test_a_key_with_a_passphrase_opens_with_that_of_the_environment(drop, tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as home:
        words = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback"]
        made = [*words, "--passphrase", "open", "--quick-generate-key", RUNNER, "future-default", "default", "never"]
        subprocess.run(made, capture_output=True, check=True)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)  # it remembers the passphrase
        sealed = [*words, "--trust-model", "always", "--encrypt", "-r", RUNNER]
        message = subprocess.run(sealed, input=PLAIN, capture_output=True, check=True).stdout
        drop.settings("workspace.toml", f'[inbox]\nkeyring = "{home}"\n')
        for word, name, code in (("wrong", "a.gpg", ExitCode.FILE_UNUSABLE), ("open", "b.gpg", ExitCode.DONE)):
            (tmp_path / "word").write_text(f"{word}\n")
            monkeypatch.setenv("INBOX_PASSPHRASE_FILE", str(tmp_path / "word"))
            (drop.folder / name).write_bytes(message)
            assert drop.once() is code
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
