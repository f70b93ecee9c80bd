"""How is a page filled in?  Everything is escaped, a missing value is an error, and colours are those of the statuses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from campaign_runner.model.status_texts import STATUS_TEXTS

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def template(name: str) -> Template:
    """A template of this package."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # many commands write no page

    environment = Environment(
        loader=PackageLoader("campaign_runner.reporting"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["status_texts"] = STATUS_TEXTS
    return environment.get_template(name)
