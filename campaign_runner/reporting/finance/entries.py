"""Which double entries do placed lines make?  One entry per order, day and status; each adds up to nothing.

Completed rewards are an expense, rewards on their way an asset, and what was charged for rewards that failed a claim;
all of it leaves the Tango account. Where the charge is in another currency than the reward, the reward stands in its
own currency at the price that was charged. A charge that is not face value, fees and shipping is booked apart.

What became final, or changed, on a later day keeps the entry of its day as it was; another one, on the day when the
change was found, takes it back and books what is true since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.model.errors import UsageError
from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.reporting.finance.lines import TITLES
from campaign_runner.reporting.finance.sums import key_name, summed, units

_ORDER = ("externalRefID", "referenceOrderID", "Campaign ID", "Purchase order")
_SUMMED = ("lines", "total", "charged", "fee", "shipping")
_OPEN = frozenset({RowStatus.PENDING, RowStatus.UNKNOWN})


class Posting(NamedTuple):
    """`units` of `currency` to an account (by its key), worth `weight` of `weight_currency`; money in
    ten-thousandths. `groups` are the values of the user's own columns."""

    account: str
    units: int
    currency: str
    weight: int
    weight_currency: str
    groups: tuple[str, ...] = ()


@dataclass(slots=True)
class BookEntry:
    """One transaction; the weights of its postings add up to 0 per currency. What is open is not settled yet."""

    day: str
    reference: str
    tango_order_id: str
    campaign: str
    purchase_order: str
    status: str
    lines: int = 0
    postings: list[Posting] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether it stands forever: an entry of open rewards becomes another one when they are final."""
        return self.status not in _OPEN


class Entries:
    """Finance lines, added up by order, day, status, currency and group."""

    def __init__(self, groups: Sequence[str]) -> None:
        self.groups = tuple(groups)
        self._sums: dict[tuple[str, ...], list[int]] = {}

    def add(self, columns: Sequence[Any]) -> None:
        """Add some lines of the period, as they stood at its end."""
        by_title = dict(zip((*TITLES, *self.groups), columns, strict=True))
        self._sum(by_title, booking_days(by_title), by_title["Status"])

    def change(self, before: Sequence[Any], after: Sequence[Any], days: Any, placed: Any, found_on: Any) -> None:
        """Book changes of lines, of those of the period too, which are added as they stood at its end.

        `before` and `after` are their columns, `days` those of the changes; masks say which lines were `placed`, and
        whose change was `found`, in the period. A later change is none of the period's.
        """
        was, now = (dict(zip((*TITLES, *self.groups), columns, strict=True)) for columns in (before, after))
        booked = pc.and_(placed, found_on)
        for by_title, sign in ((now, -1), (was, 1)):
            few = {title: column.filter(booked) for title, column in by_title.items()}
            self._sum(few, booking_days(few), few["Status"], sign=sign)
        labels = _changed(was["Status"], now["Status"])
        for mine, earlier in ((booked, False), (pc.and_(found_on, pc.invert(placed)), True)):
            for by_title, reverse in ((was, True), (now, False)):
                few = {title: column.filter(mine) for title, column in by_title.items()}
                self._sum(few, days.filter(mine), labels.filter(mine), reverse=reverse, earlier=earlier)

    def by_account(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(account, currency) -> what was moved by lines of the period, and by changes of earlier ones."""
        moved: dict[tuple[str, str], list[int]] = {}
        for key, sums in sorted(self._sums.items()):
            *_, status, currency, paid_in, stated, reverse, earlier = (*key[:6], *key[6:9], *key[-3:])
            for posting in _postings(status, currency, paid_in, (), stated == "True", sums):
                units = -posting.units if reverse == "True" else posting.units
                moved.setdefault((posting.account, posting.currency), [0, 0])[earlier == "True"] += units
        return {key: (here, before) for key, (here, before) in moved.items()}

    def _sum(
        self, by_title: Mapping[str, Any], days: Any, labels: Any, *, sign: int = 1, reverse: bool = False,
        earlier: bool = False,
    ) -> None:  # fmt: skip
        if not len(days):
            return
        keys = {"Day": days, **{title: by_title[title] for title in _ORDER}, "Label": labels}
        keys |= {title: by_title[title] for title in ("Status", "Currency", "Charged currency", *self.groups)}
        keys["stated"] = pc.not_equal(by_title["Amount charged"], "")
        keys |= {name: pa.repeat(value, len(days)) for name, value in (("reverse", reverse), ("earlier", earlier))}
        money = (sign * units(by_title[title]) for title in ("Total", "Amount charged", "Fees", "Shipping fee"))
        sums = dict(zip(_SUMMED, (pa.repeat(0 if reverse else sign, len(days)), *money), strict=True))
        by = [key_name(title) for title in keys]
        lines = pa.table([*keys.values(), *sums.values()], names=[*by, *sums])
        for row in summed(lines, by, _SUMMED).to_pylist():
            kept = self._sums.setdefault(tuple(str(row[key]) for key in by), [0] * len(_SUMMED))
            kept[:] = [one + row[name] for one, name in zip(kept, _SUMMED, strict=True)]

    def __iter__(self) -> Iterator[BookEntry]:
        """The entries by day, order and status."""
        entries: dict[tuple[str, ...], BookEntry] = {}
        for key, sums in sorted(self._sums.items()):
            day, reference, tango, campaign, purchase, label, status, currency, paid_in, *own, stated, reverse, _ = (
                key
            )
            entry = entries.setdefault(key[:6], BookEntry(day, reference, tango, campaign, purchase, label))
            postings = _postings(status, currency, paid_in, tuple(own), stated == "True", sums)
            entry.postings += map(_reversed, postings) if reverse == "True" else postings
            entry.lines += sums[0]
        for entry in entries.values():
            entry.postings = _folded(entry.postings)
            if entry.postings:
                yield entry


def _changed(was: Any, now: Any) -> Any:
    """`corrected from completed to cancelled`; `completed, was pending` where it was on its way before."""
    first, second, third, nothing = (
        pa.scalar(word, pa.large_string()) for word in ("corrected from ", " to ", ", was ", "")
    )
    corrected = pc.binary_join_element_wise(first, was, second, now, nothing)
    open_still = pc.equal(was, now)  # its charge was learned meanwhile
    settled = pc.if_else(open_still, now, pc.binary_join_element_wise(now, third, was, nothing))
    return pc.if_else(pc.is_in(was, pa.array(sorted(_OPEN), pa.large_string())), settled, corrected)


def booking_days(by_title: Mapping[str, Any]) -> Any:
    """The day on which each line is booked: when it was placed, or (not known) when it was last heard of."""
    placed, updated = by_title["Placed at"], by_title["Updated at"]
    return pc.utf8_slice_codeunits(pc.if_else(pc.equal(placed, ""), updated, placed), 0, 10)


def _reversed(posting: Posting) -> Posting:
    return posting._replace(units=-posting.units, weight=-posting.weight)


def _folded(postings: Sequence[Posting]) -> list[Posting]:
    """Postings to the same account are one, but for those at a price that was taken back and set again; what leaves an
    account stands last."""
    sums: dict[tuple[Posting, bool], list[int]] = {}
    for posting in postings:
        back = posting.currency != posting.weight_currency and posting.units < 0
        sum_of = sums.setdefault((posting._replace(units=0, weight=0), back), [0, 0])
        sum_of[:] = [sum_of[0] + posting.units, sum_of[1] + posting.weight]
    folded = [key._replace(units=units, weight=weight) for (key, _), (units, weight) in sums.items() if units]
    return sorted(folded, key=lambda posting: posting.account in ("tango", "unbilled"))


def _postings(
    status: str, currency: str, paid_in: str, groups: tuple[str, ...], stated: bool, sums: Sequence[int]
) -> Iterator[Posting]:
    _, total, charged, fee, shipping = sums
    account = VALUE_ACCOUNT.get(RowStatus(status))
    if account is None:
        return
    if account == "refunds":
        yield from _moved(account, charged, paid_in, groups)
        yield from _moved("tango", -charged, paid_in, ())
    elif not stated:
        yield from _moved(account, total, currency, groups)
        yield from _moved("unbilled", -total, currency, ())
    else:
        value = total if currency == paid_in else max(0, charged - fee - shipping)
        if total:
            yield Posting(account, total, currency, value, paid_in, groups)
        yield from _moved("fees", fee, paid_in, groups)
        yield from _moved("shipping", shipping, paid_in, groups)
        yield from _moved("differences", charged - fee - shipping - (value if total else 0), paid_in, groups)
        yield from _moved("tango", -charged, paid_in, ())


def _moved(account: str, amount: int, currency: str, groups: tuple[str, ...]) -> Iterator[Posting]:
    if amount:
        yield Posting(account, amount, currency, amount, currency, groups)


# key: (account unless the user names another, what it is for)
ACCOUNTS = {
    "tango": ("Assets:Tango:Account", "the account at Tango that rewards are charged to"),
    "rewards": ("Expenses:Rewards", "face value of completed rewards"),
    "open": ("Assets:Tango:OpenOrders", "face value of rewards that are not final yet"),
    "refunds": ("Assets:Tango:Refunds", "charged for rewards that failed or were cancelled: Tango owes it"),
    "unbilled": ("Liabilities:Tango:Unbilled", "placed, and Tango has not stated the charge yet"),
    "fees": ("Expenses:Rewards:Fees", "fees"),
    "shipping": ("Expenses:Rewards:Shipping", "shipping fees"),
    "differences": ("Expenses:Rewards:Differences", "charged more or less than face value, fees and shipping"),
}
# status: account of the face value; the others were given back or never charged
VALUE_ACCOUNT = {
    RowStatus.COMPLETED: "rewards",
    RowStatus.PENDING: "open",
    RowStatus.UNKNOWN: "open",
    RowStatus.FAILED: "refunds",
    RowStatus.CANCELLED: "refunds",
}
_NAME = re.compile(r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+")


def chart(chosen: Mapping[str, str]) -> dict[str, str]:
    """Account names by key; raises UsageError for an unknown key or a name that no ledger program takes."""
    for key, name in chosen.items():
        if key not in ACCOUNTS:
            raise UsageError(f'Journal account "{key}": there is no such key. Known: {", ".join(ACCOUNTS)}.')
        if not _NAME.fullmatch(name):
            raise UsageError(
                f'Journal account {key} = "{name}" is not valid: begin with Assets, Liabilities, Equity, Income or '
                'Expenses, then parts that begin with a capital letter, like "Expenses:Rewards:Staff".'
            )
    return {key: chosen.get(key, default) for key, (default, _) in ACCOUNTS.items()}
