"""The web process works not: it loads nothing that reads spreadsheets."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256

from campaign_runner.entrypoints.web.pages import STATIC

PROGRAM = """
import asyncio, sys, httpx
from pathlib import Path
from campaign_runner.app.workspace import open_workspace
from campaign_runner.entrypoints.web.application import create_app
async def look():
    with open_workspace(None, Path(sys.argv[1])) as workspace:
        transport = httpx.ASGITransport(create_app(workspace))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            for path in ("/sign-in", "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs"):
                assert (await client.get(path)).status_code == 200, path
asyncio.run(look())
print(sorted({"pandas", "pandera", "numpy", "pyarrow", "openpyxl"} & set(sys.modules)))
"""


def test_the_server_serves_without_pandas(tmp_path):
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / "state")]
    assert subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=True).stdout == "[]\n"


def test_the_vendored_script_is_the_one_that_its_name_says():
    script = (STATIC / "htmx-2.0.11.min.js").read_bytes()
    assert sha256(script).hexdigest() == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
