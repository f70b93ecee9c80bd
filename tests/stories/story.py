"""What does a seed stand for?  One or two little campaigns, and what people, machines and Tango do, step by step.

A story is plain data: its steps can be read, left out one by one, and played again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from tests.stories.sheet import Row, Sheet, new_row

EDITS = ("amount", "amount", "amount format", "reward", "name", "message", "method", "e-mail", "e-mail",
         "key spelling", "key spelling", "key", "own key", "rows", "columns", "default", "key column", "batch size",
         "correct", "remove", "bring back", "duplicate", "add", "add", "add again", "add again", "several")  # fmt: skip
PLACING = ("lost-answer", "cut-answer", "500", "500-placed", "502-placed", "503-placed", "503", "429", "html",
           "truncated", "409-in-process", "409-exists", "nested", "cut", "unknown-key", "402", "401")  # fmt: skip
ASKING = ("500", "503", "not-found", "404-customer", "html", "truncated", "lost-answer", "401", "missing-line")
FOLDERS = ("camp", "home", "above")


@dataclass(frozen=True)
class Step:
    """One thing that happens: a verb, and what it needs by name."""

    verb: str
    args: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return " ".join([self.verb, *(f"{name}={value}" for name, value in self.args if value not in ("", 0, False))])


def step(verb: str, **args: object) -> Step:
    return Step(verb, tuple(args.items()))


@dataclass(frozen=True)
class Story:
    """Everything that a seed decides."""

    seed: int
    rows: tuple[Row, ...]
    keyed: bool
    batch_size: int
    endpoint: str
    steps: tuple[Step, ...]

    def sheets(self) -> dict[str, Sheet]:
        """The campaign `a`, and `b` for the same people."""
        return {name: Sheet(name, list(self.rows), self.keyed, self.batch_size, self.endpoint) for name in ("a", "b")}

    @property
    def campaigns(self) -> list[str]:
        """Those that a step is about."""
        named = {dict(one.args).get("of") for one in self.steps}
        both = any(dict(one.args).get("meanwhile") for one in self.steps)
        return [name for name in ("a", "b") if name in named or both]

    def without(self, place: int) -> Story:
        """The same without one step."""
        return replace(self, steps=self.steps[:place] + self.steps[place + 1 :])

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {len(self.rows)} rows, key {'on' if self.keyed else 'off'}, "
                 f"batch_size {self.batch_size}, {self.endpoint}"]  # fmt: skip
        lines += [f"  row {number}: {', '.join(filter(None, row.cells().values()))}"
                  for number, row in enumerate(self.rows, 2)]  # fmt: skip
        return "\n".join([*lines, *(f"  {number}. {one}" for number, one in enumerate(self.steps, 1))])


def story(seed: int) -> Story:
    """The story of a seed; the same one always."""
    dice = Random(seed)
    rows = tuple(new_row(number, dice.randrange(10**6)) for number in range(1, dice.randint(2, 9) + 1))
    steps = [*_before(dice), _run(dice, "a")]
    for _ in range(dice.randint(1, 4)):
        steps += dice.choice(CHAPTERS)(dice)
    endpoint = "orders" if dice.random() < 0.1 else "asyncOrders"
    return Story(seed, rows, dice.random() < 0.5, dice.randint(1, 4), endpoint, tuple(steps))


Chapter = Callable[[Random], list[Step]]


def _before(dice: Random) -> Iterator[Step]:
    """What may happen before the first run."""
    if dice.random() < 0.15:
        yield step("edit", of="a", what=dice.choice(EDITS), row=dice.randrange(9), how=dice.randrange(99))
    if dice.random() < 0.3:
        yield step("plan", of="a")
        yield step("back up")
    if dice.random() < 0.35:
        yield _faults(dice, "place", PLACING)


def _run(dice: Random, of: str = "", **more: object) -> Step:
    """A run: killed or not, followed or not, from whichever folder."""
    return step(
        "run", of=of or _which(dice), canary=dice.choice([0] * 8 + [1, 2]), wait=dice.choice(["", "", "", "0"]),
        kill_at=dice.randint(1, 110) if dice.random() < 0.25 else 0, lose_wal=dice.random() < 0.3,
        folder=dice.choice(FOLDERS), **more,
    )  # fmt: skip


def _which(dice: Random) -> str:
    return "a" if dice.random() < 0.8 else "b"


def _edits(dice: Random, of: str = "") -> list[Step]:
    of = of or _which(dice)
    return [step("edit", of=of, what=dice.choice(EDITS), row=dice.randrange(9), how=dice.randrange(99))
            for _ in range(dice.randint(1, 3))]  # fmt: skip


def _perhaps(dice: Random, of: str = "") -> list[Step]:
    return _edits(dice, of) if dice.random() < 0.6 else []


def _faults(dice: Random, call: str, kinds: tuple[str, ...]) -> Step:
    return step("faults", kind=dice.choice(kinds), call=call, nth=dice.randint(1, 3), times=dice.choice([1, 1, 2, 5]))


def _edited(dice: Random) -> list[Step]:
    of = _which(dice)
    return [*_edits(dice, of), _run(dice, of)]


def _lost_answer(dice: Random) -> list[Step]:
    of = _which(dice)
    fault = _faults(dice, *dice.choice((("place", PLACING), ("look_up", ASKING), ("list", ASKING))))
    return [*_perhaps(dice, of), fault, _run(dice, of), *_perhaps(dice, of), _run(dice, of)]


def _lagging(dice: Random) -> list[Step]:
    of = _which(dice)
    asked = dice.choice([_run(dice, of), step("track", of=of)])
    return [
        step("lag", looks=dice.choice([1, 2, 9])),
        *_perhaps(dice, of),
        asked,
        step("retry", of=of),
        _run(dice, of),
    ]


def _restored(dice: Random) -> list[Step]:
    of = _which(dice)
    begun = [step("back up"), *_perhaps(dice, of), _run(dice, of)] if dice.random() < 0.5 else []
    later = [step("days", n=dice.choice([1, 3, 9]))] if dice.random() < 0.3 else []
    return [*begun, step("restore", whole=dice.random() < 0.6), *later, *_perhaps(dice, of), _run(dice, of)]


def _lost(dice: Random) -> list[Step]:
    of = _which(dice)
    tried = [step("recover", of=of, kill_at=dice.choice([0, dice.randint(1, 60)]))] if dice.random() < 0.6 else []
    deaf = [_faults(dice, "list", ASKING)] if dice.random() < 0.3 else []
    return [
        step("lose", what=dice.choice(["ledger", "state", "wal"])),
        *_perhaps(dice, of),
        *deaf,
        *tried,
        _run(dice, of),
    ]


def _recovered(dice: Random) -> list[Step]:
    of = _which(dice)
    return [
        *_perhaps(dice, of),
        step("recover", of=of, kill_at=dice.choice([0, dice.randint(1, 60)])),
        _run(dice, of),
    ]


def _moved(dice: Random) -> list[Step]:
    of = _which(dice)
    move = dice.choice([step("machine", copied=True), step("machine", copied=False), step("move settings")])
    back = [step("back to the first machine"), *_perhaps(dice, of), _run(dice, of)] if dice.random() < 0.6 else []
    return [move, *_perhaps(dice, of), _run(dice, of), *back]


def _overlapping(dice: Random) -> list[Step]:
    first, second = dice.choice([("a", "b"), ("b", "a")])
    if dice.random() < 0.3:
        return [*_perhaps(dice, first), _run(dice, second, meanwhile=dice.randint(1, 6)), _run(dice, first)]
    return [
        *_perhaps(dice, first),
        _run(dice, second),
        *_perhaps(dice, second),
        _run(dice, first),
        _run(dice, second),
    ]


def _released(dice: Random) -> list[Step]:
    of = _which(dice)
    return [_run(dice, of), step("release", of=of, which=dice.choice(["one", "all"]), how=dice.randrange(9)),
            *(_edits(dice, of) if dice.random() < 0.3 else []), _run(dice, of), *_perhaps(dice, of)]  # fmt: skip


def _retried(dice: Random) -> list[Step]:
    of, wait = _which(dice), [step("days", n=dice.choice([1, 1, 3]))] if dice.random() < 0.6 else []
    look = [step("track", of=of)] if dice.random() < 0.7 else []
    return [
        *look,
        *wait,
        *look,
        step("retry", of=of, kill_at=dice.choice([0, 0, dice.randint(1, 60)])),
        _run(dice, of),
    ]


def _handed_in(dice: Random) -> list[Step]:
    of = _which(dice)
    report = dice.choice(["failures.csv", "failures.csv", "results.csv"])
    own = step("hand in", of=of, report=report, corrected=dice.random() < 0.7, in_place=dice.random() < 0.5,
               kill_at=dice.choice([0, 0, 0, dice.randint(1, 110)]))  # fmt: skip
    return [own, *_perhaps(dice, of), *([_run(dice, of)] if dice.random() < 0.5 else [])]


def _later(dice: Random) -> list[Step]:
    of = _which(dice)
    return [step("days", n=dice.choice([1, 8, 20, 22, 40])), *_perhaps(dice, of), _run(dice, of)]


def _purged(dice: Random) -> list[Step]:
    of = _which(dice)
    return [step("days", n=dice.choice([2, 5, 19])), step("purge"), *_perhaps(dice, of), _run(dice, of)]


def _back_up(dice: Random) -> list[Step]:
    return [step("back up"), *_edited(dice)]


CHAPTERS: tuple[Chapter, ...] = (
    _edited, _edited, _edited, _lost_answer, _lost_answer, _lagging, _restored, _restored, _lost, _lost, _recovered,
    _moved, _moved, _overlapping, _overlapping, _released, _released, _retried, _handed_in, _handed_in, _later,
    _purged, _back_up,
)  # fmt: skip
