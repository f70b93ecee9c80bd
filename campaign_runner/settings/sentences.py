"""How is a wrong setting told?  Where, what, and what would do."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel


def sentence(where: str, problem: Mapping[str, Any], settings: type[BaseModel]) -> str:
    """One pydantic problem in plain words, with the nearest known key for an unknown one."""
    location = [str(part) for part in problem["loc"]]
    name = ".".join(location)
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(location[-1], _known(settings, location[:-1]), 1, 0.5)
        hint = (
            f' Did you mean "{near[0]}"?' if near else f" Known here: {', '.join(_known(settings, location[:-1]))}."
        )
        return f'{where}: unknown setting "{name}".{hint}'
    if problem["type"] == "missing":
        hint = ' Add it, for example: [campaign] id = "2026-q4-recognition".' if name.startswith("campaign") else ""
        return f"{where}: the setting {name} is missing.{hint}"
    said = repr(problem["input"])
    shown = said if len(said) <= 60 else f"{said[:59]}…"
    why = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    return f"{where}: {name} = {shown} will not do: {_WORDS.get(name, why)}."


_IDENTIFIER = "5 to 100 letters, digits or hyphens, as the Tango portal shows it"
_WORDS = {
    "campaign.id": "1 to 40 letters, digits and hyphens, beginning with a letter or digit",
    "campaign.name": "at most 1024 characters",
    "campaign.purchase_order": "at most 100 characters",
    "campaign.notes": "at most 150 characters",
    "campaign.sender.firstName": "at most 100 characters, without < > or /",
    "campaign.sender.lastName": "at most 100 characters, without < > or /",
    "campaign.sender.email": "one e-mail address of at most 100 characters",
    "tango.environment": "simulator, sandbox or production",
    "tango.endpoint": "asyncOrders or orders",
    "tango.currency": "three capital letters, such as USD",
    "tango.customer": _IDENTIFIER,
    "tango.account": _IDENTIFIER,
    "ledger.url": "an address such as postgresql://user@host/ledger, or nothing for a file in the state folder",
}


def _known(settings: type[BaseModel], location: list[str]) -> list[str]:
    model: Any = settings
    for part in location:
        annotation = model.model_fields[part].annotation if part in getattr(model, "model_fields", {}) else None
        model = next((a for a in (annotation, *get_args(annotation)) if hasattr(a, "model_fields")), None)
    return list(model.model_fields) if model else []
