"""How many stories hold?  `python -m tests.stories --stories 50000`, or one of them with `--seed 1234`."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from multiprocessing import Pool, cpu_count
from time import monotonic

from tests.stories.figures import StoryFigures
from tests.stories.play import Played, play, play_seed
from tests.stories.shrink import shrink
from tests.stories.story import Story, story

EVERY = 500


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 if any promise was broken, 130 if it was interrupted."""
    asked = _parser().parse_args(arguments)
    if asked.seed is not None:
        return _one(story(asked.seed), shorter=not asked.whole, log=asked.log)
    figures = play_many(asked.first, asked.stories, asked.processes)
    print(*figures.told(), sep="\n")
    if figures.stories < asked.stories:
        return 130
    return 1 if figures.broken else 0


def play_many(first: int, stories: int, processes: int) -> StoryFigures:
    """Play so many stories; Ctrl-C ends it early."""
    figures, started = StoryFigures(first), monotonic()
    with contextlib.suppress(KeyboardInterrupt), Pool(processes, _deaf) as pool:
        for one in pool.imap_unordered(play_seed, range(first, first + stories), chunksize=5):
            figures.add(one)
            figures.seconds = monotonic() - started
            _say(one)
            if figures.stories % EVERY == 0:
                print(f"{figures.stories:,} of {stories:,} stories, {len(figures.broken)} broken", flush=True)
    return figures


def _deaf() -> None:
    """Ctrl-C is for the one that counts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _say(one: Played) -> None:
    for sentence in one.wrong:
        print(f"seed {one.seed}: {sentence.strip().splitlines()[-1 if 'Traceback' in sentence else 0]}", flush=True)


def _one(told: Story, *, shorter: bool, log: bool) -> int:
    played = play(told)
    if played.wrong and shorter:
        told, played = shrink(told, played)
    print(told)
    if log:
        print(*played.log, sep="\n")
    print(*(played.wrong or ["Every promise was kept."]), sep="\n")
    return 1 if played.wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.stories", description=__doc__)
    parser.add_argument("--stories", type=int, default=500, help="how many")
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="the first one")
    parser.add_argument(
        "--seed", type=int, help="play this one alone; where it fails, show the shortest that still does"
    )
    parser.add_argument("--whole", action="store_true", help="do not shorten it")
    parser.add_argument("--log", action="store_true", help="show every command and what it said")
    parser.add_argument("--processes", type=int, default=cpu_count())
    return parser


if __name__ == "__main__":
    sys.exit(main())
