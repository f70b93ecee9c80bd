"""How does a story end?  All steps, then the same command until it is done; then everything is looked at.

What is wrong is told in sentences; none means that every promise was kept.
"""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.stories.player import DONE, Player
from tests.stories.program import KILLED, Ended
from tests.stories.story import Story, story
from tests.stories.world import table

ERASED = "Line note"
WHOLE = re.compile(r"The chain of [\d,]+ events is intact; ")
CODES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, KILLED})


@dataclass
class Played:
    """What a story came to; `wrong` is empty where every promise was kept."""

    seed: int
    wrong: list[str]
    commands: int = 0
    killed: int = 0
    rows: int = 0
    orders: int = 0
    lines: int = 0
    log: list[Ended] = field(default_factory=list, repr=False)
    verbs: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> set[str]:
        """Which sorts of promises are broken: the sentences without names and figures."""
        return {re.sub(r"[\d.]+|\b[pt]\d+|/\S+", "…", sentence.partition("\n")[0])[:60] for sentence in self.wrong}

    @property
    def replay(self) -> str:
        """The command that shows this very story again."""
        return f"python -m tests.stories --seed {self.seed}"


def play_seed(seed: int) -> Played:
    """Play the story of a seed."""
    return play(story(seed))


def play(told: Story) -> Played:
    """Play a story to its end."""
    player = Player(told)
    try:
        player.play()
        wrong = list(dict.fromkeys(_wrong(player)))
    except Exception:
        wrong = [traceback.format_exc()]
    finally:
        player.world.close()
    world = player.world
    orders = list(world.tango.orders())
    return Played(
        told.seed, wrong, len(world.ended), sum(ended.code == KILLED for ended in world.ended), len(told.rows),
        len(orders), sum(order.count for order in orders), world.ended, Counter(one.verb for one in told.steps),
    )  # fmt: skip


def _wrong(player: Player) -> Iterator[str]:
    """Tango is well, all lines live that are to live, and nobody edits any more: now each campaign must finish."""
    world = player.world
    world.tango.set_faults([])
    world.tango.lag(0)
    world.clock.turn(days=3)
    unfinished: dict[str, str] = {}
    if not player.model.one_ledger:  # of each campaign first: a run asks for what its ledger lacks of the others
        for of in player.story.campaigns or ["a"]:
            player.recover(of)
    for of in player.story.campaigns or ["a"]:
        if sentence := _unfinished(player, of):
            unfinished[of] = sentence
    yield from _twice(player)
    yield from unfinished.values()
    for of in player.story.campaigns or ["a"]:
        if of not in unfinished:
            player.call(of, "track", of, finance=True)  # a run does not look again at what is final
            yield from _lost(player, of)
            yield from _books(player, of)
    yield from _whole(player)


def _unfinished(player: Player, of: str) -> str:
    """Run until it is done, as the messages advise; then once more. Returns what is wrong with that, or ""."""
    options: list[str] = []
    for _ in range(9):
        ended = player.hand_over("run", of, player.file(of), options)
        if ended.code in DONE:
            break
        if "campaign-runner recover" in ended.said:
            player.recover(of)
        elif "--no-canary" in ended.said:
            options = ["--no-canary"]
        player.world.clock.turn(seconds=130)
    else:
        return f"the same command does not finish {of}: {ended}"
    before = len(player.world.tango.truth())
    again = player.hand_over("run", of, player.file(of), options)
    if len(player.world.tango.truth()) > before:
        return f"one more run of {of} sent something: {again}"
    return "" if again.code in DONE else f"one more run of {of} ends with {again.code}: {again.said}"


def _twice(player: Player) -> Iterator[str]:
    tango = player.world.tango
    yield from player.model.violations(tango.truth(), Counter(tango.buried))


def _lost(player: Player, of: str) -> Iterator[str]:
    """Every row has one status, it is Tango's own, and nobody is kept back or left out without a reason."""
    truth = player.world.tango.truth()
    words = {line.reference: line.word for line in truth}
    sheet, results = player.sheets[of], player.world.results(of)
    if results and ERASED not in results[0] and any(one.verb == "purge" for one in player.story.steps):
        if len(results) != len(sheet.rows):
            yield f"{of}: {len(sheet.rows)} rows were handed in, {len(results)} have a status"
        return  # the file was erased with its cells: which row is whose nobody can tell any more
    if Counter(row.tag for row in sheet.rows) != Counter(row["Line note"] for row in results):
        yield f"{of}: {len(sheet.rows)} rows were handed in, {len(results)} have a status"
        return
    rows = player.asked(of, [row.cells() for row in sheet.rows])
    for said in results:
        status, tag, word = said["Status"], said["Line note"], words.get(said["externalRefLineItemID"])
        what = f"{tag} of {of} is {status} ({said['Reason']})"
        asked = next((row for row in rows if row.tag == tag), None)
        if status == "rejected":
            if asked and not said["Delivery date"]:
                yield f"{what}, though nothing is wrong with it"
        elif status == "held":
            if asked and not player.model.may_hold(of, asked, rows, truth):
                yield f"{what}, for no reason: lost"
        elif status == "failed" and word is None and said["Delivery date"]:
            continue  # planned in time, refused by Tango days later
        elif status in ("completed", "failed"):
            if word != {"completed": "COMPLETE", "failed": "FAILED"}[status]:
                yield f"{what}, Tango says {word or 'nothing'}"
        else:
            yield f"{what} in the end"


def _books(player: Player, of: str) -> Iterator[str]:
    """The books say what Tango charged, and tie out unless Tango itself contradicts itplayer."""
    summary, charged = player.world.summary(of), player.world.tango.charged(of)
    lines = table(player.world.reports / of / "finance.csv")
    booked = sum(float(row["Amount charged"] or 0) for row in lines if row["Status"] == "completed")
    if abs(booked - charged) > 0.001:
        yield f"the books of {of} say that {booked:.2f} were charged, Tango charged {charged:.2f}"
    if not summary["ties_out"] and not player.world.tango.buried:
        yield f"the books of {of} do not tie out: {summary['findings']}"


def _whole(player: Player) -> Iterator[str]:
    """The chain of events is whole on every machine, no command ended in a fault, no input was spoilt. A ledger that lost
    something lacks what was noted beside it, which is told; what it has is whole all the same."""
    for state in {state for machine in player.world.machines for state in machine.states()}:
        ended = player.world.call("audit", "verify", "--config", player.config("a"), "--state", state)
        if ended.code and (player.model.one_ledger or not WHOLE.match(ended.said)):
            yield f"the chain is not whole: {ended}"
    yield from player.world.spoilt
    yield from (f"a fault of the program: {ended}" for ended in player.world.ended if ended.code not in CODES)
