"""How many seeds hold?  `python -m tests.reliability.soak --seeds 100000`, or one of them with `--seed 1234`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from multiprocessing import Pool, cpu_count
from time import monotonic

from tests.reliability.harness import Outcome, simulate
from tests.reliability.report import Figures, write_report
from tests.reliability.scenario import scenario

EVERY = 500


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 if any promise was broken."""
    asked = _parser().parse_args(arguments)
    if asked.seed is not None:
        return _one(asked.seed)
    figures = Figures(asked.first, asked.first + asked.seeds - 1)
    started = monotonic()
    for outcome in _outcomes(asked.first, asked.seeds, asked.processes):
        figures.add(outcome)
        for sentence in outcome.wrong:
            print(f"seed {outcome.seed}: {sentence}\n    replay: {outcome.replay}", file=sys.stderr, flush=True)
        if figures.seeds % EVERY == 0:
            pace = figures.seeds / (monotonic() - started)
            print(
                f"{figures.seeds} of {asked.seeds} seeds, {len(figures.broken)} broken, {pace:.1f} a second",
                flush=True,
            )
    print(*figures.told(), sep="\n")
    if asked.report:
        print(f"Written: {write_report(figures)}")
    return 1 if figures.broken else 0


def _outcomes(first: int, number: int, processes: int) -> Iterator[Outcome]:
    with Pool(processes) as pool:
        yield from pool.imap_unordered(simulate, range(first, first + number), chunksize=5)


def _one(seed: int) -> int:
    print(scenario(seed))
    outcome = simulate(seed)
    print(f"{outcome.processes} runs, {outcome.requests} requests, {outcome.lines} lines placed")
    print(f"crashes: {dict(outcome.crashes)}; faults: {dict(outcome.faults)}")
    print(*(outcome.wrong or ["Every promise was kept."]), sep="\n")
    return 1 if outcome.wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100_000, help="how many")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="the first one")
    parser.add_argument("--seed", type=int, help="play this one alone and tell what came of it")
    parser.add_argument("--processes", type=int, default=cpu_count())
    parser.add_argument("--report", action="store_true", help="write docs/reliability.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
