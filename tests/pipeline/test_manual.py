"""The manual tells what the program knows: its pages are made of it, and its schema fits what is really written."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import orjson
import pytest
import yaml

from campaign_runner.app.check import check_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.entrypoints import cli
from campaign_runner.validation.book import shipped
from tests import pages
from tests.pipeline.people import ANA, BAD, BEN, FAILS

ROOT = Path(__file__).parents[2]
DOCS, GOLDEN = ROOT / "docs", ROOT / "tests" / "golden"


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_page_is_what_the_program_knows(name, golden):
    golden(f"../../docs/{name}", pages.PAGES[name]())


def test_the_page_of_commands_has_all_of_them():
    heads = re.findall("^## (.*)$", (DOCS / "commands.md").read_text("utf-8"), re.M)
    assert set(cli.COMMANDS) <= {head.partition(" ")[0] for head in heads}


def test_every_page_is_in_the_site():
    listed = set(re.findall(r"[\w-]+\.md", (ROOT / "mkdocs.yml").read_text("utf-8")))
    assert {path.name for path in DOCS.glob("*.md")} <= listed


def valid(summary: bytes) -> dict[str, object]:
    told: dict[str, object] = orjson.loads(summary)
    jsonschema.Draft202012Validator(orjson.loads((DOCS / "summary.schema.json").read_bytes())).validate(told)
    return told


def test_a_real_summary_fits_the_schema(office):
    checked = check_file(ReadOptions(office.file(ANA, BEN, BAD, FAILS)), office.runtime())
    assert valid(checked.reports["summary.json"].read_bytes())["problems"] == 1
    done = office.run(office.file(ANA, BEN, BAD, FAILS))
    assert valid(done.reports["summary.json"].read_bytes())["finished"]


@pytest.mark.parametrize("name", ["summary.json", "sample/summary.json"])
def test_the_summaries_of_the_golden_files_fit_the_schema(name):
    assert valid((GOLDEN / name).read_bytes())["rows"]


@pytest.mark.parametrize("path", sorted(shipped().glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_rule_book_fits_the_schema_for_editors(path):
    values = yaml.safe_load(path.read_text("utf-8"))
    wanted = jsonschema.Draft202012Validator(orjson.loads((DOCS / "rulebook.schema.json").read_bytes()))
    wanted.validate(values)
    assert not wanted.is_valid({**values, "titel": "E-mail"})


def test_the_schema_wants_every_name_in_its_order():
    shape = pages.schema()
    assert list(shape["properties"]) == shape["required"]
    assert list(orjson.loads((GOLDEN / "summary.json").read_bytes())) == shape["required"]


def test_a_summary_that_lacks_a_status_does_not_fit():
    told = orjson.loads((GOLDEN / "summary.json").read_bytes())
    del told["rows"]["held"]
    with pytest.raises(jsonschema.ValidationError, match="'held' is a required property"):
        valid(orjson.dumps(told))
