"""How many seeds hold?  `python -m tests.reliability.soak --seeds 100000`, or one of them with `--seed 1234`.

Ctrl-C ends it early: the figures are those of the seeds that were played, from the first one on without a gap.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from multiprocessing import Pool, cpu_count
from time import monotonic

from tests.reliability.harness import Outcome, simulate
from tests.reliability.report import Figures, write_report
from tests.reliability.scenario import scenario
from tests.stories.__main__ import play_many

EVERY = 500


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 if any promise was broken, 130 if it was interrupted."""
    asked = _parser().parse_args(arguments)
    if asked.seed is not None:
        return _one(asked.seed)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    figures, started = Figures(asked.first, asked.first), monotonic()
    with contextlib.suppress(KeyboardInterrupt), Pool(asked.processes, _deaf) as pool:
        for outcome in pool.imap(simulate, range(asked.first, asked.first + asked.seeds), chunksize=5):
            figures.add(outcome)
            figures.seconds = monotonic() - started
            _tell(outcome, figures, asked.seeds)
    print(*figures.told(), sep="\n")
    stories = play_many(0, asked.stories, asked.processes)
    print(*stories.told(), sep="\n")
    if asked.report and figures.seeds:
        print(f"Written: {write_report(figures, stories)}")
    if figures.seeds < asked.seeds or stories.stories < asked.stories:
        return 130
    return 1 if figures.broken or stories.broken else 0


def _deaf() -> None:
    """Ctrl-C is for the one that counts; the others end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _tell(outcome: Outcome, figures: Figures, seeds: int) -> None:
    for sentence in outcome.wrong:
        print(f"seed {outcome.seed}: {sentence}\n    replay: {outcome.replay}", file=sys.stderr, flush=True)
    if figures.seeds % EVERY == 0:
        pace = figures.seeds / figures.seconds
        said = f"{figures.seeds:,} of {seeds:,} seeds, {len(figures.broken)} broken, {pace:.1f} a second"
        print(said, flush=True)


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
    parser.add_argument("--stories", type=int, default=0, help="how many stories (tests/stories) after them")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="the first one")
    parser.add_argument("--seed", type=int, help="play this one alone and tell what came of it")
    parser.add_argument("--processes", type=int, default=cpu_count())
    parser.add_argument("--report", action="store_true", help="write docs/reliability.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
