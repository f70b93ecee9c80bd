"""`serve`, as it is started: quick, with a link, a worker beside it, and an end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from campaign_runner.app.process.server_address import SetUp, address_of
from campaign_runner.entrypoints.web import server
from tests.web.chromium import served


def test_serve_answers_soon_and_prints_its_address_and_the_set_up_link(tmp_path):
    began = time.monotonic()
    with served(tmp_path, "--no-worker") as (process, address):
        assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
        assert time.monotonic() - began < 20  # five seconds on a machine that has nothing else to do
        link = process.stdout.readline().split()[-1]
        assert link.startswith(f"{address}/set-password/")
        form = {"email": "root@example.com", "password": "seven wet umbrellas"}
        assert httpx.post(link, data=form).status_code == 303
        added = campaign_runner(tmp_path, "user", "add", "ana@example.com", "--role", "submitter")
        assert added.stdout.startswith(f"{address}/set-password/")
        assert httpx.get(added.stdout.strip()).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_begins_and_ends_with_the_server(tmp_path, number):
    with served(tmp_path) as (process, _):
        (worker,) = children(process.pid)
        assert os.getpgid(worker) == os.getpgid(process.pid)
        process.send_signal(number)
        assert process.wait(30) == 0
        assert not Path(f"/proc/{worker}").exists()


def test_a_worker_does_not_outlive_a_server_that_is_killed(tmp_path):
    with served(tmp_path) as (process, _):
        (worker,) = children(process.pid)
        process.kill()
        until = time.monotonic() + 30
        while Path(f"/proc/{worker}").exists() and time.monotonic() < until:
            time.sleep(0.1)
        assert not Path(f"/proc/{worker}").exists()


def test_an_address_that_others_reach_needs_a_proxy_with_tls(tmp_path):
    refused = campaign_runner(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--behind-proxy" in refused.stderr


def test_a_port_that_is_taken_is_said_to_be(tmp_path):
    with served(tmp_path, "--no-worker") as (_, address):
        refused = campaign_runner(tmp_path, "serve", "--port", address.rpartition(":")[2], "--no-worker")
        assert refused.returncode == 2
        assert "Choose another port" in refused.stderr


def test_a_token_goes_to_standard_output_alone(tmp_path):
    campaign_runner(tmp_path, "user", "add", "ana@example.com", "--role", "submitter")
    made = campaign_runner(tmp_path, "token", "create", "--user", "ana@example.com", "--name", "nightly")
    assert made.stdout.startswith("crt_")
    assert len(made.stdout.split()) == 1
    more = campaign_runner(
        tmp_path, "token", "create", "--user", "ana@example.com", "--name", "x", "--role", "auditor"
    )
    assert (more.returncode, "more roles than its user" in " ".join(more.stderr.split())) == (2, True)


def campaign_runner(folder, *words):
    command = [sys.executable, "-m", "campaign_runner", *words, "--state", str(folder / "state")]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60)


def children(number):
    return [int(each) for each in Path(f"/proc/{number}/task/{number}/children").read_text("ascii").split()]


def test_a_server_that_listens_everywhere_is_reached_at_this_machine_and_its_link_leads_where_people_reach_it():
    assert [address_of(host, 8080) for host in ("0.0.0.0", "::", "10.0.0.5")] == [
        "http://127.0.0.1:8080", "http://[::1]:8080", "http://10.0.0.5:8080",
    ]  # fmt: skip
    assert SetUp("http://127.0.0.1:8080", "once", "https://rewards.example.com").link.startswith("https://rewards.")


def test_an_answer_does_not_wait_until_the_browser_has_acknowledged_its_head():
    with server._bound("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
