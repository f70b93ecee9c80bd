"""A process that holds a campaign: `python -m tests.ledger.holding FOLDER URL LEASE` tells what becomes of it.

It says `held FENCE`, and then, for each line that it is sent, what it could do: write, send, or that its claim is lost.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from campaign_runner.ledger import open_ledger
from campaign_runner.model.errors import CampaignHeld, ClaimLost, StateError

NAME = "simulator-q4"


class Holding:
    """Such a process, as its parent sees it."""

    def __init__(self, folder: Path, url: str = "", lease: float = 1.0) -> None:
        call = [sys.executable, "-m", __name__, str(folder), url, str(lease)]
        self.process = subprocess.Popen(
            call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        self.said = self.hears()

    def hears(self) -> str:
        """The next line that it says."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def asked(self, what: str) -> str:
        """What it says to a word."""
        self.says(what)
        return self.hears()

    def says(self, what: str) -> None:
        """Give it a word."""
        assert self.process.stdin
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """Kill it, if it still runs."""
        self.process.kill()
        self.process.communicate()


def _main(folder: str, url: str, lease: str) -> None:
    with open_ledger(Path(folder), url) as ledger:
        try:
            with ledger.hold(NAME, lease=float(lease)):
                assert ledger.claim
                print("held", ledger.claim.fence, flush=True)
                for line in sys.stdin:
                    try:
                        if line.strip() == "send":
                            ledger.require_claim()
                        else:
                            with ledger.write("a test"):
                                if line.strip() == "write slowly":
                                    print("writing", flush=True)
                                    sys.stdin.readline()
                        print("done", flush=True)
                    except (ClaimLost, StateError) as lost:
                        print(type(lost).__name__, flush=True)
        except CampaignHeld as held:
            print(type(held).__name__, flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
