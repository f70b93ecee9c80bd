"""How is a wrong setting shown?  Where, what, and what would do."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from campaign_runner.model.words import did_you_mean, nearest, quoted


def sentence(where: str, problem: Mapping[str, Any], settings: type[BaseModel]) -> str:
    """One pydantic problem in plain words, with the nearest known key for an unknown one."""
    location = [str(part) for part in problem["loc"]]
    name = ".".join(location)
    if problem["type"] == "extra_forbidden":
        known = _known(settings, location[:-1])
        hint = did_you_mean(quoted(nearest(location[-1], known))) or f"Known here: {', '.join(known)}."
        return f'{where}: unknown setting "{name}". {hint}'
    if problem["type"] == "missing":
        hint = ' Add it, for example: [campaign] id = "2026-q4-recognition".' if name.startswith("campaign") else ""
        return f"{where}: the setting {name} is missing.{hint}"
    shown = _shown(problem["input"])
    why = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    return f"{where}: {name} = {shown} is not valid: {_rule(settings, location) or why}."


def _shown(value: object) -> str:
    """A value as in campaign.toml, cut where it is long."""
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= 60 else f"{text[:59]}…"
    return f'"{text}"' if isinstance(value, str) else text


def _rule(settings: type[BaseModel], location: list[str]) -> str:
    """What a value has to be, as the setting says it."""
    model = _model(settings, location[:-1])
    info = model.model_fields.get(location[-1]) if model else None
    extra = info.json_schema_extra if info else None
    return str(extra.get("rule") or "") if isinstance(extra, dict) else ""


def _known(settings: type[BaseModel], location: list[str]) -> list[str]:
    model = _model(settings, location)
    return list(model.model_fields) if model else []


def _model(settings: type[BaseModel], location: list[str]) -> Any:
    """The section at a place of the settings; None where there is none."""
    model: Any = settings
    for part in location:
        annotation = model.model_fields[part].annotation if part in getattr(model, "model_fields", {}) else None
        model = next((a for a in (annotation, *get_args(annotation)) if hasattr(a, "model_fields")), None)
    return model


EXAMPLES = '["Employee ID"], { USD = 50000 } or {"USD": 50000}'


class EnvironmentSource(EnvSettingsSource):
    """`CAMPAIGN_RUNNER__LIMITS__MAX_TOTAL`: `{ USD = 10 }` as in campaign.toml, or `{"USD": 10}`."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Raises ValueError in the user's words."""
        if not isinstance(value, str):
            return value
        for parse in (json.loads, _toml):
            try:
                return parse(value)
            except ValueError:
                continue
        raise ValueError(f"{value!r} is neither TOML nor JSON; write it like {EXAMPLES}")


def _toml(value: str) -> Any:
    if "\n" in value:
        raise ValueError("a value is one line")
    return tomllib.loads(f"value = {value}")["value"]
