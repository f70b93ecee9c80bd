"""Which rows add up, count or average the rows above them?  Anywhere in the sheet; they are not rewards.

A row with a contact of its own (an e-mail address, a phone number, a street) is always a reward. Of the others, those
with a word such as `Total` are looked at, and those with nothing but numbers; what their figures say decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from campaign_runner.intake.grid import Row
from campaign_runner.intake.totals_words import Label, is_statistic, label
from campaign_runner.model import Column

CONTACTS = {
    "recipient.email": "@",
    "shipping.contactEmail": "@",
    "recipient.mobileNumber": r"[0-9](?:[^0-9]*[0-9]){5}",
    "recipient.address.streetLine1": r"[0-9]",
    "shipping.address.streetLine1": r"[0-9]",
}
_NAMES = ("recipient.firstName", "recipient.lastName")
_CENT = Decimal("0.01")
_ENOUGH_ROWS = 3  # of two rewards, a third is easily the sum
Amount = tuple[int, str, str]  # row number, amount and quantity as they are written


@dataclass(slots=True)
class Totals:
    """`rows` are left out, `remarks` below them too; `doubtful` rows may be rewards. `declared`: the row and figure of
    the total of everything; `mismatches`: sentences about totals that their rows do not come to."""

    rows: list[int] = field(default_factory=list)
    remarks: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    declared: tuple[int, Decimal] | None = None
    mismatches: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Section:
    """The rewards since the last totals row, or all of them: what a figure may be of."""

    first: int = 0
    last: int = 0
    amounts: list[Decimal] = field(default_factory=list)
    worth: Decimal = Decimal(0)
    rows: int = 0

    def add(self, row: int, amount: Decimal | None, quantity: Decimal | None) -> None:
        self.first, self.last, self.rows = self.first or row, row, self.rows + 1
        if amount is not None:
            self.amounts.append(amount)
            self.worth += amount * (1 if quantity is None else quantity)

    @property
    def whole(self) -> bool:
        """Whether every amount could be read."""
        return len(self.amounts) == self.rows

    def sums(self) -> set[Decimal]:
        return {sum(self.amounts, Decimal(0)), self.worth} if self.amounts else set()

    def extremes(self) -> set[Decimal]:
        """The least and the most of the rows, where they differ."""
        ends = {min(self.amounts), max(self.amounts)} if self.amounts else set()
        return ends if len(ends) > 1 else set()

    def figures(self) -> set[Decimal]:
        """Sums, the average and the number of rows."""
        if not self.amounts:
            return {Decimal(self.rows)}
        average = (sum(self.amounts, Decimal(0)) / len(self.amounts)).quantize(_CENT, ROUND_HALF_UP)
        return {*self.sums(), average, average - _CENT, Decimal(self.rows)}


def find(candidates: Sequence[Row], columns: Sequence[Column], amounts: Iterator[Amount], last: int = 0) -> Totals:
    """Decide about the candidates, with all rows of the sheet in their order; `last`: the number of the last one."""
    totals = Totals()
    waiting = dict(candidates)
    section, everything, before = _Section(), _Section(), Totals()
    sums: list[tuple[int, Decimal | None, _Section, _Section]] = []
    for row, amount, quantity in amounts:
        cells = waiting.get(row)
        verdict = _verdict(cells, columns, section, everything) if cells else ""
        if cells and row == last and not verdict and _may_sum_up(cells, columns, everything):
            verdict = "doubtful"
        if verdict == "total" and cells:
            totals.rows.append(row)
            if not is_statistic(" ".join(cells)):
                sums.append((row, _figure(cells, columns), section, _copy(everything)))
            section = _Section() if section.rows else section
        elif verdict == "remark" and totals.rows:
            before.remarks.append(row)
        else:
            totals.doubtful += [row] if verdict == "doubtful" else []
            before.remarks.clear()
            for part in (section, everything):
                part.add(row, number(amount), number(quantity))
    totals.remarks = before.remarks
    _compare(totals, sums)
    return totals


def _verdict(cells: Sequence[str], columns: Sequence[Column], section: _Section, everything: _Section) -> str:
    """`total`, `doubtful`, `remark` or "" for a reward like any other."""
    names = {column.position: column.field or "" for column in columns}
    filled = {at: cell.strip() for at, cell in enumerate(cells) if cell.strip() and at in names}
    labels = {at: sure for at, cell in filled.items() if (sure := label(cell))}
    figures = {value for at, cell in filled.items() if at not in labels and (value := number(cell)) is not None}
    figures |= {Decimal(digits) for at in labels for digits in _digits(filled[at])}
    matches = bool(figures & (section.figures() | everything.figures()))
    if not labels:
        return _without_label(filled, names, section, everything)
    if set(labels.values()) == {Label.EXTREME}:
        return "doubtful" if figures & (section.extremes() | everything.extremes()) else ""
    if _is_whole_reward(filled, labels, names):
        return "total" if matches and figures & (section.sums() | everything.sums()) else ""
    if Label.CLEAR in labels.values():
        return "total"
    return "total" if matches and everything.rows > 1 else "doubtful"


def _without_label(filled: dict[int, str], names: dict[int, str], section: _Section, everything: _Section) -> str:
    amount = next((number(cell) for at, cell in filled.items() if names[at] == "amount"), None)
    numeric = all(number(cell) is not None for cell in filled.values())
    if amount is None:
        return (
            "remark" if len(filled) <= 2 and not any(names[at] in ("deliveryMethod", "utid") for at in filled) else ""
        )
    adds_up = amount in (section.sums() if section.rows > 1 else set()) | (
        everything.sums() if everything.rows > 1 else set()
    )
    return "total" if numeric and adds_up else ""


def _may_sum_up(cells: Sequence[str], columns: Sequence[Column], everything: _Section) -> bool:
    """Whether a row has one word, in whatever language, and the sum of all the others."""
    names = {column.position: column.field or "" for column in columns}
    filled = {at: cell for at, cell in enumerate(cells) if cell.strip() and at in names}
    words = [at for at, cell in filled.items() if number(cell) is None]
    amount = next((number(cell) for at, cell in filled.items() if names[at] == "amount"), None)
    is_alone = len(words) == 1 and names[words[0]] not in ("deliveryMethod", "utid")
    return is_alone and everything.rows >= _ENOUGH_ROWS and amount in everything.sums()


def _is_whole_reward(filled: dict[int, str], labels: dict[int, Label], names: dict[int, str]) -> bool:
    """A person whose other name is there too, or a reward with method and number whose own column holds the word."""
    people = [at for at in filled if names[at] in _NAMES]
    if len(people) == 2 and any(at in labels for at in people) and not all(at in labels for at in people):
        return True
    headers = {names[at] for at in filled}
    return {"deliveryMethod", "utid"} <= headers and all(not names[at] for at in labels)


def _figure(cells: Sequence[str], columns: Sequence[Column]) -> Decimal | None:
    position = next((column.position for column in columns if column.field == "amount"), None)
    return None if position is None or position >= len(cells) else plain_number(cells[position])


def _compare(totals: Totals, sums: Sequence[tuple[int, Decimal | None, _Section, _Section]]) -> None:
    """One total is compared when the rows are judged; of several, each with the rows that it covers."""
    stated = [(row, figure, part, everything) for row, figure, part, everything in sums if figure is not None]
    if len(stated) == 1:
        row, figure = stated[0][0], stated[0][1]
        totals.declared = (row, figure) if figure is not None else None
        return
    for row, figure, part, everything in stated:
        if figure in part.sums() | everything.sums():
            if figure in everything.sums():
                totals.declared = (row, figure) if figure is not None else None
        elif part.whole and everything.whole and figure is not None:
            covers = part if part.rows else everything
            above = (
                f"row {covers.first} is" if covers.rows == 1 else f"rows {covers.first} to {covers.last} add up to"
            )
            totals.mismatches.append(
                f"Row {row} of the file states a total of {figure:.2f}, but {above} {covers.worth:.2f}. Correct the row "
                "that is wrong, or the total; or delete the totals row."
            )


def _copy(section: _Section) -> _Section:
    return _Section(section.first, section.last, list(section.amounts), section.worth, section.rows)


def _digits(text: str) -> list[str]:
    return [part for part in text.replace(":", " ").split() if part.isascii() and part.isdigit() and len(part) < 10]


def plain_number(cell: str) -> Decimal | None:
    """A figure that can be read in one way only: `1,035.50`, `$85`; not `35,5`."""
    bare = cell.strip().lstrip("$€£").rstrip("$€£").strip()
    groups = bare.split(".")[0].split(",")
    if len(groups) > 1 and (any(len(group) != 3 for group in groups[1:]) or not 1 <= len(groups[0]) <= 3):
        return None
    return number(cell) if bare.replace(",", "").replace(".", "", 1).isdigit() else None


def number(cell: str) -> Decimal | None:
    """A figure with its sign, its thousands and a decimal point or comma; None for another text."""
    bare = cell.strip().strip("$€£¥ \u00a0").removeprefix("USD").removesuffix("USD").strip().lstrip("=")
    bare = bare.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "").replace("’", "")
    whole, comma, rest = bare.rpartition(",")
    if comma and len(rest) != 3 and rest.isdigit():
        bare = f"{whole.replace('.', '').replace(',', '')}.{rest}"
    if not bare or not bare[0].isascii() or bare[0] not in "0123456789.-":
        return None
    try:
        value = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
