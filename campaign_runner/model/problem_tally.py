"""How many problems of which kind are there?  A tally that stays small however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from campaign_runner.model import Hold, Problem

EXAMPLES = 10
WARNS = "warning"


@dataclass(slots=True)
class ProblemTally:
    """Counts per field or header and kind of rule, and the first few problems, warnings and held rows in full.

    `kinds` is keyed by Tango's field name (or the user's header, or "" for a whole row), then by what follows the colon
    in `Problem.rule`; `warned` has the rows of each rule that only warns.
    """

    total: int = 0
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    examples: list[Problem] = field(default_factory=list)
    warnings: int = 0
    warned: dict[str, list[int]] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)
    cautions: list[Problem] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Count one problem (a warning is counted apart)."""
        if problem.severity != "error":
            self.warnings += 1
            self.warned.setdefault(problem.rule, []).append(problem.row)
            if len(self.cautions) < EXAMPLES:
                self.cautions.append(problem)
            return
        self.total += 1
        name = self._name(problem)
        self._count(name, problem.rule.partition(":")[2], 1)
        if problem.column:
            self.headers.setdefault(name, problem.column.header)
        if len(self.examples) < EXAMPLES:
            self.examples.append(problem)

    def join(self, other: ProblemTally) -> None:
        """Count what another tally counted, of rows further down."""
        self.total += other.total
        for name, kinds in other.kinds.items():
            for kind, number in kinds.items():
                self._count(name, kind, number)
        self.headers = other.headers | self.headers
        self.examples = [*self.examples, *other.examples][:EXAMPLES]
        self.warnings += other.warnings
        for rule, rows in other.warned.items():
            self.warned.setdefault(rule, []).extend(rows)
        self.cautions = [*self.cautions, *other.cautions][:EXAMPLES]

    def without(self, gone: Sequence[Problem]) -> ProblemTally:
        """What is left where some problems no longer matter."""
        kinds = {name: dict(each) for name, each in self.kinds.items()}
        rest = replace(self, kinds=kinds, examples=list(self.examples), cautions=list(self.cautions))
        for problem in gone:
            if problem.severity == "error":
                rest.total -= 1
                rest._count(self._name(problem), problem.rule.partition(":")[2], -1)
        rows = {problem.row for problem in gone}
        rest.examples = [problem for problem in self.examples if problem.row not in rows]
        return rest

    def hold(self, hold: Hold) -> None:
        """Count one row that is held back."""
        self.holds[hold.rule] = self.holds.get(hold.rule, 0) + 1
        if len(self.held) < EXAMPLES:
            self.held.append(hold)

    def by_kind(self) -> dict[str, int]:
        """How many there are of each kind, as `kind_of` names it."""
        errors = {f"{name}:{kind}": number for name, kinds in self.kinds.items() for kind, number in kinds.items()}
        return errors | {f"{WARNS} {rule}": len(rows) for rule, rows in self.warned.items()}

    def _count(self, name: str, kind: str, number: int) -> None:
        kinds = self.kinds.setdefault(name, {})
        kinds[kind] = kinds.get(kind, 0) + number

    def _name(self, problem: Problem) -> str:
        column = problem.column
        return _name(problem.rule, (column.field or "") if column else "", column.header if column else "")


def kind_of(problem: Mapping[str, str]) -> str:
    """The kind of a problem that is kept as plain text, as `ProblemTally.by_kind` names it."""
    rule = problem["rule"]
    if problem["severity"] != "error":
        return f"{WARNS} {rule}"
    return f"{_name(rule, problem['field'], problem['header'])}:{rule.partition(':')[2]}"


def _name(rule: str, field: str, header: str) -> str:
    return field or rule.partition(":")[0] or header
