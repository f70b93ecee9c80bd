"""[notify] ping_url hears of start, success and failure, and neither delays nor fails anything."""

from __future__ import annotations

import socket
import time

import pytest

from campaign_runner.app.dead_mans_switch import watched
from campaign_runner.app.notify import notify_job
from campaign_runner.entrypoints.cli import main
from campaign_runner.model.errors import RefusedBeforeSending, TangoStopped

HEADER = "Method,First name,Last name,E-mail,UTID,Amount\n"
SETTINGS = '[campaign]\nid = "q4"\n[tango]\nrequests_per_second = 0\n[notify]\nping_url = "http://{address}/key/{{command}}?rid=1"\n'


def asked(web):
    return [(method, path) for method, path, _, _ in web.taken]


@pytest.mark.parametrize(
    ("words", "row", "code", "end"),
    [
        (["run", "q4.csv"], "EMAIL,Ana,Silva,ana@example.com,U561593,25\n", 0, ""),
        (["run", "q4.csv"], "EMAIL,Ana,Silva,ana@@example.com,U561593,25\n", 1, ""),
        (["track"], "", 2, "/fail"),
    ],
)
def test_a_command_tells_its_start_and_how_it_ended(web, tmp_path, monkeypatch, words, row, code, end):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "campaign.toml").write_text(SETTINGS.format(address=web.address))
    (tmp_path / "q4.csv").write_text(HEADER + row)
    with pytest.raises(SystemExit) as ended:
        main([*words, "--state", "state", "--yes"])
    assert ended.value.code == code
    assert asked(web) == [("GET", f"/key/{words[0]}/start?rid=1"), ("GET", f"/key/{words[0]}{end}?rid=1")]


def test_the_inbox_tells_as_well(web, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "campaign.toml").write_text(SETTINGS.format(address=web.address))
    with pytest.raises(SystemExit):
        main(["inbox", str(tmp_path / "in"), "--once", "--state", str(tmp_path / "state")])
    assert asked(web) == [("GET", "/key/inbox/start?rid=1"), ("GET", "/key/inbox?rid=1")]


def test_a_worker_tells_with_each_look_that_it_is_at_work(house, web):
    house.values["notify"] = {"ping_url": f"http://{web.address}/worker"}
    assert (notify_job(house.workspace, "") or 0) > 0
    until = time.monotonic() + 5
    while not web.taken and time.monotonic() < until:
        time.sleep(0.01)
    assert asked(web) == [("GET", "/worker")]


def test_a_failure_goes_on_as_it_was(web):
    with pytest.raises(RefusedBeforeSending), watched(f"http://{web.address}", "run"):
        raise RefusedBeforeSending("no")
    assert asked(web)[-1] == ("GET", "/fail")


def test_an_address_that_never_answers_delays_by_a_moment_only():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(TangoStopped), watched(f"http://127.0.0.1:{silent.getsockname()[1]}", "run"):
            raise TangoStopped("stopped")
        assert time.monotonic() - began < 10
