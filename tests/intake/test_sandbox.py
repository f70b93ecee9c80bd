"""What breaks the reader of a file breaks nothing else: a real abort, a bomb, a hang, a kill from outside."""

from __future__ import annotations

import ctypes
import importlib
import os
import pickle
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter

from campaign_runner.intake import fork_server, sandbox, sandbox_child
from campaign_runner.intake.sandbox import confined
from campaign_runner.model.errors import FileUnusable
from tests.workbooks import patched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are held to limits on Linux alone")

HUGE = """
from pathlib import Path
from campaign_runner import intake, validation
from campaign_runner.intake import sandbox_child

sandbox_child.MEMORY, sandbox_child.MEMORY_PER_BYTE = 100 << 20, 0
intake.read(Path("q4.xlsx"), validation.load_book(None))
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "q4.xlsx"
    path.write_bytes(b"PK")
    return path


def _take_memory() -> int:
    return len(bytearray(8 << 30))


def _crash(number: int) -> None:
    os.kill(os.getpid(), number)


def _read_nowhere() -> None:
    ctypes.string_at(0)


def _shout() -> str:
    os.write(2, b"thread panicked at src/lib.rs\n" * 10_000)
    print("to standard output")
    return "read"


def _open_descriptors() -> list[int]:
    return [int(end.name) for end in Path("/proc/self/fd").iterdir() if end.exists()]


def _panic() -> None:
    raise type("PanicException", (BaseException,), {})


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL])
def test_a_crash_of_the_reader_is_a_sentence(book, number):
    with pytest.raises(FileUnusable, match=r"q4.xlsx could not be read: it is damaged.*save it as a new .xlsx"):
        confined(book, _crash, number)


def test_a_read_outside_of_memory_is_one_too(book):
    with pytest.raises(FileUnusable, match="could not be read: it is damaged"):
        confined(book, _read_nowhere)


def test_a_panic_is_one_too(book):
    with pytest.raises(FileUnusable, match="is damaged"):
        confined(book, _panic)


def test_more_memory_than_a_file_of_its_size_may_take_is_a_sentence(book):
    with pytest.raises(FileUnusable, match="takes more than the 1,024 MB of memory that a file of its size may take"):
        confined(book, _take_memory)


def test_a_hang_ends_by_the_clock(book, monkeypatch):
    monkeypatch.setattr(sandbox_child, "WALL_SECONDS", 1)
    monkeypatch.setattr(sandbox_child, "CPU_SECONDS", 0)
    begin = time.monotonic()
    with pytest.raises(FileUnusable, match=r"could not be read within 0 seconds of processor time or 1 seconds"):
        confined(book, time.sleep, 600)
    assert time.monotonic() - begin < 10


def test_an_endless_calculation_ends_by_its_processor_time(book, monkeypatch):
    monkeypatch.setattr(sandbox_child, "CPU_SECONDS", 1)
    with pytest.raises(FileUnusable, match="could not be read within 1 seconds of processor time"):
        confined(book, pow, 3, 10**10)


def test_a_reader_that_is_killed_from_outside_is_a_sentence_of_its_own(book):
    with pytest.raises(FileUnusable, match=r"was ended from outside, probably because memory ran out"):
        confined(book, _crash, signal.SIGKILL)


def test_what_the_reader_writes_reaches_nobody_and_does_not_stop_it(book, capfd, caplog):
    with caplog.at_level("INFO"):
        assert confined(book, _shout) == "read"
    assert capfd.readouterr() == ("", "")
    assert "the reader of a file wrote on standard error" in caplog.text
    assert "panicked at" not in caplog.text  # what it writes may be what stands in a cell


def test_the_reader_inherits_no_socket_file_or_terminal(book):
    with socket.socket() as listening, book.open("rb") as file:
        listening.bind(("127.0.0.1", 0))
        os.set_inheritable(listening.fileno(), True)
        os.set_inheritable(file.fileno(), True)
        assert confined(book, _open_descriptors) == [0, 1, 2, 3]


def test_the_reader_writes_no_file(book, tmp_path):
    with pytest.raises(OSError, match="File too large"), suppress(FileUnusable):
        confined(book, (tmp_path / "other").write_text, "x")
    assert not (tmp_path / "other").read_text()


def test_an_error_of_ours_comes_with_the_place_where_it_happened(book):
    with pytest.raises(ZeroDivisionError) as caught:
        confined(book, divmod, 1, 0)
    assert "sandbox_child.py" in caught.value.__notes__[0]


def test_no_descriptor_is_left(book):
    confined(book, _shout)
    before = set(Path("/proc/self/fd").iterdir())
    for work in (_shout, _take_memory, _panic):
        with suppress(FileUnusable):
            confined(book, work)
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_a_process_that_cannot_be_started_is_a_sentence(book, monkeypatch):
    fork_server.end()
    before = set(Path("/proc/self/fd").iterdir())
    monkeypatch.setattr(os, "fork", lambda: os.kill(2**22 + 1, 0))
    monkeypatch.setattr(os, "posix_spawn", lambda *_, **__: os.kill(2**22 + 1, 0))
    with pytest.raises(FileUnusable, match=r"no process could be started for it \(No such process\). Close other"):
        confined(book, _shout)
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_where_other_threads_run_a_server_of_its_own_forks_the_reader(book, monkeypatch):
    fork_server.end()
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked beside a thread"))
    try:
        assert confined(book, divmod, 7, 2) == (3, 1)
        with pytest.raises(FileUnusable, match="it is damaged"):
            confined(book, os.abort)
    finally:
        waiting.set()
        thread.join()


def test_a_reader_loads_no_library_that_it_has_no_use_for(book):
    fork_server.end()
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    try:
        with pytest.raises(ModuleNotFoundError, match="pandas"):
            confined(book, importlib.import_module, "pandas")
    finally:
        waiting.set()
        thread.join()


def test_elsewhere_the_same_is_said_of_what_python_can_catch(book, monkeypatch):
    monkeypatch.setattr(sandbox, "is_available", lambda: False)
    assert confined(book, divmod, 7, 2) == (3, 1)
    with pytest.raises(FileUnusable, match="is damaged"):
        confined(book, _panic)
    with pytest.raises(FileUnusable, match="takes more than"):
        confined(book, bytearray, 1 << 60)


def test_a_workbook_of_huge_texts_within_the_limits_of_zip_is_a_sentence(tmp_path):
    """In a program of its own: what a long test session holds and no longer uses would be room for the texts."""
    dice = random.Random(1)
    texts = (b"<si><t>%b</t></si>" % dice.randbytes(30).hex().encode() * 30 for _ in range(90_000))
    strings = b'<?xml version="1.0"?><sst>' + b"".join(texts) + b"</sst>"
    small = xlsxwriter.Workbook(tmp_path / "small.xlsx")
    small.add_worksheet("Q4").write_row(0, 0, ["First name", "Amount"])
    small.close()
    put = lambda name, data: (name, strings if "sharedStrings" in name else data)  # noqa: E731
    (tmp_path / "q4.xlsx").write_bytes(patched((tmp_path / "small.xlsx").read_bytes(), put))
    ended = subprocess.run([sys.executable, "-c", HUGE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "q4.xlsx takes more than the 100 MB of memory" in ended.stderr.splitlines()[-1]


def _open_a_socket(family: int) -> None:
    socket.socket(family)


def _start_a_program() -> None:
    os.execv("/bin/true", ["true"])


@pytest.mark.parametrize(("work", "what"), [
    (_open_a_socket, (socket.AF_INET,)), (_open_a_socket, (socket.AF_UNIX,)), (_start_a_program, ()),
])  # fmt: skip
def test_the_reader_reaches_nobody(book, work, what):
    with pytest.raises(PermissionError, match="Operation not permitted"):
        confined(book, work, *what)


class _Evil:
    """What a pickle would run in whoever opens it."""

    def __reduce__(self):
        return os.mkdir, ("taken over",)


def _forged(*pieces: bytes) -> None:
    sizes = b"".join(sandbox_child.SIZE.pack(size) for size in (len(pieces), *map(len, pieces)))
    os.write(sandbox_child.REPLY, sizes + b"".join(pieces))
    os._exit(0)


def _cells(end: int) -> bytes:
    """A column of one cell that ends somewhere else than its bytes do."""
    column = pa.array(["x"], pa.large_string())
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([pa.array([1]), column], names=["numbers", "0"])
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    at = content.rindex(struct.pack("<2q", 0, 1))
    return content[:at] + struct.pack("<2q", 0, end) + content[at + 16 :]


@pytest.mark.parametrize("pieces", [
    (pickle.dumps(("done", _Evil())),), (b'["raised", {"Exception": ["exec", "import os", []]}]',),
    (b'["done", {"Block": [0, {"tuple": []}]}]', _cells(1 << 40)), (b'["done", {"Path": ["x"]}]',), (b"[]",),
    (b'["done", {"CellMarks": [0, []]}]', b"\1\0\0\0", b"\0\0", b"\7\0\0\0"), (b'["no outcome", 1]',),
])  # fmt: skip
def test_an_answer_that_is_no_data_runs_nothing_and_is_a_sentence(book, pieces, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with suppress(RuntimeError), pytest.raises(FileUnusable, match="could not be read: it is damaged"):
        confined(book, _forged, *pieces)
    assert not (tmp_path / "taken over").exists()
