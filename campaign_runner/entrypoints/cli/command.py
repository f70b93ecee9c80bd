"""How does a function become a command?  Its groups of options are spelled out, and its errors become sentences."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from inspect import Parameter
from typing import Any, get_type_hints

from campaign_runner.entrypoints.cli.call import Call


def command(function: Callable[..., None]) -> Callable[..., None]:
    """What typer is given for `function(call, …)`: a parameter that is a dataclass becomes an option for each of its
    fields, those of the `Call` last."""
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    groups: dict[str, Any] = {each.name: each.annotation for each in parameters if is_dataclass(each.annotation)}
    options = {each.name: list(_options(each)) for each in parameters}
    first = parameters[0].name
    whole = [option for name in (*list(options)[1:], first) for option in options[name]]

    @wraps(function)
    def complete(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{option.name: given.pop(option.name) for option in options[name]})
        call: Call = given[first]
        with call.errors_shown():
            function(**given)

    complete.__signature__ = inspect.Signature(whole)  # type: ignore[attr-defined]
    complete.__annotations__ = {option.name: option.annotation for option in whole}
    return complete


def _options(parameter: Parameter) -> Iterator[Parameter]:
    group = parameter.annotation
    if not is_dataclass(group):
        yield parameter.replace(kind=Parameter.KEYWORD_ONLY)
        return
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        default = Parameter.empty if field.default is MISSING else field.default
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])
