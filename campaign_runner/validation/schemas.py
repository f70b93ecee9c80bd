"""How does the rule book become pandera schemas?  One per delivery method, for the fields that the file has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

import orjson
from pandera.io.pandas_io import deserialize_schema

from campaign_runner.model import Field, Method, RuleBook
from campaign_runner.validation import checks as _registered
from campaign_runner.validation.rule_options import RuleOptions

assert _registered  # importing it registers the checks by name
METHOD = "deliveryMethod"
PLACED = "|"  # a column of this ending holds `US|02134`: country and value, for the rules that depend on both
_OFFSETS = {"days_ahead": 1, "days_ahead_at_most": 1, "expires_after": 1, "expires_within": 1}
_FRAME = {"schema_type": "dataframe", "checks": None, "index": None, "coerce": False, "strict": False}


@dataclass(frozen=True)
class RowSchema:
    """What one kind of row must look like: a method, perhaps with an address; `""` is a row of no known method."""

    name: str
    method: str
    required: frozenset[str]
    optional: frozenset[str]
    columns: Callable[[], dict[str, Any]]

    @property
    def takes(self) -> frozenset[str]:
        """The fields that such a row may have."""
        return self.required | self.optional

    @cached_property
    def schema(self) -> Any:
        """The pandera schema; built when the first such row is met, since most files have one or two methods."""
        return schema_of(self.columns())


def shape_of(
    book: RuleBook, method: Method, present: Collection[str], choices: RuleOptions, address: bool
) -> RowSchema:
    """The shape of `method`; with `address` (a utid of the settings) it needs the recipient's address besides."""
    required, optional = set(method.required), set(method.optional)
    if address:
        fields = {name for name in book.fields if name.startswith("recipient.address.")}
        required |= fields & set(book.methods["ADDRESS"].required)
        optional |= fields & set(book.methods["ADDRESS"].optional)

    def columns() -> dict[str, Any]:
        columns_of: dict[str, Any] = {}
        for field in (book.fields[name] for name in present if name != METHOD):
            if field.name in required | optional:
                columns_of |= _columns(
                    field, _checks(field, method.rules.get(field.name), choices), field.name in required
                )
            else:
                columns_of[field.name] = _column(field, {"absent": {"value": True, "options": _absent(field)}}, False)
        return columns_of

    name = f"{method.name} with address" if address else method.name
    return RowSchema(name, method.name, frozenset(required), frozenset(optional), columns)


def shape_of_none(book: RuleBook, present: Collection[str], choices: RuleOptions) -> RowSchema:
    """What can be said of a row whose delivery method is not known: the fields that every method requires."""
    required = frozenset(book.required_always)

    def columns() -> dict[str, Any]:
        columns_of: dict[str, Any] = {}
        for field in (book.fields[name] for name in present if name in required):
            columns_of |= _columns(field, _checks(field, None, choices), True)
        return columns_of

    return RowSchema("", "", required, frozenset(), columns)


def shape_of_default(field: Field, method: Method, choices: RuleOptions) -> Any:
    """The schema of one value of one field, without the rules that need its neighbours."""
    columns = _columns(field, _checks(field, method.rules.get(field.name), choices), True)
    return schema_of({name: column for name, column in columns.items() if not name.endswith(PLACED)})


def _checks(field: Field, rule: Mapping[str, Any] | None, choices: RuleOptions) -> dict[str, Any]:
    checks = deepcopy(dict((rule or field.schema)["checks"]))
    for choice, variants in (field.metadata.get("variants") or {}).items():
        checks |= deepcopy(variants.get(getattr(choices, choice), {}))
    for name, arguments in checks.items():
        if name in _OFFSETS:
            arguments["value"] = (choices.today + timedelta(days=arguments["value"])).isoformat()
    if "by_country" in checks:
        patterns = checks["by_country"]["patterns"]
        for country, regions in (field.metadata.get("regions") or {}).items():
            patterns.setdefault(country, "|".join(regions))
    return checks


def _columns(field: Field, checks: dict[str, Any], required: bool) -> dict[str, Any]:
    """The field's own column and, where its rules depend on the country, the column of both."""
    placed = {name: checks.pop(name) for name in [name for name in checks if name == "by_country"]}
    columns = {field.name: _column(field, checks, required)}
    return columns | ({field.name + PLACED: _column(field, placed, False)} if placed else {})


def _column(field: Field, checks: dict[str, Any], required: bool) -> dict[str, Any]:
    # `Validator` makes every column of text itself; to have pandera look again took a third of the time.
    return {**field.schema, "dtype": None, "checks": checks or None, "nullable": not required}


def _absent(field: Field) -> dict[str, Any]:
    return {**field.metadata["sentences"]["not-allowed"], "rule": "not-allowed"}


def schema_of(columns: dict[str, Any]) -> Any:
    """The pandera schema of columns in its own form."""
    return _built(orjson.dumps(columns))


# Building one takes longer than judging two hundred rows by it, and a worker meets the same ones file after file.
@lru_cache(maxsize=64)
def _built(columns: bytes) -> Any:
    build: Any = deserialize_schema
    return build({**_FRAME, "columns": orjson.loads(columns)})


def limit_of(check: Any) -> str:
    """The day in a calendar check, as sentences name it."""
    value = str(check.statistics.get("value", ""))
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return ""
