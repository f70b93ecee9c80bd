"""How does the web application bear it?  Many people at once, many campaigns, a long campaign.

`python -m bench.serving crowd PEOPLE`, `campaigns NUMBER` or `million STATE ROWS` starts `serve` with the embedded stand-in
and asks it as browsers do. The figures are written beside the files that are measured.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench.data import FOLDER
from bench.stage import rewards
from bench.watching import watched
from campaign_runner.app.accounts.sign_in import Browser, actor_of, begin_session
from campaign_runner.app.accounts.users import add_user
from campaign_runner.app.views.campaigns import create_campaign
from campaign_runner.app.workspace import Workspace, open_workspace

# How often a page is asked for; the median counts.
TIMES, POLL = 9, 2.0
ROWS = 200


class Site:
    """A server on a state folder: its address, its processes, and who is signed in."""

    def __init__(self, state: Path, process: subprocess.Popen[str], address: str) -> None:
        self.state, self.process, self.address = state, process, address

    def person(self, email: str, *campaigns: str) -> httpx.Client:
        """Somebody with all roles that see rows, who made these campaigns."""
        with open_workspace(None, self.state) as workspace:
            return self.browser(workspace, email, *campaigns)

    def browser(self, workspace: Workspace, email: str, *campaigns: str) -> httpx.Client:
        """The same, in a workspace that is open."""
        user, _ = add_user(workspace, None, email, ["submitter", "approver"])
        for name in campaigns:
            create_campaign(workspace, actor_of(user), {"id": name})
        cookie = begin_session(workspace, user, Browser("127.0.0.1", "bench"))
        return httpx.Client(base_url=self.address, cookies={"session": cookie}, timeout=60)

    def processor_ms(self) -> float:
        """The processor time that the server itself has taken, in steps of some ten milliseconds."""
        times = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return 1000 * (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mb(self) -> float:
        """The most memory that the server itself took."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


@contextmanager
def served(state: Path, *words: str) -> Iterator[Site]:
    """`serve` until the block ends."""
    command = [sys.executable, "-m", "campaign_runner", "serve", "--state", str(state), "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (ours)
        try:
            assert process.stdout
            yield Site(state, process, process.stdout.readline().strip())
        finally:
            process.terminate()


def crowd(people: int) -> dict[str, float]:
    """Each uploads a file at the same moment, and looks every two seconds until it is checked."""
    files = [_own_file(number) for number in range(people)]
    failed: list[str] = []
    with (
        TemporaryDirectory() as name,
        served(Path(name) / "state") as site,
        open_workspace(None, site.state) as workspace,
    ):
        crew = [site.browser(workspace, f"person-{n}@example.com", f"campaign-{n}") for n in range(people)]
        _wait_for_a_worker(site, crew[0])
        start, took = threading.Barrier(people), list[float]()

        def one(number: int) -> None:
            path, browser = f"/campaigns/campaign-{number}", crew[number]
            start.wait()
            began = time.perf_counter()
            answer = browser.post(f"{path}/upload", files={"file": ("q4.csv", files[number])})
            took.append(time.perf_counter() - began)
            if answer.status_code != 303:
                failed.append(f"{answer.status_code} {answer.text[:200]}")
            while browser.get(f"{path}/status").status_code == 200:
                time.sleep(POLL)

        with watched(site.process.pid) as together:
            _together([partial(one, number) for number in range(people)])
        checks = _checks(site.state)
        return {
            "people": people, "errors": len(failed) + people - len(checks), **_spread("upload, seconds", took),
            **_spread("check, seconds", checks), "MB of serve": round(site.peak_mb()),
            "MB with its worker": round(max(together)),
        }  # fmt: skip


def _spread(name: str, values: list[float]) -> dict[str, float]:
    return {f"{name}, median": round(median(values), 2), f"{name}, 95 %": round(quantiles(values, n=20)[-1], 2)}


def _own_file(number: int) -> bytes:
    """A file of its own for each: the same people in two campaigns would be another story."""
    text = rewards(ROWS, 2).read_text("utf-8")
    return text.replace("@example.com", f".{number}@example.com").encode()


def _wait_for_a_worker(site: Site, browser: httpx.Client) -> None:
    """Until a first file is checked: how long a worker takes to begin is measured by `start-up`."""
    create = {"id": "first"}
    browser.post("/campaigns/new", data=create)
    browser.post("/campaigns/first/upload", files={"file": ("q4.csv", _own_file(999))})
    while browser.get("/campaigns/first/status").status_code == 200:
        time.sleep(0.1)


def _together(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _checks(state: Path) -> list[float]:
    """From the moment at which a file was taken in to that at which its check was written down."""
    query = "select s.at, c.at from submissions s join checks c on c.submission = s.id order by s.id"
    with sqlite3.connect(state / "ledger.sqlite") as direct:
        times = direct.execute(query).fetchall()[1:]
    return [(datetime.fromisoformat(done) - datetime.fromisoformat(begun)).total_seconds() for begun, done in times]


def campaigns(number: int) -> dict[str, float]:
    """The list, where so many campaigns are; every twentieth has a file."""
    with TemporaryDirectory() as name:
        state = Path(name) / "state"
        with served(state) as site:
            browser = site.person("hanna@example.com", *(f"campaign-{n}" for n in range(number)))
            _wait_for_a_worker(site, browser)
            for n in range(number - 40, number, 2):
                browser.post(f"/campaigns/campaign-{n}/upload", files={"file": ("q4.csv", _own_file(n))})
            while browser.get(f"/campaigns/campaign-{number - 2}/status").status_code == 200:
                time.sleep(0.2)
            pages = {"list of campaigns": "/campaigns", "the next page of it": "/campaigns?start=50"}
            found = _timed(site, browser, pages)
            return {"campaigns": number, **found, "MB of serve": round(site.peak_mb())}


def million(state: Path, rows: int) -> dict[str, float]:
    """Pages of results of a long campaign that is placed."""
    with served(state, "--no-worker") as site:
        browser = site.person(f"hanna-{time.time():.0f}@example.com")
        with sqlite3.connect(state / "ledger.sqlite") as direct:
            row, reference = direct.execute(
                "select row, reference from line_items where row > ? limit 1", (rows // 2,)
            ).fetchone()
        page = "/campaigns/bench/results"
        found = _timed(site, browser, {
            "overview": "/campaigns/bench", "results": page, "last page": f"{page}?after={rows - 60}",
            "of a frequent status": f"{page}?status=pending&after={rows // 2}", "of a rare one": f"{page}?status=failed",
            "of none": f"{page}?status=cancelled", "rejected": f"{page}?status=rejected&after={rows // 2}",
            "search a reference": f"{page}?q={reference}", "search a name": f"{page}?q=Ana%20Silva",
            "search an address": f"{page}?q=nobody@example.com", "search a row": f"{page}?q={row}",
            "search a part of a name": f"{page}?q=a%20silv", "search a part of none": f"{page}?q=zzyx",
            "the next page of a search": f"{page}?q=silv&after={rows // 2}",
            "search a part among failed": f"{page}?q=silv&status=failed",
            "life of a row": f"/campaigns/bench/rows/{row}", "status line": "/campaigns/bench/status",
        })  # fmt: skip
        return {"rows": rows, **found, "MB of serve": round(site.peak_mb())}


def _timed(site: Site, browser: httpx.Client, pages: dict[str, str]) -> dict[str, float]:
    """Milliseconds of each page, the median of some calls; and of the server's processor time, their mean."""
    found = {}
    for name, path in pages.items():
        times, before = [], site.processor_ms()
        for _ in range(TIMES):
            began = time.perf_counter()
            answer = browser.get(path)
            times.append(1000 * (time.perf_counter() - began))
            assert answer.status_code in (200, 286), (path, answer.status_code, answer.text[:500])
        found[f"{name}, ms"] = round(median(times), 1)
        found[f"{name}, processor ms"] = round((site.processor_ms() - before) / TIMES, 1)
    return found


def figures(what: str) -> Path:
    """Where they are written."""
    return FOLDER / f"serving-{what}.json"


if __name__ == "__main__":
    kinds: dict[str, Callable[..., dict[str, Any]]] = {
        "crowd": lambda people: crowd(int(people)), "campaigns": lambda number: campaigns(int(number)),
        "million": lambda state, rows: million(Path(state), int(rows)),
    }  # fmt: skip
    told = json.dumps(kinds[sys.argv[1]](*sys.argv[2:]))
    FOLDER.mkdir(exist_ok=True)
    figures(sys.argv[1]).write_text(told + "\n", "utf-8")
    print(told)
