"""What does a seed stand for?  A little file, an account, a schedule of faults, and what people do, run after run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from campaign_runner.simulator.fault_effects import FAULTS
from campaign_runner.simulator.faults import Fault
from campaign_runner.simulator.test_values import MAGIC

HEADERS = "Employee ID,Method,First name,Last name,E-mail,Mobile,UTID,Amount"
# What may happen after the first run; each is a process of its own. Doubled ones are likelier.
STEPS = ("run", "run", "edit", "edit", "edit", "retry", "retry", "release", "release", "lose", "lose and edit", "back",
         "forth", "track", "track once", "run without waiting", "reports", "offline", "mend")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of the file. The first name tells persons apart: nothing ever changes it."""

    key: int
    person: int
    last: str = "Roe"
    spell: str = ""
    amount: int = 10
    method: str = "EMAIL"
    wrong: bool = False

    @property
    def email(self) -> str:
        return f"{self.spell}.p{self.person}@example.com".lstrip(".")

    def cells(self) -> str:
        """As a line of CSV."""
        email = self.email.replace("@", "@@" if self.wrong else "@")
        mobile = f"+1415555{1000 + self.person}" if self.method == "PHONE" else ""
        reached = email if self.method == "EMAIL" or self.wrong else ""
        return f"{self.key},{self.method},P{self.person},{self.last},{reached},{mobile},U561593,{self.amount}"


@dataclass(frozen=True)
class Scenario:
    """Everything that a seed decides. `crashes` holds, for each process in turn, at which point it dies (0: it lives)."""

    seed: int
    rows: tuple[Row, ...]
    keyed: bool
    batch_size: int
    endpoint: str
    account: str
    max_tries: int
    faults: tuple[Fault, ...]
    steps: tuple[str, ...]
    crashes: tuple[int, ...]
    preflight: bool = False
    patient: bool = True
    canary: int = 0
    max_failure_rate: float | None = None
    partial: bool = False

    @property
    def cautious(self) -> bool:
        """Whether its runs keep lines back until others have ended well; the last ones do not."""
        return bool(self.canary) or self.max_failure_rate is not None

    def with_rows(self, *rows: Row) -> Scenario:
        """The same with other rows."""
        return replace(self, rows=rows)

    def at(self, endpoint: str) -> Scenario:
        """The same at the other endpoint."""
        return replace(self, endpoint=endpoint)

    def then(self, *steps: str) -> Scenario:
        """The same with these steps after the first run."""
        return replace(self, steps=steps)

    def settings(self, base_url: str) -> dict[str, Any]:
        """As campaign.toml would say it."""
        tango = {"base_url": base_url, "batch_size": self.batch_size, "endpoint": self.endpoint, "account": self.account,
                 "max_tries": self.max_tries}  # fmt: skip
        wanted = "auto" if self.preflight else "off"
        return {"campaign": {"id": "q4", "name": "Q4"}, "tango": tango,
                "preflight": {"catalogue": wanted, "funds": wanted},
                "identity": {"key": ("Employee ID",) if self.keyed else ()}}  # fmt: skip


def scenario(seed: int) -> Scenario:
    """The scenario of a seed; the same one always."""
    dice = Random(seed)
    return Scenario(
        seed=seed, rows=tuple(_rows(dice)), keyed=dice.random() < 0.5, batch_size=dice.randint(1, 4),
        endpoint="orders" if dice.random() < 0.15 else "asyncOrders",
        account=dice.choice(["acme-account"] * 9 + ["sim-poor"]), max_tries=dice.choice([1, 2, 5]),
        faults=tuple(_fault(dice) for _ in range(dice.randint(0, 5))),
        steps=tuple(dice.choice(STEPS) for _ in range(dice.randint(0, 4))),
        crashes=tuple(dice.randint(1, 90) if dice.random() < 0.5 else 0 for _ in range(dice.randint(0, 5))),
        preflight=dice.random() < 0.3, patient=dice.random() < 0.85,
        canary=dice.randint(1, 3) if dice.random() < 0.25 else 0,
        max_failure_rate=dice.choice([0.0, 0.1, 0.5]) if dice.random() < 0.2 else None, partial=dice.random() < 0.5,
    )  # fmt: skip


def _rows(dice: Random) -> list[Row]:
    rows: list[Row] = []
    for number in range(1, dice.randint(3, 12) + 1):
        kind = dice.random()
        if rows and kind < 0.12:
            rows.append(dice.choice(rows))
        elif rows and kind < 0.18:
            rows.append(replace(dice.choice(rows), key=number, last="Poe"))
        else:
            rows.append(_row(dice, number))
    return rows


def _row(dice: Random, number: int) -> Row:
    spell = dice.choice(list(MAGIC)) if dice.random() < 0.25 else ""
    method = "PHONE" if not spell and dice.random() < 0.2 else "EMAIL"
    return Row(number, number, spell=spell, amount=dice.randint(5, 40), method=method, wrong=dice.random() < 0.1)


def _fault(dice: Random) -> Fault:
    kind = dice.choice(list(FAULTS))
    return Fault(
        kind, dice.choice(["place", "place", "look_up", ""]), nth=dice.randint(1, 8),
        times=dice.choice([1, 1, 1, 2, 3, 6]), seconds=0 if kind == "slow" else dice.choice([1, 5, 30, 90]),
    )  # fmt: skip


@dataclass
class Sheet:
    """The file as people edit it; `versions` counts its editions."""

    rows: list[Row]
    versions: int = 1
    dice: Random = field(default_factory=Random)

    def edit(self) -> None:
        """One to three of: another amount, another name, one row more, one less, a mistake mended, rows shuffled."""
        self.versions += 1
        for _ in range(self.dice.randint(1, 3)):
            place = self.dice.randrange(len(self.rows))
            row, kind = self.rows[place], self.dice.randrange(6)
            if kind == 0:
                self.rows[place] = replace(row, amount=row.amount + 1)
            elif kind == 1:
                self.rows[place] = replace(row, last=row.last + "e")
            elif kind == 2:
                number = 100 * self.versions + len(self.rows)
                self.rows.insert(place, _row(self.dice, number))
            elif kind == 3 and len(self.rows) > 2:
                del self.rows[place]
            elif kind == 4:
                self.rows = [replace(one, wrong=False) for one in self.rows]
            else:
                self.dice.shuffle(self.rows)

    def text(self) -> str:
        """As CSV."""
        return "\n".join([HEADERS, *(row.cells() for row in self.rows)]) + "\n"
