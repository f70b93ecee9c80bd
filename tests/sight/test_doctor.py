"""What `doctor` and the page of health say of what runs by itself: what, where, and what to do."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaign_runner.app.doctor import diagnose
from campaign_runner.app.health.operations_checks import answers, backups, certificate, messages, workers
from campaign_runner.app.webhooks import subscribe
from campaign_runner.ledger import jobs, open_ledger
from campaign_runner.settings import Settings
from tests.pipeline.conftest import office as office
from tests.tango.certificate import self_signed

AT, NOW = "2026-04-01T00:00:00.000+00:00", datetime(2026, 4, 3, tzinfo=UTC)


def settings(**sections) -> Settings:
    return Settings(campaign={"id": "q4"}, **sections)


@contextmanager
def tls_server(folder) -> Iterator[str]:
    """A server with a certificate that nobody vouches for, good until the end of 2049."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))

    def serve() -> None:
        with suppress(OSError):
            while True:
                with listener.accept()[0] as plain, suppress(OSError), context.wrap_socket(plain, server_side=True):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "state") as opened:
        yield opened


def test_a_healthy_ledger_has_nothing_to_do(office):
    found = {one.subject: one for one in diagnose(office.runtime())}
    assert all(one.well for one in found.values())
    assert {"worker", "backup", "clock", "ledger", "state folder"} <= set(found)


def test_jobs_that_nobody_takes_and_jobs_that_fail_are_named(ledger):
    with ledger.write("a test") as connection:
        jobs.want(connection, jobs.DRIVE, 7, AT, in_seconds=-90)
    (late,) = workers(ledger)
    assert (late.subject, late.well, "campaign-runner worker" in late.advice) == ("worker", False, True)
    with ledger.write("a test") as connection:
        job = jobs.take(connection, frozenset({jobs.DRIVE}))
        assert job
        jobs.failed(connection, job, "ValueError")
    assert [one.subject for one in workers(ledger)] == ["worker", "job drive 7"]


def test_the_age_of_the_newest_backup_counts(tmp_path):
    known = settings(retention={"backups": str(tmp_path)})
    assert backups(settings(), NOW).well  # not said where: not checked
    assert not backups(known, NOW).well
    for name, age in (("ledger-1.sqlite", 9), ("ledger-2.dump", 1)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (NOW.timestamp() - age * 86_400,) * 2)
    assert backups(known, NOW).found == "the newest is from 2026-04-02 00:00 UTC"
    (tmp_path / "ledger-2.dump").unlink()
    old = backups(known, NOW)
    assert (old.well, old.where) == (False, str(tmp_path))


def test_a_mail_server_that_takes_no_connections_is_said_without_its_password():
    pytest.importorskip("apprise")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        address = f"mailto://ann:pass-word-5@127.0.0.1:{port}?smtp=127.0.0.1&to=ops@example.com&from=a@example.com"
        (well,) = messages({"NOTIFY_OPERATORS": address})
        assert (well.well, well.where) == (True, f"127.0.0.1:{port}")
    (away,) = messages({"NOTIFY_OPERATORS": address})
    (unknown,) = messages({"NOTIFY_FINANCE": "no-service://x"})
    assert (away.well, unknown.well, unknown.where) == (False, False, "NOTIFY_FINANCE")
    assert "pass-word-5" not in repr((well, away, unknown))


def test_events_of_tango_are_expected_where_a_secret_is_set(office, monkeypatch):
    monkeypatch.setenv("TANGO_WEBHOOK_SECRET", "a-secret-of-ours")
    runtime = office.runtime()
    (none,) = [one for one in diagnose(runtime) if one.subject == "webhook"]
    assert (none.well, "webhook subscribe" in none.advice) == (False, True)
    subscribe(runtime, "http://127.0.0.1:1/webhooks/tango")
    (there,) = [one for one in diagnose(runtime) if one.subject == "webhook"]
    assert (there.well, there.where) == (True, "http://127.0.0.1:1/webhooks/tango")


def test_a_certificate_that_ends_soon_or_is_not_trusted_is_said(tmp_path):
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    with tls_server(tmp_path) as url:
        trusting.load_verify_locations(tmp_path / "self-signed.pem")
        assert "not trusted" in certificate(url, NOW).found
        good = certificate(url, NOW, trusting)
        assert (good.well, good.found.startswith("valid until 2049-12-31")) == (True, True)
        assert not certificate(url, NOW.replace(year=2049, month=12, day=24), trusting).well
    assert "nothing answers" in certificate(url, NOW).found


def test_nothing_at_an_address_is_said_with_where_and_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    away = answers("messages", "127.0.0.1", port, "Start it.")
    assert (away.well, away.where, away.advice) == (False, f"127.0.0.1:{port}", "Start it.")


def test_doctor_asks_for_the_certificate_of_the_servers_own_address(office, tmp_path):
    with tls_server(tmp_path) as url:
        runtime = office.runtime()
        server = runtime.settings.server.model_copy(update={"address": url})
        runtime = replace(runtime, settings=runtime.settings.model_copy(update={"server": server}))
        ill = [one for one in diagnose(runtime) if not one.well]
    assert [one.subject for one in ill] == ["certificate 127.0.0.1"]
