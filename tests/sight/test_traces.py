"""Traces by OpenTelemetry: spans at a sink on this machine, and nothing of it without its address."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.pipeline.conftest import office as office


@contextmanager
def sink() -> Iterator[tuple[str, list[bytes]]]:
    """What OTLP/HTTP is sent to; the bodies it got."""
    got: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taker) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


def test_a_run_is_one_trace_of_its_stages_and_requests_and_names_nobody(office):
    otlp = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    office.file("1,EMAIL,Ana,Silva,ana@example.com,,U561593,25")
    (office.folder / "campaign.toml").write_text(
        f'[campaign]\nid = "q4"\n[tango]\nbase_url = "{office.base_url}"\nrequests_per_second = 0\n', "utf-8"
    )
    with sink() as (address, got):
        done = subprocess.run(
            [sys.executable, "-m", "campaign_runner", "run", "q4.csv", "--wait", "0", "--log-format", "json"],
            cwd=office.folder, capture_output=True, text=True,
            env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"},
        )  # fmt: skip
    request = otlp.ExportTraceServiceRequest()
    for body in got:
        request.MergeFromString(body)
    spans = [span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]
    assert {span.name for span in spans} == {"command", "stage", "request to Tango"}
    (trace,) = {span.trace_id.hex() for span in spans}
    assert f'"trace_id": "{trace}"' in done.stderr
    assert not any(word in body for body in got for word in (b"Silva", b"example.com", b"simulator-key"))


def test_without_the_address_nothing_of_opentelemetry_is_imported():
    code = (
        "import sys; from campaign_runner.model.observed import observed\n"
        "with observed('x'): pass\nassert not [n for n in sys.modules if n.startswith('opentelemetry')]"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    assert subprocess.run([sys.executable, "-c", code], env=env).returncode == 0


def test_without_the_extra_the_address_changes_nothing():
    code = (
        "import sys; sys.modules['opentelemetry'] = None; sys.modules['opentelemetry.sdk'] = None\n"
        "from campaign_runner.model.observed import observed\nwith observed('x'): print('done')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "done\n")
