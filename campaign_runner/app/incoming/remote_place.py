"""How is a folder of files reached that is elsewhere?  By SFTP, or in an S3 store; through fsspec.

The server's SSH key must be known. Secrets come from the environment alone (`NAME` or `NAME_FILE`): INBOX_PASSWORD or
INBOX_KEY (a private key; its passphrase is INBOX_KEY_PASSPHRASE) for SFTP, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_SESSION_TOKEN for S3. S3 knows no renaming: a file is copied, then the other one removed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from campaign_runner.app.incoming.inbox_place import DONE, FAILED, InboxAway, Seen
from campaign_runner.model.errors import UsageError
from campaign_runner.settings.workspace_sections import InboxSection

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PART = 1 << 20
# By SFTP a file grows while it is put there, and its time has whole seconds; an S3 store has it whole or not at all.
SETTLED = {"sftp": 10.0, "s3": 0.0}


class RemotePlace:
    """The folder of an address: sftp://user@host/folder or s3://bucket/folder."""

    between = 15.0

    def __init__(self, inbox: InboxSection) -> None:
        parts = urlsplit(inbox.url)
        self.shown, self._inbox, self._scheme = inbox.url, inbox, parts.scheme
        self.settled = inbox.settle_seconds or SETTLED[parts.scheme]
        self._root = parts.path if parts.scheme == "sftp" else f"{parts.hostname}{parts.path}"
        self._connected: AbstractFileSystem | None = None

    def files(self) -> dict[str, Seen]:
        """All files below it but those that are done or failed, in the order of their names."""
        with self._away() as fs:
            try:
                entries = fs.ls(self._path(""), detail=True)
            except FileNotFoundError:
                if self._scheme == "s3":  # where nothing is, there is no folder
                    return {}
                raise UsageError(
                    f"{self.shown}: there is no such folder. Create it, or correct [inbox] url."
                ) from None
            return dict(sorted(self._below(fs, "", entries)))

    def _below(
        self, fs: AbstractFileSystem, folder: str, entries: list[dict[str, Any]]
    ) -> Iterator[tuple[str, Seen]]:
        for entry in entries:
            base = str(entry["name"]).rstrip("/").rpartition("/")[2]
            name = f"{folder}/{base}" if folder else base
            if entry["type"] == "file" and self._path(name) == str(entry["name"]):
                yield name, _seen(entry)
            elif entry["type"] == "directory" and not base.startswith(".") and name not in (DONE, FAILED):
                with contextlib.suppress(FileNotFoundError):  # somebody removed it
                    yield from self._below(fs, name, fs.ls(self._path(name), detail=True))

    def seen(self, name: str) -> Seen:
        """What changes with a file; () where there is none."""
        with self._away() as fs:
            try:
                return _seen(fs.info(self._path(name)))
            except FileNotFoundError:
                return ()

    def move(self, name: str, goal: str) -> None:
        """Move a file; in an S3 store by a copy, which the store makes itself."""
        with self._away() as fs:
            self._make_folder(fs, goal)
            self._rename(fs, self._path(name), self._path(goal))

    def _rename(self, fs: Any, name: str, goal: str) -> None:
        if self._scheme == "sftp":
            fs.mv(name, goal)
        else:
            fs.fs.copy_file(name, goal)
            self._removed(fs, name)

    def leftover(self, copy: str, name: str) -> bool:
        """Whether `name` was copied to `copy` and then not removed: the same bytes, and not put there since."""
        if self._scheme == "sftp":
            return False
        with self._away() as fs:
            try:
                one, other = (fs.info(self._path(each)) for each in (copy, name))
            except FileNotFoundError:
                return False
            same = one["size"] == other["size"] and one["mtime"] >= other["mtime"]
            return bool(same) and self._digest(fs, copy) == self._digest(fs, name)

    def read(self, name: str) -> bytes:
        """The bytes of a small file."""
        with self._away() as fs:
            return bytes(fs.cat_file(self._path(name)))

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, whole or not at all."""
        with self._away() as fs:
            self._make_folder(fs, name)
            folder, _, base = name.rpartition("/")
            fresh = f"{folder}/.{base}.new" if self._scheme == "sftp" else name
            fs.pipe_file(self._path(fresh), content)
            if fresh != name:
                self._rename(fs, self._path(fresh), self._path(name))

    def remove(self, name: str) -> None:
        """Remove a file; none there is fine."""
        with self._away() as fs:
            self._removed(fs, self._path(name))

    @contextmanager
    def local(self, name: str, folder: Path) -> Iterator[Path]:
        """A copy of the file."""
        path = folder / Path(name).name
        with self._away() as fs:
            fs.get_file(self._path(name), str(path))
        yield path

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")

    def _make_folder(self, fs: AbstractFileSystem, name: str) -> None:
        if self._scheme == "sftp":
            fs.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)

    def _removed(self, fs: Any, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            fs.rm_file(path)

    def _digest(self, fs: AbstractFileSystem, name: str) -> str:
        digest = sha256()
        with fs.open(self._path(name), "rb") as file:
            while part := file.read(PART):
                digest.update(part)
        return digest.hexdigest()

    @contextmanager
    def _away(self) -> Iterator[Any]:
        """The file system; raises InboxAway where it cannot be reached, and connects again the next time."""
        try:
            from campaign_runner.app.incoming import remote_connection
        except ImportError:
            raise UsageError(
                'An inbox on SFTP or S3 needs more packages: pip install "campaign-runner[inbox]"'
            ) from None
        try:
            if self._connected is None:
                self._connected = remote_connection.connect(self._inbox)
            yield self._connected
        except FileNotFoundError:
            raise
        except remote_connection.ERRORS as error:
            self._connected = None
            raise InboxAway(
                f"{self.shown} cannot be reached ({remote_connection.reason(error)}). Nothing is lost: the "
                "next attempt continues."
            ) from None


def _seen(entry: dict[str, Any]) -> Seen:
    return entry["size"], entry["mtime"]
