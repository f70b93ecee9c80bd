"""Debian's Chromium, driven as people drive it; and a server in a process of its own, as `serve` starts it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "google-chrome", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--no-first-run", "--disable-dev-shm-usage"]  # fmt: skip
AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="there is no Chromium here")


@contextmanager
def chromium():
    """A browser of which contexts are made."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(folder, *words, **environment):
    """`serve` on a free port: its process, its address, and what it printed then."""
    command = [
        sys.executable,
        "-m",
        "campaign_runner",
        "serve",
        "--state",
        str(folder / "state"),
        "--port",
        "0",
        *words,
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=folder, env={**os.environ, **environment}
    )
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        yield process, address
    finally:
        process.terminate()
        process.communicate(timeout=30)


class Watched:
    """A page of which every complaint in the console and every request to another host is noted."""

    def __init__(self, context, address):
        self.page, self.address = context.new_page(), address
        self.wrong: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._asked)

    def _said(self, message):
        if message.type == "error":
            self.wrong.append(message.text)

    def _asked(self, request):
        if not request.url.startswith((self.address, "data:")):
            self.wrong.append(request.url)

    def go(self, path):
        from playwright.sync_api import Error

        try:
            self.page.goto(f"{self.address}{path}")
        except Error as error:
            if "ERR_ABORTED" not in str(error):  # the page was just loading itself again
                raise
            self.page.goto(f"{self.address}{path}")
        return self.page

    def violations(self):
        """What axe-core finds against WCAG 2.2 AA and best practice: its rule and the places."""
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run()")["violations"]
        return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def moving(self):
        """What of the page moves or fades, though somebody asked for less motion."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll("*")].filter(each => {
              const style = getComputedStyle(each);
              return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
            }).map(each => each.outerHTML.slice(0, 100))"""
        )
