"""What every test may use: golden files, and nothing that leaves this machine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import TIMES, examples
from tests.reliability import postgresql

# Machines differ in speed: no test asserts a time. Examples are derived from the test, so a run can be repeated.
settings.register_profile(
    "steady", deadline=None, derandomize=TIMES == 1, max_examples=examples(40),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("steady")

# Every log line of the suite is looked at.
pytest_plugins = ["tests.log_scan"]
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden files anew")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first: the last ones, which are shared out one by one, are quick, and no core waits for another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Thousands of tests and what they import stay: to look through them for garbage again and again takes a quarter of
    the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(autouse=True)
def _state_of_nobody(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without settings and --state must not find, or leave, anything in the user's own state folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state-of-nobody")))


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    """A PostgreSQL of one's own for the tests of a module; where its programs are missing they are skipped."""
    programs = postgresql.programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine (initdb, postgres; as root also setpriv)")
    with postgresql.serving(programs) as made:
        yield made


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str | bytes], None]:
    """`golden("name.txt", got)` compares with tests/golden/name.txt; `make golden` writes it."""

    def compare(name: str, got: str | bytes) -> None:
        path = GOLDEN / name
        data = got.encode() if isinstance(got, str) else got
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.exists(), f"{path} is missing: look at the output, then `make golden`"
        assert data.decode() == path.read_text("utf-8")

    return compare
