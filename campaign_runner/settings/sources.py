"""Where does each setting come from?  The environment, the file, the operator's policy, or its default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from campaign_runner.settings import EnvironmentSource, Settings, commented_toml, policy, read_file

# Addresses that are as good as a password.
SECRET = frozenset({"notify.ping_url"})


class ShownSetting(NamedTuple):
    """One setting, as people are shown it; nothing secret is in `value`."""

    name: str
    value: str
    source: str
    what: str


def shown_settings(settings: Settings, path: Path | None) -> Iterator[ShownSetting]:
    """Every setting in force, but for the campaign's own."""
    environment, file = EnvironmentSource(Settings)(), read_file(path) if path else {}
    rules = policy.load()
    for place, _, what in commented_toml.table():
        name = place.strip("[]")
        value = _at(settings, name)
        if name.startswith("campaign.") or isinstance(value, BaseModel):
            continue
        source = "environment" if _has(environment, name) else str(path) if _has(file, name) else "default"
        if rules and _at(rules, name) not in (None, "", (), {}):
            source = f"policy {policy.place()}"
        yield ShownSetting(name, "set" if name in SECRET and value else _text(value), source, what)


def _at(values: Any, name: str) -> Any:
    for part in name.split("."):
        values = getattr(values, part, None)
    return values


def _has(values: Mapping[str, Any], name: str) -> bool:
    here: Any = values
    for part in name.split("."):
        if not isinstance(here, Mapping) or part not in here:
            return False
        here = here[part]
    return True


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_text(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    plain = (
        {True: "yes", False: "no", None: ""}.get(value, str(value)) if isinstance(value, bool | None) else str(value)
    )
    return re.sub(r"(://[^:@/]*):[^@/]*@", r"\1:…@", plain)
