"""What are the rules?  Reads `schemas/` (columns.yaml and one file per delivery method) into a RuleBook.

A mistake in a file is a SettingsError that names file and key, so that a company can keep a book of its own. The shipped
book is not looked at for mistakes: a test does that, and every command starts a tenth of a second sooner.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from campaign_runner.model import Field, Method, RuleBook
from campaign_runner.model.errors import SettingsError
from campaign_runner.model.words import fold, near

COLUMNS = "columns.yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_book(folder: Path | None = None) -> RuleBook:
    """Read the rule book in `folder` (None: the shipped one); raises SettingsError naming file and key."""
    own, folder = folder is not None, folder or shipped()
    texts = {path.name: _text(path) for path in sorted(folder.glob("*.yaml"))}
    if COLUMNS not in texts:
        raise SettingsError(f"{folder}: there is no {COLUMNS}. Name a folder that holds a whole rule book.")
    return _book(folder, own, tuple(texts.items()))


@lru_cache(maxsize=2)  # a worker checks many files by one book
def _book(folder: Path, own: bool, texts: tuple[tuple[str, str], ...]) -> RuleBook:
    raw = {name: _parsed(folder / name, text, own=own) for name, text in texts}
    columns = raw.pop(COLUMNS)
    if not raw:
        raise SettingsError(f"{folder}: there is no delivery method. Add a file such as EMAIL.yaml.")
    methods = [_method(folder / name, values, columns["fields"]) for name, values in raw.items()]
    if of_method := columns["fields"].get("deliveryMethod"):
        choices = {method.name: [method.title, *method.spellings] for method in methods}
        of_method["metadata"] = {**of_method["metadata"], "choices": choices}
    fields = [_field(name, values, columns["sentences"]) for name, values in columns["fields"].items()]
    _distinct_spellings(folder / COLUMNS, fields)
    digest = hashlib.sha256("".join(f"{n}\0{t}\0" for n, t in texts).encode()).hexdigest()
    return RuleBook({f.name: f for f in fields}, {m.name: m for m in methods}, digest)


def shipped() -> Path:
    """The folder of the rule book that came with the program: in the wheel, else beside the package."""
    package = Path(__file__).parents[1]
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}). Correct the file, or name another folder.") from None


def _parsed(path: Path, text: str, *, own: bool) -> dict[str, Any]:
    try:
        values: dict[str, Any] = yaml.load(text, _LOADER)  # noqa: S506 - a safe loader in either case
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: this is not valid YAML: {' '.join(str(error).split())}.") from None
    if own and (why := _mistake(path, values)):
        raise SettingsError(f"{path}: {why}")
    return values


def _mistake(path: Path, values: Any) -> str:
    from campaign_runner.validation import grammar  # builds models of all checks

    return grammar.mistake(grammar.Columns if path.name == COLUMNS else grammar.MethodFile, values)


def _method(path: Path, values: Mapping[str, Any], fields: Mapping[str, Any]) -> Method:
    if (name := values["method"]) != path.stem:
        raise SettingsError(f'{path}: method: "{name}" must be the file\'s own name, {path.stem}.')
    required, optional, rules, example = (
        _known(path, key, values.get(key, {}), fields) for key in ("required", "optional", "rules", "example")
    )
    if both := set(required) & set(optional):
        raise SettingsError(f"{path}: {sorted(both)[0]} is both required and optional. Name it once.")
    if missing := [field for field in required if field not in example]:
        raise SettingsError(f"{path}: example: the required field {missing[0]} is missing.")
    return Method(
        name=name, title=_line(values["title"]), description=_line(values["description"]),
        source=_line(values["source"]), required=tuple(required), optional=tuple(optional),
        rules={field: {"checks": _checks(fields[field], rule.get("checks", {}))} for field, rule in rules.items()},
        example={field: str(value) for field, value in example.items()},
        spellings=tuple(values.get("spellings", [])),
    )  # fmt: skip


def _checks(field: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The checks of a field in the order of the files: its own, for one method some replaced, added or (null) dropped;
    `isin` is filled in from the choices."""
    checks = {name: dict(check) for name, check in {**field.get("checks", {}), **others}.items() if check is not None}
    if "isin" in checks:
        checks["isin"].setdefault("allowed_values", list(field["metadata"].get("choices", {})))
    return checks


def _field(name: str, values: Mapping[str, Any], sentences: Mapping[str, Any]) -> Field:
    metadata = values["metadata"]
    schema: dict[str, Any] = {
        "title": _line(values["title"]), "description": _line(values["description"]),
        "dtype": "str", "nullable": True, "unique": False, "coerce": False, "required": False, "regex": False,
        "checks": _checks(values, {}),
    }  # fmt: skip
    return Field(
        name=name, title=schema["title"], description=schema["description"], example=_line(metadata["example"]),
        source=_line(metadata["source"]),
        spellings=tuple(dict.fromkeys([name, schema["title"], *metadata.get("spellings", [])])),
        choices=tuple(metadata.get("choices", {})), schema=schema,
        metadata={"kind": "text", **metadata, "sentences": {**sentences, **metadata.get("sentences", {})}},
    )  # fmt: skip


def _distinct_spellings(path: Path, fields: Iterable[Field]) -> None:
    owner: dict[str, str] = {}
    for field in fields:
        for spelling in field.spellings:
            if owner.setdefault(fold(spelling), field.name) != field.name:
                other = owner[fold(spelling)]
                raise SettingsError(f'{path}: the header "{spelling}" stands for both {other} and {field.name}.')


def _known(path: Path, key: str, names: Any, fields: Mapping[str, Any]) -> Any:
    for name in names:
        if name not in fields:
            raise SettingsError(f'{path}: {key}: there is no field "{name}" in {COLUMNS}.{near(name, fields)}')
    return names


def _line(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())
