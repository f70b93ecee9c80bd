"""Words that an older version of the program used do not come back: in what people read, and in names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "campaign_runner").rglob("*.py"))
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "deploy").rglob("*.md")), *ROOT.glob("*.md"),
         *sorted((ROOT / "campaign_runner").rglob("*.html")), *sorted((ROOT / "schemas").glob("*.yaml"))]  # fmt: skip
# What was decided, changed or measured stays as it was written then.
HISTORY = {"decisions.md", "CHANGELOG.md", "reliability.md"}
OLD = re.compile(
    r"\b(whoever|so many|so much|anew|be had|(came|comes) to|mend(s|ed|ing)?|hand(s|ed|ing)? in|at work|one's own"
    r"|sa(ys|id) yes|does as well|for ever|let go|at the most)\b",
    re.I,
)
NAMES = {"told", "said", "some", "found", "got", "thing", "stuff"}
# The stand-in has its catalogue, planning its plan; a place is a kind of field as well.
SHARED = {"catalogue", "plan", "place"}
RECORDED = {"campaign bound anew"}  # the name of an event in ledgers that exist


def texts(module: Path) -> Iterator[str]:
    """The texts of a module that are sentences, docstrings aside."""
    tree = ast.parse(module.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and " " in text and text not in docstrings | RECORDED:
            yield text
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_command"):
            yield ast.get_docstring(node) or ""


def test_what_the_program_says_is_plain_present_day_english():
    old = {f"{module.relative_to(ROOT)}: {text}" for module in MODULES for text in texts(module) if OLD.search(text)}
    assert old == set()


def test_what_the_pages_say_is_plain_present_day_english():
    lines = [
        (page, line) for page in PAGES if page.name not in HISTORY for line in page.read_text("utf-8").splitlines()
    ]
    assert [f"{page.relative_to(ROOT)}: {line}" for page, line in lines if OLD.search(line)] == []


def test_a_variable_is_named_for_what_it_holds():
    names = {
        f"{module.relative_to(ROOT)}:{line} {name}"
        for module in MODULES
        for function in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for line, name in variables(function)
        if name in NAMES
    }
    assert names == set()


def test_a_class_name_occurs_once():
    classes = Counter(
        node.name
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in classes.items() if times > 1] == []


def test_a_module_name_occurs_once():
    """But for a verb: its command, what it does, and its tables in the ledger have one name."""
    places: dict[str, set[str]] = {}
    for module in MODULES:
        places.setdefault(module.stem, set()).add(module.relative_to(ROOT / "campaign_runner").parts[0])
    twice = Counter(module.stem for module in MODULES)
    private = {
        name for name, times in twice.items() if times > 1 and not places[name] <= {"entrypoints", "app", "ledger"}
    }
    assert private - {"__init__", *SHARED} == set()


def variables(function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """The names of a function: what it is given, and what it assigns."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
