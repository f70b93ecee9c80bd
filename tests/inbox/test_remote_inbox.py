"""An inbox that is elsewhere, by SFTP and in an S3 store: the same promises, and a server that proves who it is."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import paramiko
import pytest
from sqlalchemy import update

from campaign_runner import simulator
from campaign_runner.app.inbox import Inbox
from campaign_runner.app.inbox_job import collect_files
from campaign_runner.app.incoming.inbox_place import InboxAway
from campaign_runner.app.incoming.remote_place import RemotePlace
from campaign_runner.app.jobs import want_periodic, work_once
from campaign_runner.app.workspace import open_workspace
from campaign_runner.ledger import open_ledger
from campaign_runner.ledger.submission_tables import jobs
from campaign_runner.model.errors import CampaignHeld, ExitCode
from tests.clock import HandClock
from tests.inbox import s3_store, sftp_server
from tests.inbox.drop import ANA, BO, HEADERS, Drop
from tests.reliability.crashes import Bomb, Crash

ANOTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqYdmnWLDJAJkE3YnZL0DTvGoc+zK7m1NgEfNKG8LuI"


class RemoteDrop(Drop):
    """A drop by SFTP or in an S3 store: its settings stay here."""

    def __init__(self, *args: Any, server: Any, inbox: str) -> None:
        self.server, self.inbox_settings = server, inbox
        super().__init__(*args)

    def settings(self, name: str, more: str = "") -> None:
        super().settings(name, f"{self.inbox_settings}{more}")

    def names(self) -> list[str]:
        if isinstance(self.server, s3_store.S3Store):
            return [key.removeprefix("bucket/drop/") for key in self.server.objects if not key.endswith("/")]
        root = self.server.root / "drop"
        return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]

    def put_bytes(self, name: str, content: bytes) -> None:
        if isinstance(self.server, s3_store.S3Store):
            self.server.put(f"bucket/drop/{name}", content)
        else:
            path = self.server.root / "drop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def put(self, name: str, *rows: str) -> Path:
        content = ("\n".join([HEADERS, *rows]) + "\n").encode()
        self.put_bytes(name, content)
        self.put_bytes(f"{name}.sha256", hashlib.sha256(content).hexdigest().encode())
        return Path(name)

    def places(self, name: str) -> list[str]:
        named = [each.split("/") for each in self.names() if each.split("/")[-1] == name]
        return sorted(parts[0] if len(parts) > 1 else "inbox" for parts in named)

    def beside(self, name: str) -> list[str]:
        return sorted(each.rpartition(name)[2] for each in self.names() if name in each and not each.endswith(name))


@pytest.fixture(params=["sftp", "s3"])
def drop(request, tmp_path: Path, monkeypatch) -> Iterator[RemoteDrop]:
    folder, clock = tmp_path / "settings", HandClock()
    folder.mkdir()
    tango = simulator.Simulator(tmp_path / "tango.jsonl", clock=clock, requests_per_second=0)
    with ExitStack() as stack:
        base_url = stack.enter_context(simulator.serve(tango))
        if request.param == "sftp":
            (tmp_path / "drop").mkdir()
            server: Any = stack.enter_context(sftp_server.serving(tmp_path))
            inbox = f'[inbox]\nurl = "{server.url}"\nhost_key = "{server.host_key}"\n'
            monkeypatch.setenv("INBOX_PASSWORD", sftp_server.PASSWORD)
        else:
            server = stack.enter_context(s3_store.serving())
            inbox = f'[inbox]\nurl = "s3://bucket/drop"\nendpoint = "{server.url}"\n'
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield RemoteDrop(folder, base_url, tango, clock, server=server, inbox=inbox)


def test_a_file_is_run_and_moved_there_with_what_came_of_it(drop):
    drop.put("people/q4.csv", ANA, BO.replace("@", "@@"))
    assert drop.once() is ExitCode.NEEDS_ACTION
    assert drop.places("q4.csv") == ["done"]
    assert drop.beside("q4.csv") == [".error.txt", ".failures.xlsx", ".sha256", ".summary.json"]
    assert drop.sent() == ["ana@example.com"]


def test_the_same_bytes_again_send_nothing(drop):
    for name in ("q4.csv", "q4.csv", "copy.csv"):
        drop.put(name, ANA)
        assert drop.once() is ExitCode.DONE
    assert (drop.places("q4.csv"), drop.places("copy.csv")) == (["done"], ["done"])
    assert drop.places("q4 (2).csv") == ["done"]
    assert drop.sent() == ["ana@example.com"]


def test_settings_that_lie_there_do_not_count(drop):
    drop.put("q4.csv", ANA)
    drop.put_bytes("workspace.toml", b'[limits]\nmax_rows = "nobody knows"\n')
    assert drop.once() is ExitCode.DONE


def test_a_second_inbox_with_the_same_ledger_takes_nothing(drop):
    drop.put("q4.csv", ANA)
    with (
        open_ledger(drop.folder / ".campaign-runner", "") as ledger,
        ledger.hold(f"inbox {drop.inbox().place.shown}"),
        pytest.raises(CampaignHeld),
    ):
        drop.once()
    assert drop.places("q4.csv") == ["inbox"]


def test_no_copy_is_left_on_this_machine(drop):
    drop.put("q4.csv", ANA)
    drop.once()
    assert not (drop.folder / ".campaign-runner" / "tmp").exists()


@contextmanager
def armed(bomb: Bomb) -> Iterator[Bomb]:
    """Besides what the bomb watches, every change of the remote folder; a copy and its removal are two."""

    def wrapped(original: Any) -> Any:
        def change(place: RemotePlace, *args: Any) -> None:
            bomb.tick(f"{original.__name__}: before")
            original(place, *args)
            bomb.tick(f"{original.__name__}: after")

        return change

    with bomb.armed(), ExitStack() as stack:
        for name in ("_rename", "_removed", "write"):
            stack.enter_context(patch.object(RemotePlace, name, wrapped(getattr(RemotePlace, name))))
        yield bomb


def test_whatever_is_killed_the_file_is_run_once_and_ends_in_one_place(drop):
    with armed(Bomb()) as bomb:
        drop.put("n0.csv", "EMAIL,Ana,Silva,ana.0@example.com,U561593,25")
        drop.once()
    changes = [number for number, what in enumerate(bomb.seen, 1) if what.startswith(("_re", "write:"))]
    for point in sorted({*range(5, len(bomb.seen), 40), *changes[::4]}):
        drop.put(f"n{point}.csv", f"EMAIL,Ana,Silva,ana.{point}@example.com,U561593,25")
        with suppress(Crash), armed(Bomb(point)):
            drop.once()
        drop.clock.turn(days=1)
        drop.once()
        for name in (f"n{point}.csv", f"n{point}.csv.sha256", f"n{point}.csv.summary.json"):
            assert drop.places(name) == ["done"], (name, bomb.seen[point - 1])
        assert drop.sent().count(f"ana.{point}@example.com") == 1
    assert not [name for name in drop.names() if not name.startswith("done/")]


def test_a_server_that_goes_away_and_comes_back_loses_nothing(drop):
    drop.put("q4.csv", ANA)
    calls = iter(range(1000))

    def cut(_: str) -> None:
        if next(calls) == 4:
            raise ConnectionResetError(104, "cut")

    drop.server.before = cut
    with suppress(InboxAway):
        drop.once()
    drop.server.before = lambda _: None
    drop.once()
    assert (drop.places("q4.csv"), drop.sent()) == (["done"], ["ana@example.com"])


@pytest.mark.parametrize(("before", "after", "why"), [
    ("ecdsa-sha2-nistp256", f"{ANOTHER_KEY} #", "not the one"),
    ("host_key", "# host_key", "is not known"),
    ("rewards@", "somebody@", "refuses the user"),
])  # fmt: skip
@pytest.mark.parametrize("drop", ["sftp"], indirect=True)
def test_neither_an_unknown_server_nor_an_unknown_user_gets_further(drop, before, after, why, monkeypatch):
    monkeypatch.setenv("HOME", str(drop.folder))
    drop.inbox_settings = drop.inbox_settings.replace(before, after)
    drop.settings("workspace.toml")
    drop.put("q4.csv", ANA)
    with pytest.raises(InboxAway, match=why):
        drop.once()
    assert drop.places("q4.csv") == ["inbox"]


@pytest.mark.parametrize("drop", ["sftp"], indirect=True)
def test_a_private_key_signs_in_as_well(drop, monkeypatch, tmp_path):
    key, text = paramiko.ECDSAKey.generate(), io.StringIO()
    key.write_private_key(text, "words")
    (tmp_path / "key").write_text(text.getvalue())
    drop.server.keys.append(key)
    monkeypatch.delenv("INBOX_PASSWORD")
    monkeypatch.setenv("INBOX_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("INBOX_KEY_PASSPHRASE", "words")
    drop.put("q4.csv", ANA)
    assert drop.once() is ExitCode.DONE


def test_a_file_that_grows_is_not_taken(drop):
    drop.put("q4.csv", ANA)
    inbox: Inbox = drop.inbox()
    with patch.object(inbox.stopping, "wait", lambda _: drop.put("q4.csv", ANA, BO)):
        inbox.watch(once=True)
    assert drop.places("q4.csv") == ["inbox"]


def test_workers_look_for_files_and_send_them(drop):
    """One job looks and leaves each file to the others; once they are through with it, it is moved."""
    drop.put("q4.csv", ANA)
    drop.put("bad.csv", BO.replace("@", "@@"))
    with open_workspace(drop.folder / "workspace.toml", drop.folder / ".campaign-runner") as opened:
        workspace = replace(opened, clock=drop.clock)
        workspace.inbox.settled = 0
        want_periodic(workspace)
        while work_once(workspace):
            pass
        assert (drop.places("q4.csv"), drop.sent()) == (["work"], ["ana@example.com"])
        workspace.inbox._not_before.clear()
        assert (collect_files(workspace, "") or 0) > 1
        workspace.close()
    assert (drop.places("q4.csv"), drop.beside("q4.csv")) == (["done"], [".sha256", ".summary.json"])
    assert (drop.places("bad.csv"), drop.sent()) == (["done"], ["ana@example.com"])


def test_what_no_worker_takes_is_sent_by_the_inbox_itself(drop):
    drop.put("q4.csv", ANA)
    inbox = replace(drop.inbox(), detached=True)
    inbox.look()
    inbox._not_before.clear()
    inbox.look()
    assert (drop.places("q4.csv"), drop.sent()) == (["work"], [])
    with open_ledger(drop.folder / ".campaign-runner", "") as ledger, ledger.write("a minute passes") as connection:
        connection.execute(update(jobs).values(due_at=jobs.c.due_at - 61))
    inbox._not_before.clear()
    inbox.look()
    assert (drop.places("q4.csv"), drop.sent()) == (["done"], ["ana@example.com"])
