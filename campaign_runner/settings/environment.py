"""How is a setting read from the environment?  Lists and tables as TOML or as JSON, everything else as it is."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

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
