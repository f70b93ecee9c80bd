"""How do the pages look?  Runs the sample and takes pictures of its pages; does nothing where there is no Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGET = Path(__file__).parent / "screenshots"
PAGES = ("report", "plan")
SIZES = {"phone": "390,844", "desktop": "1280,1600"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip
APPROVAL = '\n[approval]\nrequired_above = { USD = 1000 }\napprovers = ["finance@example.com"]\n'


def main() -> None:
    """Take a picture of every page in every size."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("No Chromium here: docs/screenshots/ is left as it is.")
        return
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        pages = run_the_sample(Path(name))
        for page in PAGES:
            for size, pixels in SIZES.items():
                picture(
                    browser, pages / f"{page}.html", TARGET / f"{page}-{size}.png", pixels, Path(name) / "profile"
                )


def run_the_sample(folder: Path) -> Path:
    """Plan as somebody has to approve it, then run without that; returns the folder of the reports."""
    shutil.copy(ROOT / "samples" / "quarterly.xlsx", folder)
    settings = (ROOT / "samples" / "campaign.toml").read_text("utf-8")
    for command, said in (("plan", settings + APPROVAL), ("run", settings)):
        (folder / "campaign.toml").write_text(said, "utf-8")
        words = [sys.executable, "-m", "campaign_runner", command, "quarterly.xlsx", "--quiet"]
        subprocess.run(words, cwd=folder, check=False)  # noqa: S603 (ours; ends with 1: some rows are wrong on purpose)
    return folder / "reports" / "2026-q4-recognition"


def picture(browser: str, page: Path, target: Path, pixels: str, profile: Path) -> None:
    """What one page looks like in a window of so many pixels."""
    words = [browser, *FLAGS, f"--user-data-dir={profile}", f"--window-size={pixels}", f"--screenshot={target}"]
    subprocess.run([*words, page.as_uri()], check=True, capture_output=True, timeout=120)  # noqa: S603 (ours)
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
