"""Forgetting is impossible: whatever exists is documented, has a sample, and has a template."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from campaign_runner import settings, validation
from campaign_runner.app.template import write_empty_template
from campaign_runner.entrypoints.cli import program
from campaign_runner.model.errors import ExitCode
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.reporting import registry
from campaign_runner.settings import commented_toml
from tests import pages

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
GROUPS = [group.typer_instance for group in program().registered_groups if group.typer_instance]
COMMANDS = {f"{before}{command.name or command.callback.__name__}": command.callback.__doc__ or ""
            for before, group in [("", program()), *((f"{group.info.name} ", group) for group in GROUPS)]
            for command in group.registered_commands if command.callback}  # fmt: skip
METHODS = sorted(validation.load_book().methods)
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "deploy").rglob("*.md")]
SOURCES = ("campaign_runner", "tests", "schemas", "samples", "bench", "docs", "deploy")
NAMED_FILE = re.compile(
    rf"`((?:[a-z_]\w*/)*[a-z_]\w*\.py|(?:{'|'.join(SOURCES)})/[\w./-]+\.(?:md|ya?ml|toml|json|csv|xlsx|sh|service|timer))[`:]"
)


@pytest.fixture
def fresh(request):
    """`fresh(r"(before).*?(behind)", made)`: the README has between the two what is made; `make golden` writes it."""

    def compare(pattern: str, made: str) -> None:
        before = (ROOT / "README.md").read_text("utf-8")
        now = re.sub(pattern, lambda found: f"{found[1]}{made}{found[2]}", before, count=1, flags=re.S)
        if request.config.getoption("--golden"):
            (ROOT / "README.md").write_text(now, "utf-8")
        else:
            assert now == before

    return compare


def section(heading: str) -> str:
    """The README's text under a heading."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table(heading: str) -> list[str]:
    """The first cells of the rows of a section's table, without their backquotes."""
    return [cell.strip(" `") for cell in re.findall(r"^\|([^|\n]+)\|", section(heading), re.M)][2:]


def settings_of(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every setting as `section.key`."""
    keys = []
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys += settings_of(inner, f"{prefix}{name}.")
        else:
            keys.append(f"{prefix}{name}")
    return keys


def test_every_command_is_in_the_readme_and_no_other():
    named = {"".join(re.findall(r"^[a-z ]+", cell)).strip() for cell in table("Commands")}
    assert named == set(COMMANDS)


def test_the_tables_of_the_readme_are_made_of_what_the_program_knows(fresh):
    fresh(r"(\| Command \| What it does \|\n\|---\|---\|\n).*?(\n\n)", pages.commands_table())
    fresh(r"(\| Code \| Meaning \|\n\|---\|---\|\n).*?(\n\n)", pages.exit_codes_table())
    fresh(r"(\| Method \| What happens \|\n\|---\|---\|\n).*?(\n\n)", pages.methods_table())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command):
    assert f"Example: campaign-runner {command}" in COMMANDS[command]


def test_every_exit_code_is_in_the_readme_and_no_other():
    assert [int(cell) for cell in table("Exit codes")] == [int(code) for code in ExitCode]


def test_every_status_of_a_row_is_in_the_readme():
    assert [status for status in RowStatus if f"`{status}`" not in section("Reports")] == []


def test_the_table_of_reports_in_the_readme_is_made_of_the_registry(fresh):
    fresh(r"(\| File \| For \| Contents \|\n\|---\|---\|---\|\n).*?(\n\n)", reports_table())


def reports_table() -> str:
    """One row for all reports of the same contents."""
    rows: dict[tuple[str, str], list[str]] = {}
    for report in registry.REPORTS:
        rows.setdefault((report.audience, report.contents), []).append(f"`{report.name}`")
    return "\n".join(f"| {', '.join(names)} | {audience} | {what} |" for (audience, what), names in rows.items())


@pytest.mark.parametrize("method", METHODS)
def test_every_delivery_method_has_a_schema_a_sample_and_a_line_in_the_readme(method):
    assert (ROOT / "schemas" / f"{method}.yaml").exists()
    assert (ROOT / "samples" / f"{method.lower()}.csv").exists()
    assert method in table("The spreadsheet")


@pytest.mark.parametrize("method", METHODS)
def test_every_delivery_method_has_a_template_with_an_example_row(method, tmp_path):
    write_empty_template(tmp_path / "empty.csv", methods=[method])
    with (tmp_path / "empty.csv").open(encoding="utf-8-sig", newline="") as file:
        (example,) = csv.DictReader(file)
    assert example["Delivery method"] == method


@pytest.mark.parametrize("name", settings_of(settings.Settings))
def test_every_setting_says_what_it_is(name):
    assert name in {place.strip("[]") for place, _, what in commented_toml.table() if what} or name.startswith(
        "campaign.sender"
    )


@pytest.mark.parametrize("text", [
    section("Settings").partition("```toml\n")[2].partition("```")[0], commented_toml.every_setting(),
    commented_toml.campaign_toml("2026-q4-recognition", "Q4")], ids=["readme", "every setting", "init"])  # fmt: skip
def test_the_settings_that_are_shown_can_be_used(text, tmp_path):
    (tmp_path / "campaign.toml").write_text(text, "utf-8")
    assert settings.load(tmp_path / "campaign.toml").campaign.id == "2026-q4-recognition"


@pytest.mark.parametrize("name", settings.Settings.model_fields)
def test_init_mentions_every_section_of_the_settings(name):
    assert (f"[{name}]" in commented_toml.campaign_toml("q4", "Q4")) is (name != commented_toml.WORKSPACE_ONLY)


def test_what_init_leaves_out_as_a_comment_can_be_used_too(tmp_path):
    """Without the `# ` in front, every commented setting is one that exists."""
    path = tmp_path / "campaign.toml"
    path.write_text(re.sub(r'^# (?=\[|[\w"]+ = )', "", commented_toml.campaign_toml("q4", "Q4"), flags=re.M), "utf-8")
    assert settings.load(path).limits.max_rows == 5000


def test_every_header_of_a_statement_is_documented():
    from campaign_runner.reporting.finance import statement_file

    page = re.sub(r"[^a-z0-9`]", "", (ROOT / "docs" / "finance.md").read_text("utf-8").casefold())
    names = [*(name for names in statement_file.KEYS.values() for name in names), *statement_file._AMOUNTS]
    names += [*statement_file._CURRENCIES, *statement_file._STATUSES, *statement_file._DAYS]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_no_test_imports_another_test():
    """What several tests need lies in a module of its own, so that each can be run, read and moved alone."""
    found = [str(path) for path in (ROOT / "tests").rglob("*.py")
             if re.search(r"^from (tests\.[\w.]*)?\.?test_\w+ import", path.read_text("utf-8"), re.M)]  # fmt: skip
    assert found == []


def test_every_file_that_a_page_names_is_there():
    """A file may be named from the package on, or from any folder below it."""
    files = [
        path.relative_to(ROOT).as_posix() for top in SOURCES for path in (ROOT / top).rglob("*") if path.is_file()
    ]
    named = {(page.name, name) for page in PAGES for name in re.findall(NAMED_FILE, page.read_text("utf-8"))}
    assert [
        (page, name) for page, name in sorted(named) if not any(f"/{file}".endswith(f"/{name}") for file in files)
    ] == []


def test_every_name_that_a_page_gives_to_a_file_is_in_it():
    """As in "`ROUTES` of `entrypoints/web/routes.py`"."""
    pairs = {
        pair for page in PAGES for pair in re.findall(r"`(\w+)` (?:of|in) `([\w/]+\.py)`", page.read_text("utf-8"))
    }
    assert {pair for pair in pairs if pair[0] not in (ROOT / "campaign_runner" / pair[1]).read_text("utf-8")} == set()
    assert ("ROUTES", "entrypoints/web/routes.py") in pairs


def test_every_make_target_that_a_page_names_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)(?:`| [A-Z])", page.read_text("utf-8"))}
    assert named - targets == set()
    assert {"check", "golden"} <= named
