"""How are the pages of the manual made that tell what the program itself knows?  `make golden` writes them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any, get_args

import orjson
from pydantic import TypeAdapter
from typer.main import get_command

from campaign_runner.app.metrics import INFO, PREFIX
from campaign_runner.app.process.metrics_file import RUN_METRICS
from campaign_runner.entrypoints import cli
from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.ledger.counters import METRICS
from campaign_runner.model.errors import MEANING
from campaign_runner.reporting.summary_shape import Summary
from campaign_runner.settings import commented_toml
from campaign_runner.validation import load_book
from campaign_runner.validation.grammar import Columns, MethodFile

MADE = "`make golden` writes this page, and a test compares it with the program."
EVERYWHERE = [option.name for option in fields(Call)]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The JSON Schema of `summary.json`, without the titles that repeat the names."""
    return {"$schema": DIALECT, "title": "summary.json", **_untitled(TypeAdapter(Summary).json_schema())}


def rule_book_schema() -> dict[str, Any]:
    """The JSON Schema of either kind of file of a rule book."""
    return {
        "$schema": DIALECT,
        "title": "A file of a rule book",
        **_untitled(TypeAdapter(Columns | MethodFile).json_schema()),
    }


def _text(schema: dict[str, Any]) -> str:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n"


def summary_page() -> str:
    shape = schema()
    lines = ["# summary.json", "", MADE, "", f"{shape['description']} Its names are a promise; more may be added.",
             "The same as a JSON Schema: [summary.schema.json](summary.schema.json).", ""]  # fmt: skip
    lines += _fields(shape)
    for name, part in shape["$defs"].items():
        lines += ["", f"## {name}", "", part.get("description", "A line that changed after it had been final."), ""]
        lines += _fields(part)
    return "\n".join(lines) + "\n"


def _key_rows(rows: Sequence[tuple[str, str]]) -> str:
    """The rows of a table of two columns, the first as code."""
    return "\n".join(f"| `{name}` | {what} |" for name, what in rows)


def commands_table() -> str:
    """The README's: each command with its arguments, and the first paragraph of its help."""
    rows = []
    for path, command in _commands(get_command(cli.program())):
        arguments = [one for one in command.params if one.param_type_name == "argument" and one.metavar]
        shown = " ".join([path, *(one.metavar if one.required else f"[{one.metavar}]" for one in arguments)])
        rows.append((shown.replace("|", "\\|"), " ".join((command.help or "").partition("\n\n")[0].split())))
    return _key_rows(rows)


def exit_codes_table() -> str:
    """The README's."""
    return "\n".join(f"| {int(code)} | {what} |" for code, what in MEANING.items())


def methods_table() -> str:
    """The README's: each delivery method, as the rule book describes it."""
    return _key_rows([(name, method.description) for name, method in load_book().methods.items()])


def settings_page() -> str:
    rows = [(f"`{name}`", f"`{default}`" if default else "", what) for name, default, what in commented_toml.table()]
    lines = ["# Settings", "", MADE, "", "What `campaign.toml` can contain. An unknown key is an error.",
             "Each setting can also come from the environment: `CAMPAIGN_RUNNER__SECTION__KEY`.", "",
             *_table(("Setting", "Default", "Meaning"), rows), "", "## An example of every setting", "",
             "```toml", commented_toml.every_setting().rstrip("\n"), "```", "", "## Proxy and certificates", "",
             "`HTTPS_PROXY` (and `NO_PROXY`) names your company's proxy, `SSL_CERT_FILE` (or `SSL_CERT_DIR`) the",
             "certificates to trust instead of the built-in ones; workers and servers read them when they start.",
             "Certificates are always checked. Servers on this machine are always called directly."]  # fmt: skip
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    every = ", ".join(f"`--{name.removeprefix('as_').replace('_', '-')}`" for name in EVERYWHERE)
    lines = ["# Commands", "", MADE, ""]
    lines += [f"Every command takes {every} and `--help`; what a command has no use for changes nothing.", ""]
    lines += _table(("Exit code", "Meaning"), [(str(int(code)), what) for code, what in MEANING.items()])
    for path, command in _commands(get_command(cli.program())):
        lines += ["", f"## {path}", "", *_help(command.help or ""), "", *_parameters(command)]
    return "\n".join(lines).rstrip("\n") + "\n"


def metrics_page() -> str:
    lines = ["# Metrics", "", MADE, "", "What `/metrics` and `--metrics-file` say; the last four are in the file alone.",
             "Every figure is asked of the ledger at that moment; none names a person. See [operations](operations.md).",
             ""]  # fmt: skip
    rows = [(f"`{PREFIX}{each.name}`", each.kind, each.help) for each in (INFO, *METRICS, *RUN_METRICS)]
    return "\n".join([*lines, *_table(("Metric", "Kind", "Meaning"), rows)]) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page, "metrics.md": metrics_page, "settings.md": settings_page, "summary.md": summary_page,
    "summary.schema.json": lambda: _text(schema()), "rulebook.schema.json": lambda: _text(rule_book_schema()),
}  # fmt: skip


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _help(text: str) -> list[str]:
    what, _, example = text.partition("Example: ")
    return [*what.rstrip().splitlines(), "", "```sh", *example.rstrip().splitlines(), "```"]


def _parameters(command: Any) -> list[str]:
    """The arguments and options that not every command has."""
    rows = []
    for one in command.params:
        if one.name in EVERYWHERE or one.name == "help":
            continue
        choices = "".join(f" {', '.join(f'`{each}`' for each in kind)}." for kind in _choices(command, one.name))
        name = one.opts[0] if one.opts[0].startswith("-") else (one.metavar or one.name or "").upper()
        shown = "" if one.default in (None, "", False, ()) or callable(one.default) else str(one.default)
        rows.append((f"`{name}`", (getattr(one, "help", "") or "") + choices, f"`{shown}`" if shown else ""))
    return _table(("Argument", "Meaning", "Default"), rows) if rows else ["No arguments of its own."]


def _choices(command: Any, name: str) -> list[type[Enum]]:
    """The words that an argument may be, where it is a choice."""
    annotated = inspect.signature(command.callback).parameters[name].annotation
    kinds = [each for kind in get_args(annotated) for each in (kind, *get_args(kind))]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum)]


def _fields(shape: dict[str, Any]) -> list[str]:
    rows = [(f"`{name}`", _kind(one), one.get("description", "")) for name, one in shape["properties"].items()]
    return _table(("Name", "Kind", "Meaning"), rows)


def _kind(one: dict[str, Any]) -> str:
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in one:
        return " or ".join(map(_kind, one["anyOf"]))
    if one["type"] == "array":
        return f"list of {_kind(one['items'])}"
    if "additionalProperties" in one:
        return f"name to {_kind(one['additionalProperties'])}"
    return {"string": "amount as text" if "pattern" in one else "text"}.get(one["type"], str(one["type"]))


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in row] for row in rows]
    return ["| " + " | ".join(row) + " |" for row in (list(head), ["---"] * len(head), *cells)]


def _untitled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untitled(each) for key, each in value.items() if key != "title" or not isinstance(each, str)}
    return [_untitled(each) for each in value] if isinstance(value, list) else value
