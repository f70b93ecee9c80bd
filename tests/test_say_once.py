"""What is decided in one place is decided there alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from campaign_runner import validation
from campaign_runner.entrypoints.web.languages import languages
from campaign_runner.model.status_texts import STATUS_TEXTS

PACKAGE = Path(validation.__file__).parents[1]
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
METHODS = "|".join(validation.load_book().methods)


@pytest.mark.parametrize(
    ("what", "place"),
    [
        (r"get_close_matches", "model/words.py"),
        (r"Did you mean", "model/words.py"),
        (r"\.isalnum\(\)\)", "model/words.py"),  # the folding of headers and choices
        (r"divmod\(.*26\)|xl_col_to_name", "model/spreadsheet.py"),
        (r'"localhost"', "model/loopback.py"),
    ],
)
def test_one_place_each(what, place):
    """The stand-in of Tango aside, which imports nothing of ours."""
    ours = {name: text for name, text in SOURCES.items() if not name.startswith("simulator/")}
    assert [name for name, text in ours.items() if re.search(what, text)] == [place]


def test_the_list_of_methods_is_that_of_the_rule_book():
    """Besides: which of them POST /orders carries, and the stand-in of Tango, which knows nothing of ours."""
    lists = [name for name, text in SOURCES.items()
             if re.search(rf'("({METHODS})",?\s*){{5}}', text) and not name.startswith("simulator/")]  # fmt: skip
    assert lists == ["planning/single.py"]


def test_a_status_has_one_label_in_each_language():
    """Pages translate by the catalogue, messages by the table: both say the same."""
    german = languages()["de"]
    labels = {text.label: text.label_de for text in STATUS_TEXTS.values()}
    assert {label: german.text(label) for label in labels} == labels


def test_no_table_names_a_key_twice():
    """The second entry would hide the first one without a word."""
    twice = []
    for name, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            keys = [ast.unparse(key) for key in node.keys if key] if isinstance(node, ast.Dict) else []
            twice += [f"{name}: {key}" for key in set(keys) if keys.count(key) > 1]
    assert twice == []
