"""What do the steps of a story do?  Each is a method of `Player`: people, machines, time and Tango, one at a time.

What people run goes through the command line, and the model hears of it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.stories.model import Asked, Model
from tests.stories.program import Ended
from tests.stories.story import Story
from tests.stories.world import World, table

DONE = (0, 1)
QUIET = ("edit", "days", "faults", "lag", "release")  # after these results.csv is still that of the last run
LEDGER_CHANGES = ("lose", "restore", "machine", "move settings", "back to the first machine")


class Player:
    """Plays one story in a world of its own."""

    def __init__(self, told: Story) -> None:
        self.story, self.world, self.sheets = told, World(), told.sheets()
        self.model = Model(one_ledger=not any(one.verb in LEDGER_CHANGES for one in told.steps))
        self.model.one_ledger &= not any(dict(one.args).get("lose_wal") and dict(one.args).get("kill_at")
                                         for one in told.steps)  # fmt: skip
        self.moved: set[int] = set()
        self.fresh = ""

    def play(self) -> None:
        """All steps, in turn."""
        for one in self.story.steps:
            self.fresh = self.fresh if one.verb in QUIET else ""
            getattr(self, ("" if one.verb == "recover" else "_") + one.verb.replace(" ", "_"))(**dict(one.args))

    # ---- steps: what people do -------------------------------------------------------------------------------

    def _edit(self, of: str, what: str, row: int, how: int) -> None:
        self.sheets[of].edit(what, row, how)

    def _run(
        self, of: str, canary: int, wait: str, kill_at: int, lose_wal: bool, folder: str, meanwhile: int = 0
    ) -> Ended:  # fmt: skip
        """`meanwhile`: at which order of this run the other campaign is run, from its beginning to its end."""
        options = [*(["--canary", str(canary)] if canary else []), *(["--wait", wait] if wait else [])]
        other = "b" if of == "a" else "a"

        def run_the_other() -> None:
            self.hand_over("run", other, self.file(other), [])

        ended = self.hand_over("run", of, self.file(of), options, kill_at=kill_at, lose_wal=lose_wal,
                                cwd=self._folder(folder), at_order=meanwhile, meanwhile=run_the_other)  # fmt: skip
        self.fresh = of if ended.code in DONE else ""
        return ended

    def _plan(self, of: str) -> None:
        self.call(of, "plan", self.file(of))

    def recover(self, of: str, kill_at: int = 0) -> Ended:
        return self.hand_over("recover", of, self.file(of), [], kill_at=kill_at)

    def _track(self, of: str) -> None:
        self.call(of, "track", of)

    def _retry(self, of: str, kill_at: int = 0) -> None:
        self.call(of, "retry", of, kill_at=kill_at)

    def _release(self, of: str, which: str, how: int) -> None:
        """Release held rows, where results.csv is that of the last run."""
        results = self.world.results(of) if self.fresh == of else []
        held = [row for row in results if row["Status"] == "held"]
        chosen = held if which == "all" else held[how % len(held) :][:1] if held else []
        if not chosen:
            return
        live = Counter(row["Line note"] for row in results if row["Status"] not in ("held", "rejected"))
        ended = self.call(of, "release", of, *(row["Row"] for row in chosen), "--reason", "agreed", reports=False)
        if ended.code == 0:
            self.model.released(of, self.asked(of, chosen), live, self.world.tango.truth())

    def _hand_in(self, of: str, report: str, corrected: bool, in_place: bool, kill_at: int) -> None:
        """An own report comes back, as it is or with its wrong rows put right."""
        path = self.world.reports / of / report
        rows = table(path)
        if not rows:
            return
        if corrected:
            path.write_text(path.read_text("utf-8-sig").replace("@@", "@"), "utf-8-sig")
        if not in_place:
            path = self.world.write(f"again-{report}", path.read_text("utf-8-sig"))
        self.hand_over("run", of, path, [], kill_at=kill_at, rows=self.asked(of, table(path)))

    def _purge(self) -> None:
        self.call("a", "purge", "--older-than", "1d", reports=False)

    # ---- steps: what happens to machines, time and Tango -----------------------------------------------------

    def _back_up(self) -> None:
        self.world.back_up()

    def _restore(self, whole: bool) -> None:
        self.world.restore(whole=whole)

    def _lose(self, what: str) -> None:
        self.world.lose(what)

    def _machine(self, copied: bool) -> None:
        self.world.new_machine(copied=copied)

    def _back_to_the_first_machine(self) -> None:
        self.world.machine = self.world.machines[0]

    def _move_settings(self) -> None:
        self.moved.add(id(self.world.machine))

    def _days(self, n: int) -> None:
        self.world.clock.turn(days=n)

    def _faults(self, kind: str, call: str, nth: int, times: int) -> None:
        self.world.tango.set_faults([{"kind": kind, "call": call, "nth": nth, "times": times}])

    def _lag(self, looks: int) -> None:
        self.world.tango.lag(looks)

    # ---- commands --------------------------------------------------------------------------------------------

    def _folder(self, name: str) -> Path:
        machine = self.world.machine
        return {"camp": machine.camp, "home": machine.home, "above": machine.folder}[name]

    def file(self, of: str) -> Path:
        """The file as it is now, on this machine."""
        return self.world.write(f"{of}.csv", self.sheets[of].text())

    def config(self, of: str) -> Path:
        """Its settings, on this machine."""
        folder = "conf/" if id(self.world.machine) in self.moved else ""
        return self.world.settings(self.sheets[of].settings(), f"{folder}{of}.toml")

    def call(self, of: str, *arguments: str | Path, reports: bool = True, **how: Any) -> Ended:
        """A command for a campaign."""
        folder: list[str | Path] = ["--reports", self.world.reports] if reports else []
        self.world.clock.turn(seconds=30)
        return self.world.call(*arguments, "--config", self.config(of), *folder, **how)

    def hand_over(
        self, verb: str, of: str, path: Path, options: list[str], rows: list[Asked] | None = None, **how: Any
    ) -> Ended:  # fmt: skip
        """Run a file (or recover with it), and see what that sends."""
        rows = self.asked(of, table(path)) if rows is None else rows
        before = self.world.tango.truth()
        if self.sheets[of].several:
            self.model.several.add(of)
        if verb == "run":
            self.model.handed_in(of, rows, before)
        ended: list[Ended] = []

        def sent() -> list[Any]:
            ended.append(self.call(of, verb, path, *options, **how))
            return self.world.tango.truth()[len(before) :]

        self.model.sending(of, rows, sent)
        if ended[0].code in DONE:
            held = {row["Line note"] for row in self.world.results(of) if row["Status"] == "held"}
            kept = [row for row in rows if row.tag in held]
            self.model.held(of, kept, rows, self.world.tango.truth())
        return ended[0]

    def asked(self, of: str, rows: list[dict[str, str]]) -> list[Asked]:
        """Rows of a CSV file as the model sees them; those that no amount can be read from are left out."""
        return [self._asked(self.sheets[of].reward, row) for row in rows if not self._undeliverable(row)]

    def _asked(self, reward: str, row: dict[str, str]) -> Asked:
        named = bool(row["E-mail"] or row["Mobile"])
        rest = "" if named else "|".join(row[name] for name in ("Method", "Last name", "Message", "Delivery date"))
        return Asked(row["Line note"], row["First name"].lower() or row["Line note"], row["Reward"] or reward,
                     float(row["Amount"]), row["Employee ID"], named, rest)  # fmt: skip

    def _undeliverable(self, row: dict[str, str]) -> bool:
        """Whether a rule rejects the row, or the endpoint cannot carry it."""
        single = self.story.endpoint == "orders"
        return "@@" in row["E-mail"] or (
            single and bool(row["Method"] in ("PHONE", "BULKDIGITAL") or row["Delivery date"])
        )
