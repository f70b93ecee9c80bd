"""What do the figures say?  Asked of the ledger whenever somebody wants them, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from campaign_runner import __version__
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import Ledger, counters
from campaign_runner.ledger.counters import GAUGE, Metric, Sample

PREFIX = "campaign_runner_"
INFO = Metric("info", GAUGE, "The version of the program that answers.")


def metrics(workspace: Workspace) -> str:
    """What `/metrics` answers."""
    return metrics_text(ledger_metrics(workspace.ledger()))


def ledger_metrics(ledger: Ledger) -> list[tuple[Metric, list[Sample]]]:
    """Every metric of `ledger.counters`, and the version."""
    with ledger.read() as connection:
        return [(INFO, [Sample({"version": __version__}, 1)]), *counters.measured(connection)]


def metrics_text(measured: Iterable[tuple[Metric, list[Sample]]]) -> str:
    """Prometheus' text format, version 0.0.4."""
    return "".join(f"{line}\n" for metric, samples in measured for line in _lines(metric, samples))


def _lines(metric: Metric, samples: list[Sample]) -> Iterator[str]:
    name = PREFIX + metric.name
    yield f"# HELP {name} {metric.help}"
    yield f"# TYPE {name} {metric.kind}"
    for labels, value in samples:
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{f'{{{named}}}' if named else ''} {value:.17g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
