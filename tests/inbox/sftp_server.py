"""An SFTP server over a real folder, on loopback: paramiko's own server side."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "rewards", "open sesame"


class SftpServer:
    """`host_key` is what a client must know; `keys` may sign in; `before(operation)` is called before each change."""

    def __init__(self, root: Path) -> None:
        self.root, self.port = root, 0
        self.key = paramiko.ECDSAKey.generate()
        self.keys: list[paramiko.PKey] = []
        self.before: Callable[[str], None] = lambda _: None

    @property
    def url(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/drop"

    @property
    def host_key(self) -> str:
        return f"{self.key.get_name()} {self.key.get_base64()}"


@contextmanager
def serving(root: Path) -> Iterator[SftpServer]:
    """Serve a folder while this lasts."""
    server, listener = SftpServer(root), socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                transport = paramiko.Transport(connection)
                transports.append(transport)
                transport.add_server_key(server.key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, server)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_Door(server))

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
        thread.join()


class _Door(paramiko.ServerInterface):  # type: ignore[misc]
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == USER and key in self._server.keys
        return int(paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED)

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    def __init__(self, _door: _Door, server: SftpServer) -> None:
        self._server = server

    def _path(self, name: str) -> Path:
        return self._server.root / name.strip("/")

    def list_folder(self, path: str) -> Any:
        return _answer(lambda: [_attributes(each) for each in self._path(path).iterdir()])

    def stat(self, path: str) -> Any:
        return _answer(lambda: _attributes(self._path(path)))

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        def opened() -> paramiko.SFTPHandle:
            if flags & os.O_WRONLY or flags & os.O_RDWR:
                self._server.before(f"write {path}")
            mode = "wb" if flags & os.O_WRONLY else "rb"
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = handle.writefile = self._path(path).open(mode)
            return handle

        return _answer(opened)

    def remove(self, path: str) -> Any:
        return self._change("remove", path, lambda: self._path(path).unlink())

    def posix_rename(self, oldpath: str, newpath: str) -> Any:
        paths = self._path(oldpath), self._path(newpath)
        return self._change("rename", oldpath, lambda: os.rename(*paths))  # noqa: PTH104 (not what a bomb watches)

    def mkdir(self, path: str, attr: Any) -> Any:
        return self._change("mkdir", path, lambda: self._path(path).mkdir())

    def _change(self, what: str, path: str, act: Callable[[], object]) -> Any:
        def changed() -> int:
            self._server.before(f"{what} {path}")
            act()
            return int(paramiko.SFTP_OK)

        return _answer(changed)


def _attributes(path: Path) -> Any:
    return paramiko.SFTPAttributes.from_stat(path.stat(), path.name)


def _answer(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno)
