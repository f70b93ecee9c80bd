"""How is a page filled in?  Everything is escaped, a missing value is an error, and colours are those of the statuses."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from campaign_runner.model.status_texts import STATUS_TEXTS

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup


@cache
def template(name: str) -> Template:
    """A template of this package."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # many commands write no page

    environment = Environment(
        loader=PackageLoader("campaign_runner.reporting"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["status_texts"] = STATUS_TEXTS
    environment.filters["with_code"] = _with_code
    return environment.get_template(name)


def _with_code(sentence: str) -> Markup:
    """A sentence of the command line, in which commands stand between backticks."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 (escaped before)
