"""The samples do what the README says of them, on any day, and `make samples` makes the very same ones again."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import make_samples
import pytest
from making.people import KINDS, Company

from campaign_runner import settings, validation
from campaign_runner.app.plan import plan_file
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.steps.result import Result
from campaign_runner.model.errors import ExitCode
from tests.clock import HandClock

METHODS = sorted(validation.load_book().methods)
SAMPLES = Path(__file__).parent.parent / "samples"
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def check(name: str, today: str = "2026-11-22") -> Result:
        runtime = Runtime(
            settings.load(SAMPLES / "campaign.toml"), tmp_path / "state", tmp_path / "reports", settings.Credentials(),
            clock=HandClock(f"{today}T09:00:00"),
        )  # fmt: skip
        return plan_file(ReadOptions(SAMPLES / name), runtime)

    return check


def test_there_is_a_sample_for_every_delivery_method():
    assert {path.stem.upper() for path in SAMPLES.glob("*.csv")} == set(METHODS)


@pytest.mark.parametrize("method", KINDS)  # those that the simulator knows
def test_every_row_of_a_method_s_sample_is_valid(check, method):
    result = check(f"{method.lower()}.csv")
    assert result.exit_code is ExitCode.DONE
    assert result.books.rows["unsent"] == sum(result.books.rows.values()) > 0


@pytest.mark.parametrize("today", ["2026-11-22", "2041-06-01"])
def test_the_workbook_has_eight_wrong_cells_and_a_repeated_row_on_any_day(check, today):
    result = check("quarterly.xlsx", today)
    assert {status: number for status, number in result.books.rows.items() if number} == {
        "unsent": 192, "rejected": 8, "held": 1,
    }  # fmt: skip
    assert result.books.ties_out


def test_the_wrong_cells_are_of_eight_kinds(check):
    problems = check("quarterly.xlsx").tally.examples
    assert Counter(problem.rule for problem in problems if problem.severity == "error") == {
        "recipient.email:format": 1, "recipient.email:required": 1, "recipient.mobileNumber:format": 1,
        "recipient.address.stateOrProvince:region": 1, "utid:format": 1, "amount:format": 1, "quantity:single": 1,
        "deliveryDate:too-soon": 1,
    }  # fmt: skip


def test_everybody_lives_at_example_com_and_has_a_number_kept_for_fiction():
    company = Company(1)
    rows = [company.row(method) for method in KINDS for _ in range(50)]
    emails = [str(row[header]) for row in rows for header in ("E-mail", "Shipping e-mail") if header in row]
    phones = ["".join(c for c in str(row["Mobile"]) if c.isdigit()) for row in rows if "Mobile" in row]
    assert all(email.endswith("@example.com") for email in emails)
    assert all(phone[-7:-2] == "55501" for phone in phones)


def test_making_the_samples_again_makes_the_same_ones(tmp_path):
    make_samples.main(tmp_path)
    others = {f"{method.lower()}.csv" for method in METHODS if method not in KINDS}  # written by hand
    assert contents(tmp_path) == {name: what for name, what in contents(SAMPLES).items() if name not in others}


def contents(folder: Path) -> dict[str, object]:
    """Every sample by name; workbooks by their parts, for not every zlib packs alike."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: parts(path) for name, path in found.items() if path.suffix in (".csv", ".toml", ".xlsx")}


def parts(path: Path) -> object:
    if not zipfile.is_zipfile(path):
        return path.read_bytes() if path.name != "damaged.xlsx" else path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return {info.filename: (info.date_time, archive.read(info)) for info in archive.infolist()}
