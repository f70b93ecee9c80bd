"""All broken samples, and what they need beside them."""

from __future__ import annotations

from pathlib import Path

from making.broken import Broken
from making.broken_files import FILES, GOOD
from making.broken_preflight import PREFLIGHT
from making.broken_rows import ROWS
from making.broken_settings import LIMITS, SETTINGS

ALL: tuple[Broken, ...] = (*FILES, *SETTINGS, *LIMITS, *PREFLIGHT, *ROWS)
CAMPAIGN = '[campaign]\nid = "broken-samples"\n\n[identity]\nkey = ["Employee ID"]\n'


def write_broken(folder: Path) -> None:
    """Write every broken sample, and the settings and the good file that they share."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "campaign.toml").write_text(CAMPAIGN, "utf-8")
    (folder / "good.csv").write_text(GOOD, "utf-8")
    for broken in ALL:
        broken.write(folder)
