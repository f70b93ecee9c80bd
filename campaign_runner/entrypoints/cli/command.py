"""How does a function become a command?  Its groups of options are spelled out, its errors become sentences, and its log
lines are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from inspect import Parameter
from typing import Any, get_type_hints

import typer

from campaign_runner.entrypoints.cli.call import Call
from campaign_runner.entrypoints.cli.log_output import log_output
from campaign_runner.model.observed import observed


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
        output = log_output(call.log_format, quiet=call.quiet, verbose=call.verbose)
        with output, _observed(function), call.errors_shown():
            function(**given)

    complete.__signature__ = inspect.Signature(whole)  # type: ignore[attr-defined]
    complete.__annotations__ = {option.name: option.annotation for option in whole}
    return complete


@contextmanager
def _observed(function: Callable[..., None]) -> Iterator[None]:
    """One log line when the command ends, with its exit code."""
    group, name = function.__module__.rpartition(".")[2], function.__name__.removesuffix("_command")
    end: typer.Exit | None = None
    with observed("command", command=name if name == group else f"{group} {name}") as known:
        try:
            yield
        except typer.Exit as exit_:
            end, known["exit_code"] = exit_, exit_.exit_code
    if end:
        raise end


def _options(parameter: Parameter) -> Iterator[Parameter]:
    group = parameter.annotation
    if not is_dataclass(group):
        yield parameter.replace(kind=Parameter.KEYWORD_ONLY)
        return
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        default = Parameter.empty if field.default is MISSING else field.default
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])
