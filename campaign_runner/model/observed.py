"""How long did it take, and under which trace?  Verbs, stages, jobs and requests are observed: a log line and, where it
is wanted, a span.

Spans go to OTEL_EXPORTER_OTLP_ENDPOINT by OpenTelemetry (the extra `traces`); without the address or the extra nothing of
it is imported.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from campaign_runner.model.log import log, log_context, shown

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
logger = logging.getLogger(__name__)


@contextmanager
def observed(event: str, *, level: int = logging.INFO, **fields: Any) -> Iterator[dict[str, Any]]:
    """Logs `event` with its fields and seconds when the block ends, however it does; fields that are known only then are
    put into what it yields. Also a decorator."""
    began, values = time.monotonic(), dict(fields)
    tracer = _tracer() if os.environ.get(ENDPOINT) else None
    with _span(tracer, event, values) as trace, log_context(**trace):
        try:
            yield values
        except BaseException as error:
            values["failed"] = type(error)
            log(logger, event, level=level, **values, seconds=time.monotonic() - began)
            raise
        log(logger, event, level=level, **values, seconds=time.monotonic() - began)


@contextmanager
def _span(tracer: Any, event: str, values: dict[str, Any]) -> Iterator[dict[str, str]]:
    if tracer is None:
        yield {}
        return
    # An error's words may hold personal data: its type is an attribute, no more.
    with tracer.start_as_current_span(event, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield {"trace_id": f"{span.get_span_context().trace_id:032x}"}
        finally:
            known = {name: shown(name, value) for name, value in values.items()}
            span.set_attributes(
                {f"campaign_runner.{name}": value for name, value in known.items() if value is not None}
            )


@cache
def _tracer() -> Any:
    """The tracer of this process; None without the extra."""
    try:
        sdk, export = import_module("opentelemetry.sdk.trace"), import_module("opentelemetry.sdk.trace.export")
        otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        resource = import_module("opentelemetry.sdk.resources").Resource.create({"service.name": "campaign-runner"})
    except ImportError:
        return None
    provider = sdk.TracerProvider(resource=resource)
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    return provider.get_tracer("campaign_runner")
