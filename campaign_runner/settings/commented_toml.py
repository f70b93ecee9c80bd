"""How do people read the settings?  As a commented campaign.toml, and as a table: both are made of the sections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from campaign_runner.settings import Settings

WORKSPACE_ONLY = "server"  # what no campaign says
WIDTH = 33  # where comments begin
_END = """
# Every setting can also come from the environment: CAMPAIGN_RUNNER__TANGO__ENVIRONMENT=sandbox
# Credentials come from the environment only: TANGO_PLATFORM_NAME and TANGO_PLATFORM_KEY, or, for OAuth, TANGO_CLIENT_ID,
# TANGO_CLIENT_SECRET, TANGO_USERNAME and TANGO_PASSWORD; NAME_FILE reads any of them from a file.
"""


def campaign_toml(campaign_id: str, name: str, key: Sequence[str] = ()) -> str:
    """A campaign.toml to begin with: what everybody sets, and the rest behind a #; `key` names a row."""
    chosen: dict[str, Any] = {"campaign.id": campaign_id, "campaign.name": name, "campaign.purchase_order": ""}
    chosen |= {"identity.key": list(key)} if key else {}
    head = "# Settings of campaign-runner. Lines that begin with # show what else can be set.\n"
    return head + "".join(_tables(chosen, commented=True)) + _END


def every_setting() -> str:
    """All settings with an example of each, as the README shows them."""
    return "".join(_tables({}, commented=False)).lstrip("\n")


def table() -> Iterator[tuple[str, str, str]]:
    """Every setting: its name, its default, what it is."""
    for section, info in Settings.model_fields.items():
        fields = _fields(info)
        if not fields:
            yield f"[{section}]", "", info.description or ""
        for name, field in fields.items():
            default = "" if field.default is PydanticUndefined else _value(_plain(field.default))
            yield f"{section}.{name}", default, field.description or ""
            for inner, each in _fields(field).items():
                yield f"{section}.{name}.{inner}", _value(_plain(each.default)), each.description or ""


def _tables(chosen: Mapping[str, Any], *, commented: bool) -> Iterator[str]:
    for section, info in Settings.model_fields.items():
        if commented and section == WORKSPACE_ONLY:
            continue
        fields = _fields(info)
        begins = not commented or any(_extra(f)["begin"] or f"{section}.{n}" in chosen for n, f in fields.items())
        mark = "" if begins else "# "
        what = info.description if not fields else (info.annotation.__doc__ or "").partition("\n")[0]
        yield f"\n{_line(f'{mark}[{section}]', what or '')}\n"
        for name, field in fields.items():
            place, extra = f"{section}.{name}", _extra(field)
            shown = extra["example"] if extra["example"] is not None else _plain(field.default)
            hidden = commented and not (extra["begin"] or place in chosen)
            yield (
                _line(f"{'# ' if hidden else ''}{name} = {_value(chosen.get(place, shown))}", field.description or "")
                + "\n"
            )
        for header, value in (_extra(info)["example"] or {}).items() if not fields else ():
            yield f"{mark}{header if header.isalnum() else _value(header)} = {_value(value)}\n"


def _fields(info: FieldInfo) -> dict[str, FieldInfo]:
    kind = info.annotation
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    extra = info.json_schema_extra
    return extra if isinstance(extra, dict) else {"example": None, "begin": False, "rule": ""}


def _line(text: str, what: str) -> str:
    return f"{text:<{WIDTH}}# {what}" if len(text) < WIDTH else f"{text}    # {what}"


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def _value(value: Any) -> str:
    """As TOML writes it."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {_value(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False) if value is not None else '""'
