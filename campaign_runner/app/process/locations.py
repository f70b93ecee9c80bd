"""Where are the settings and the ledger of a command?  As typed, else beside the spreadsheet, else here."""

from __future__ import annotations

from pathlib import Path

from campaign_runner.app.process.state_folder import state_folder


def config_path(config: Path | None, file: Path | None = None) -> Path | None:
    """`--config`, else campaign.toml beside the spreadsheet, else here; None where there is none."""
    if config:
        return config
    return next((path for path in config_places(file) if path.exists()), None)


def config_places(file: Path | None) -> list[Path]:
    """Where campaign.toml is looked for."""
    beside = [file.parent / "campaign.toml"] if file else []
    return list(dict.fromkeys((*beside, Path("campaign.toml"))))


def state_path(state: Path | None, config: Path | None = None) -> Path:
    """The state folder of a command that opens no campaign."""
    return state_folder(state, config_path(config)).path


def ledger_place(state: Path | None, config: Path | None) -> tuple[Path, str]:
    """State folder and address of the ledger ("" = SQLite in that folder), for commands that open no campaign."""
    from campaign_runner import settings

    return state_path(state, config), settings.ledger_url(config_path(config))
