"""The file, as people keep it and edit it between runs, and the settings that belong to it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

REWARDS = ("U561593", "U666425")
HEADERS = ("Employee ID", "Method", "First name", "Last name", "E-mail", "Mobile", "Reward", "Amount", "Message",
           "Delivery date", "Line note")  # fmt: skip
# Other spellings of one key. Each names the row that it named before.
SPELLINGS = {
    "capitals": lambda key: key.swapcase(),
    "blank": lambda key: f" {key} ",
    "zeros": lambda key: f"00{key}" if key[0].isdigit() else key,
    "no zeros": lambda key: key.lstrip("0") or key,
    "apostrophe": lambda key: f"'{key}",
    "full width": lambda key: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in key),
}


@dataclass(frozen=True)
class Row:
    """One row. `tag` is its line note and never changes, nor does the first name: they tell what belongs to whom."""

    tag: str
    person: int
    key: str
    amount: str
    method: str = "EMAIL"
    last: str = "Roe"
    email: str = ""
    mobile: str = ""
    reward: str = ""
    message: str = ""
    date: str = ""

    @property
    def who(self) -> str:
        """As `tango.Line.who`: the recipient, or for a bulk row the row itself."""
        return f"p{self.person}" if self.person else self.tag

    @property
    def named(self) -> bool:
        """Whether there is an address by which this recipient is known."""
        return bool(self.email if self.method == "EMAIL" else self.mobile)

    @property
    def wrong(self) -> bool:
        """Whether a rule of the book rejects it."""
        return "@@" in self.email

    def cells(self) -> dict[str, str]:
        """By header."""
        name = f"P{self.person}" if self.person else ""
        values = (self.key, self.method, name, self.last if name else "", self.email, self.mobile, self.reward,
                  self.amount, self.message, self.date, self.tag)  # fmt: skip
        return dict(zip(HEADERS, values, strict=True))


@dataclass
class Sheet:
    """The file of one campaign with its settings."""

    campaign: str
    rows: list[Row]
    keyed: bool
    batch_size: int
    endpoint: str = "asyncOrders"
    several: bool = False
    reward: str = REWARDS[0]
    headers: tuple[str, ...] = HEADERS
    gone: list[Row] = field(default_factory=list)

    def text(self) -> str:
        """As CSV."""
        return written(self.headers, [row.cells() for row in self.rows])

    def settings(self) -> dict[str, Any]:
        """As campaign.toml."""
        return {
            "campaign": {"id": self.campaign, "name": self.campaign.title()},
            "tango": {"batch_size": self.batch_size, "max_tries": 2, "endpoint": self.endpoint},
            "preflight": {"catalogue": "off", "funds": "off"},
            "defaults": {"utid": self.reward},
            "identity": {"key": ["Employee ID"] if self.keyed else []}
            | ({"several_per_recipient": True} if self.several else {}),
        }

    # ---- edits: each takes a number that says where, and a number that says how ------------------------------

    def edit(self, what: str, where: int, how: int) -> None:
        """Change something; a row is counted round and round."""
        if what in ("columns", "default", "key column", "batch size", "several", "rows"):
            getattr(self, "_" + what.replace(" ", "_"))(how)
        elif self.rows:
            place = where % len(self.rows)
            getattr(self, "_" + what.replace(" ", "_").replace("-", "_"))(place, self.rows[place], how)

    def _columns(self, how: int) -> None:
        self.headers = tuple(Random(how).sample(HEADERS, len(HEADERS)))

    def _rows(self, how: int) -> None:
        Random(how).shuffle(self.rows)

    def _default(self, how: int) -> None:
        self.reward = REWARDS[how % len(REWARDS)]

    def _key_column(self, _: int) -> None:
        self.keyed = not self.keyed

    def _batch_size(self, how: int) -> None:
        self.batch_size = 1 + how % 5

    def _several(self, _: int) -> None:
        self.several = True

    def _amount(self, place: int, row: Row, how: int) -> None:
        self.rows[place] = replace(row, amount=str(int(float(row.amount)) + 1 + how % 9))

    def _amount_format(self, place: int, row: Row, _: int) -> None:
        self.rows[place] = replace(row, amount=f"{float(row.amount):.2f}")

    def _reward(self, place: int, row: Row, how: int) -> None:
        self.rows[place] = replace(row, reward=REWARDS[how % len(REWARDS)])

    def _name(self, place: int, row: Row, _: int) -> None:
        self.rows[place] = replace(row, last=row.last + "e")

    def _message(self, place: int, row: Row, how: int) -> None:
        self.rows[place] = replace(row, message=f"Thank you {how % 9}")

    def _method(self, place: int, row: Row, _: int) -> None:
        """From e-mail to text message or back; who names nobody has no other way to be reached."""
        if row.email and row.mobile:
            self.rows[place] = replace(row, method="PHONE" if row.method == "EMAIL" else "EMAIL")

    def _e_mail(self, place: int, row: Row, how: int) -> None:
        changed = (row.email.upper(), f" {row.email} ", row.email.title(), row.email.lower())[how % 4]
        self.rows[place] = replace(row, email=changed if row.email else "")

    def _key_spelling(self, place: int, row: Row, how: int) -> None:
        spell = list(SPELLINGS.values())[how % len(SPELLINGS)]
        self.rows[place] = replace(row, key=spell(row.key) if len(row.key) < 8 else row.key.strip(" '"))

    def _key(self, place: int, row: Row, how: int) -> None:
        """Another key: a typing mistake, or the key of another row."""
        self.rows[place] = replace(row, key=self.rows[how % len(self.rows)].key if how % 2 else f"{row.key}9")

    def _own_key(self, place: int, row: Row, _: int) -> None:
        """A doubled key is corrected."""
        self.rows[place] = replace(row, key=f"N{row.tag[1:]}")

    def _correct(self, place: int, row: Row, _: int) -> None:
        self.rows = [replace(one, email=one.email.replace("@@", "@")) for one in self.rows]

    def _remove(self, place: int, row: Row, _: int) -> None:
        if len(self.rows) > 1:
            self.gone.append(self.rows.pop(place))

    def _bring_back(self, place: int, row: Row, how: int) -> None:
        if self.gone:
            self.rows.insert(place, self.gone.pop(how % len(self.gone)))

    def _duplicate(self, place: int, row: Row, how: int) -> None:
        self.rows.insert(how % (len(self.rows) + 1), row)

    def _add(self, place: int, row: Row, how: int) -> None:
        """A row for somebody new."""
        self.rows.insert(place, new_row(self._next(), how))

    def _add_again(self, place: int, row: Row, how: int) -> None:
        """One more row for somebody who is there: the same reward, or another amount."""
        number = self._next()
        amount = row.amount if how % 2 else str(int(float(row.amount)) + 11)
        self.rows.append(replace(row, tag=f"t{number}", key=f"{row.key}{number}", amount=amount))

    def _next(self) -> int:
        return 1 + max(int(row.tag[1:]) for row in [*self.rows, *self.gone])


def new_row(number: int, how: int) -> Row:
    """A row of a number, of a kind that another number decides."""
    dice = Random(how)
    kind, person, key = dice.random(), number, dice.choice([f"{number:04}", f"{number}", f"E{number}", f"x-{number}"])
    plain = Row(f"t{number}", person, key, str(dice.randint(5, 40)), email=f"p{number}@example.com")
    if kind < 0.10:
        return replace(plain, method="PHONE", email="", mobile=f"+1415555{1000 + number}")
    if kind < 0.18:
        return replace(plain, mobile=f"+1 415 555 {1000 + number}")
    if kind < 0.26:
        return replace(plain, person=0, method="BULKDIGITAL", email="", last="")
    if kind < 0.31:
        return replace(plain, method="NONE", email="")
    if kind < 0.38:
        return replace(plain, email=f"p{number}@@example.com")
    if kind < 0.46:
        return replace(plain, email=f"sim-fails.p{number}@example.com")
    if kind < 0.51:
        return replace(plain, email=f"phoenix.p{number}@example.com")
    if kind < 0.57:
        return replace(plain, date=f"2026-{dice.choice(['11-30', '12-02', '12-10'])}")
    return plain


def written(headers: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
