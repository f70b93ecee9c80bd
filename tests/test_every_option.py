"""What the interface promises of every command: the options, an example, and that nobody is asked without a terminal."""

from __future__ import annotations

import io
import json
import sys

import pytest
from typer.main import get_command

from campaign_runner.entrypoints import cli

EVERYWHERE = {"--config", "--state", "--reports", "--schemas", "--json", "--quiet", "--verbose", "--yes", "--help",
              "--log-format"}  # fmt: skip
FILES = {"check", "plan", "run", "recover"}


def commands():
    def walk(group, path=()):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk(command, (*path, name))
            else:
                yield (*path, name), command

    return dict(walk(get_command(cli.program())))


COMMANDS = commands()


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_takes_every_common_option(path):
    command = COMMANDS[path]
    options = {option for parameter in command.params for option in parameter.opts}
    options |= set(command.get_help_option_names(command.make_context(path[-1], [], resilient_parsing=True)))
    assert options >= EVERYWHERE
    assert (path[-1] not in FILES) or options >= {"--sheet", "--hidden"}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_of_itself(path):
    assert f"Example: campaign-runner {' '.join(path)}" in (COMMANDS[path].help or "")


@pytest.mark.parametrize("words", [("status",), ("audit", "verify"), ("audit", "export"), ("rules",), ("doctor",)])
def test_options_that_a_command_has_no_use_for_change_nothing(words, tmp_path, monkeypatch, capsys):
    (tmp_path / "campaign.toml").write_text('[campaign]\nid = "q4"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SystemExit):
        cli.main([*words, "--yes", "--json", "--reports", "elsewhere", "--config", "campaign.toml"])
    assert isinstance(json.loads(capsys.readouterr().out), dict)


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (("run",), "<hold|include|skip>"),
        (("release",), "<changed|duplicate|already-rewarded|hidden|struck>"),
        (("reports",), "<production|sandbox|simulator>"),
    ],
)
def test_help_shows_the_choices_of_an_option(words, choices, capsys):
    with pytest.raises(SystemExit):
        cli.main([*words, "--help"])
    assert choices in capsys.readouterr().out
