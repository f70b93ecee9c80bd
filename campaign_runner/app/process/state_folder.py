"""Where does a campaign keep its ledger?  Beside its campaign.toml, whatever the working directory is.

Another folder is another ledger, which knows nothing of what was sent. Before, it was `.campaign-runner` of the working
directory: one that still lies there is told, and where it alone knows the campaign, nothing is sent until it was moved.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_runner.model.errors import StateError

NAME = ".campaign-runner"
SETTINGS = "campaign.toml"


@dataclass(frozen=True)
class StateFolder:
    """The folder; `before` is one that an older version made in the working directory, None if there is none."""

    path: Path
    before: Path | None = None


def state_folder(given: Path | None, config: Path | None, environ: Mapping[str, str] = os.environ) -> StateFolder:
    """As given; else beside the settings; without settings, the one that lies here already, else the user's own."""
    if given:
        return StateFolder(_absolute(given))
    here = _absolute(Path(NAME))
    if not config:
        return StateFolder(here if here.is_dir() else _of_user(environ, here))
    beside = _absolute(config).parent / NAME
    there = here.is_dir() and not (beside.is_dir() and here.samefile(beside))
    return StateFolder(beside, here if there and here != beside else None)


def notice(folder: Path, before: Path | None, environment: str, campaign_id: str) -> str:
    """What is to be told of an older folder; "" where it is the state folder of other settings and knows nothing."""
    if before is None or ((before.parent / SETTINGS).exists() and not _knows(before, environment, campaign_id)):
        return ""
    return (
        f"{before} is not used: the state folder is {folder}, beside {SETTINGS}. Use --state to choose another one."
    )


def refuse_other(folder: Path, before: Path | None, environment: str, campaign_id: str) -> None:
    """Raise StateError where the older folder knows this campaign and the chosen one does not."""
    if before is None or not _knows(before, environment, campaign_id) or _knows(folder, environment, campaign_id):
        return
    raise StateError(
        f"{before}: the ledger in this folder knows the campaign {campaign_id}, the state folder {folder} does not. "
        f"The state folder is now beside {SETTINGS}. Nothing was sent. {_advice(folder, before)}"
    )


def _knows(folder: Path, environment: str, campaign_id: str) -> bool:
    from campaign_runner.ledger import opening  # few have an older folder

    return opening.knows(folder, environment, campaign_id)


def _advice(folder: Path, before: Path) -> str:
    old, new = shlex.quote(str(before)), shlex.quote(str(folder))
    if folder.exists():
        return f"{folder} exists already, so go on with the older one: repeat the command with --state {old}"
    if os.access(before, os.W_OK) and os.access(before.parent, os.W_OK):
        return f"Move it and repeat the command: mv {old} {new}"
    return f"Copy it and repeat the command: cp -R {old} {new} && chmod -R u+w {new}"


def _of_user(environ: Mapping[str, str], here: Path) -> Path:
    """`$XDG_STATE_HOME/campaign-runner`; a user without a home keeps it here."""
    home = environ.get("XDG_STATE_HOME", "")
    if Path(home).is_absolute():
        return Path(home) / "campaign-runner"
    try:
        return Path.home() / ".local" / "state" / "campaign-runner"
    except RuntimeError:
        return here


def _absolute(path: Path) -> Path:
    """Without a look at links: settings that are linked to keep their state beside the link."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (Path.absolute leaves .. where it is)
