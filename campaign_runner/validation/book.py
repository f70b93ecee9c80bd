"""What are the rules?  Reads `schemas/` (columns.yaml and one file per delivery method) into a RuleBook.

A mistake in a file is a SettingsError that names file and key, so that a company can keep a book of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from campaign_runner.model import Field, Method, RuleBook
from campaign_runner.model.errors import SettingsError
from campaign_runner.model.words import fold
from campaign_runner.validation.grammar import (
    BOOK_KEYS,
    FIELD_KEYS,
    KINDS,
    METADATA_KEYS,
    METHOD_KEYS,
    SENTENCES,
    checks_of,
    choices_of,
    known_keys,
    known_words,
    near,
    text_of,
)

COLUMNS = "columns.yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_book(folder: Path | None = None) -> RuleBook:
    """Read the rule book in `folder` (None: the shipped one); raises SettingsError naming file and key."""
    folder = folder or shipped()
    texts = {path.name: _text(path) for path in sorted(folder.glob("*.yaml"))}
    if COLUMNS not in texts:
        raise SettingsError(f"{folder}: there is no {COLUMNS}. Name a folder that holds a whole rule book.")
    raw = {name: _parsed(folder / name, text) for name, text in texts.items()}
    columns = raw.pop(COLUMNS)
    if not raw:
        raise SettingsError(f"{folder}: there is no delivery method. Add a file such as EMAIL.yaml.")
    methods = [_method(folder / name, values, columns) for name, values in raw.items()]
    sentences = _sentences(folder / COLUMNS, columns)
    fields = [
        _field(folder / COLUMNS, name, values, methods, sentences) for name, values in columns["fields"].items()
    ]
    _distinct_spellings(folder / COLUMNS, fields)
    digest = hashlib.sha256("".join(f"{n}\0{t}\0" for n, t in texts.items()).encode()).hexdigest()
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


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        values = yaml.load(text, _LOADER)  # noqa: S506 - a safe loader in either case
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: this is not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: expected keys and values. Compare it with the shipped {path.name}.")
    if path.name == COLUMNS:
        known_keys(path, "", values, BOOK_KEYS)
        if not isinstance(values.get("fields"), dict) or not values["fields"]:
            raise SettingsError(f"{path}: fields: there are none. Compare it with the shipped {COLUMNS}.")
    return values


def _method(path: Path, values: dict[str, Any], columns: Mapping[str, Any]) -> Method:
    known_keys(path, "", values, METHOD_KEYS)
    name = text_of(path, "method", values.get("method"))
    if name != path.stem:
        raise SettingsError(f'{path}: method: "{name}" must be the file\'s own name, {path.stem}.')
    fields = columns["fields"]
    required, optional = (_names(path, key, values.get(key, []), fields) for key in ("required", "optional"))
    if both := set(required) & set(optional):
        raise SettingsError(f"{path}: {sorted(both)[0]} is both required and optional. Name it once.")
    _names(path, "rules", values.get("rules", {}), fields)
    _names(path, "example", values.get("example", {}), fields)
    if missing := [field for field in required if field not in values.get("example", {})]:
        raise SettingsError(f"{path}: example: the required field {missing[0]} is missing.")
    rules = {field: _overruled(path, field, rule, fields[field]) for field, rule in values.get("rules", {}).items()}
    return Method(
        name=name, title=text_of(path, "title", values.get("title")),
        description=text_of(path, "description", values.get("description")),
        source=text_of(path, "source", values.get("source")), required=required, optional=optional, rules=rules,
        example={field: str(value) for field, value in values.get("example", {}).items()},
        spellings=tuple(str(spelling) for spelling in values.get("spellings", [])),
    )  # fmt: skip


def _overruled(path: Path, name: str, rule: Any, field: Mapping[str, Any]) -> dict[str, Any]:
    """The checks of a field for one method: the field's own, some replaced, added or (null) dropped."""
    known_keys(path, f"rules.{name}", rule, {"checks"})
    merged = {**(field.get("checks") or {}), **(rule.get("checks") or {})}
    checks = {check: arguments for check, arguments in merged.items() if arguments is not None}
    return {"checks": checks_of(path, f"rules.{name}", checks, field.get("metadata") or {})}


def _field(path: Path, name: str, values: Any, methods: list[Method], sentences: Mapping[str, Any]) -> Field:
    where = f"fields.{name}"
    known_keys(path, where, values, FIELD_KEYS)
    metadata = dict(values.get("metadata") or {})
    known_keys(path, f"{where}.metadata", metadata, METADATA_KEYS)
    if name == "deliveryMethod":
        metadata["choices"] = {method.name: [method.title, *method.spellings] for method in methods}
    kind = metadata.get("kind", "text")
    if kind not in KINDS:
        raise SettingsError(f'{path}: {where}.metadata.kind: "{kind}" is unknown.{near(kind, KINDS)}')
    choices = choices_of(path, f"{where}.metadata.choices", metadata.get("choices") or {})
    for choice, values_of in (metadata.get("variants") or {}).items():
        for value, checks in values_of.items():
            checks_of(path, f"{where}.metadata.variants.{choice}.{value}", checks, metadata)
    schema: dict[str, Any] = {
        "title": text_of(path, f"{where}.title", values.get("title")),
        "description": text_of(path, f"{where}.description", values.get("description")),
        "dtype": "str", "nullable": True, "unique": False, "coerce": False, "required": False, "regex": False,
        "checks": checks_of(path, where, values.get("checks") or {}, metadata),
    }  # fmt: skip
    return Field(
        name=name, title=schema["title"], description=schema["description"],
        example=text_of(path, f"{where}.metadata.example", metadata.get("example")),
        source=text_of(path, f"{where}.metadata.source", metadata.get("source")),
        spellings=tuple(dict.fromkeys([name, schema["title"], *metadata.get("spellings", [])])),
        choices=tuple(choices), schema=schema, 
        metadata={**metadata, "kind": kind, "sentences": {**sentences, **metadata.get("sentences", {})}},
    )  # fmt: skip


def _distinct_spellings(path: Path, fields: Iterable[Field]) -> None:
    owner: dict[str, str] = {}
    for field in fields:
        for spelling in field.spellings:
            if owner.setdefault(fold(spelling), field.name) != field.name:
                other = owner[fold(spelling)]
                raise SettingsError(f'{path}: the header "{spelling}" stands for both {other} and {field.name}.')


def _sentences(path: Path, columns: Mapping[str, Any]) -> dict[str, Any]:
    sentences: Any = columns.get("sentences")
    known_keys(path, "sentences", sentences, SENTENCES)
    for name in SENTENCES:
        sentence = sentences.get(name) or {}
        for key in ("error", "remedy"):
            known_words(path, f"sentences.{name}", text_of(path, f"sentences.{name}.{key}", sentence.get(key)))
    return dict(sentences)


def _names(path: Path, key: str, names: Any, fields: Mapping[str, Any]) -> tuple[str, ...]:
    if not isinstance(names, (list, dict)):
        raise SettingsError(f"{path}: {key}: expected a list of fields, in [brackets].")
    for name in names:
        if name not in fields:
            raise SettingsError(f'{path}: {key}: there is no field "{name}" in {COLUMNS}.{near(name, fields)}')
    return tuple(names)
