"""The journal: every entry adds up to nothing, and accounting software takes it."""

import csv
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.model.errors import UsageError
from campaign_runner.reporting import FinanceOptions, write_reports
from campaign_runner.reporting.finance.entries import Entries
from campaign_runner.reporting.finance.lines import line_columns
from tests.reporting.conftest import books_of, placed_lines
from tests.reporting.lines import LINES, line

JOURNAL = frozenset({"journal.csv", "journal.beancount"})


def journal(books, folder, **options):
    return write_reports(books, folder, exit_code=0, only=JOURNAL, finance=FinanceOptions(**options))


def test_the_journal_of_the_sample_lines(make_books, tmp_path, golden):
    reports = journal(make_books(placed=LINES), tmp_path)
    golden("journal.beancount", reports["journal.beancount"].read_text("utf-8"))
    golden("journal.csv", reports["journal.csv"].read_text("utf-8"))


def test_debits_equal_credits_in_every_entry_and_currency(make_books, tmp_path):
    text = journal(make_books(placed=LINES), tmp_path)["journal.csv"].read_text("utf-8-sig")
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(text.splitlines()):
        sums[row["Entry"], row["Currency"]] += Decimal(row["Debit"] or 0) - Decimal(row["Credit"] or 0)
    assert set(sums.values()) == {Decimal(0)}


def test_beancount_accepts_the_journal(make_books, tmp_path):
    """Where bean-check is installed it says so; everywhere, each account is opened before it is used."""
    books = make_books(placed=LINES)
    path = journal(books, tmp_path)["journal.beancount"]
    if program := shutil.which("bean-check"):
        assert subprocess.run([program, str(path)], capture_output=True, text=True, check=True).stderr == ""
    text = path.read_text("utf-8")
    used = {word for word in text.split() if ":" in word and word[0].isupper()}
    opened = {words[2] for words in map(str.split, text.splitlines()) if words[1:2] == ["open"]}
    assert used == opened


def test_a_reward_in_another_currency_stands_at_the_price_that_was_charged(make_books, tmp_path):
    text = journal(make_books(placed=LINES[3:]), tmp_path)["journal.beancount"].read_text("utf-8")
    assert "Expenses:Rewards  20.00 EUR @@ 21.235 USD" in text
    assert "Expenses:Rewards:Fees  0.50 USD" in text
    assert "Assets:Tango:Account  -21.735 USD" in text


def test_what_was_charged_for_a_failed_reward_is_owed_by_tango(make_books, tmp_path):
    lines = [line(2, status="failed", charged="25.00", fee=""), line(3, status="cancelled", charged="0.00")]
    text = journal(make_books(placed=lines), tmp_path)["journal.csv"].read_text("utf-8")
    assert "1 reward failed,Assets:Tango:Refunds,25.00,,USD" in text
    assert "cancelled" not in text


def test_a_charge_that_nothing_explains_is_booked_apart(make_books, tmp_path):
    text = journal(make_books(placed=[line(2, charged="26.00")]), tmp_path)["journal.csv"].read_text("utf-8")
    assert "Expenses:Rewards:Differences,0.50,,USD" in text


def test_account_names_can_be_chosen(make_books, tmp_path):
    reports = journal(make_books(placed=LINES), tmp_path, accounts={"rewards": "Expenses:People:Rewards"})
    assert "Expenses:People:Rewards  25.00 USD" in reports["journal.beancount"].read_text("utf-8")


@pytest.mark.parametrize(("key", "name"), [("reward", "Expenses:X"), ("rewards", "expenses"), ("fees", "Costs:Fees")])
def test_an_account_that_will_not_do_is_refused(make_books, tmp_path, key, name):
    with pytest.raises(UsageError, match="Journal account"):
        journal(make_books(placed=LINES), tmp_path, accounts={key: name})


def test_a_campaign_without_lines_has_an_empty_journal(make_books, tmp_path):
    reports = journal(make_books(), tmp_path)
    assert reports["journal.beancount"].read_text("utf-8") == 'option "title" "2026-q4-recognition"\n\n'


amounts = st.decimals(min_value=0, max_value=9999, places=2).map(str)
placed = st.fixed_dictionaries({
    "status": st.sampled_from(["completed", "pending", "unknown", "failed", "cancelled"]),
    "currency": st.sampled_from(["USD", "EUR"]), "charged_currency": st.sampled_from(["USD", "EUR"]),
    "quantity": st.integers(1, 9), "face_units": st.integers(1, 10**7), "charged": st.one_of(st.just(""), amounts),
    "fee": st.one_of(st.just(""), amounts), "shipping_fee": st.one_of(st.just(""), amounts),
    "order_reference": st.sampled_from(["a", "b"]),
})  # fmt: skip


@given(st.lists(placed, min_size=1, max_size=20))
def test_any_mix_of_outcomes_balances(lines):
    entries = Entries(())
    entries.add(line_columns(books_of().books, placed_lines([line(n, **each) for n, each in enumerate(lines)])))
    for entry in entries:
        weights: dict[str, int] = defaultdict(int)
        for posting in entry.postings:
            weights[posting.weight_currency] += posting.weight
        assert set(weights.values()) == {0}


def booked(entries):
    """Units per account and currency."""
    sums: dict[Any, int] = defaultdict(int)
    for entry in entries:
        for posting in entry.postings:
            sums[posting.account, posting.currency] += posting.units
    return {key: units for key, units in sums.items() if units}


def entries_of(lines, corrections=()):
    """Entries of lines as they are now, with `corrections`: (line, day, before, after)."""
    books, entries = books_of().books, Entries(())
    entries.add(line_columns(books, placed_lines(lines)))
    if corrections:
        days = pa.array([day for _, day, *_ in corrections], pa.large_string())
        was, became = ([now | sides[side] for now, _, *sides in corrections] for side in (0, 1))
        before, after = (line_columns(books, placed_lines(each)) for each in (was, became))
        yes = pa.repeat(True, len(days))
        entries.change(before, after, days, yes, yes)
    return list(entries)


MONEY = ("USD", "EUR")
BOOKED = ("status", "charged", "charged_currency", "fee", "shipping_fee")
step = placed.map(lambda each: {name: each[name] for name in BOOKED})


@given(st.lists(st.tuples(placed, st.lists(step, max_size=3)), min_size=1, max_size=8))
def test_corrections_balance_keep_the_past_and_end_at_what_is_true_now(histories):
    first, now, corrections = [], [], []
    for row, (original, later) in enumerate(histories):
        last = line(row, **{**original, **(later[-1] if later else {})})
        steps = [{name: original[name] for name in BOOKED}, *later]
        corrections += [(last, f"2026-11-{day:02}", *pair) for day, pair in enumerate(pairwise(steps), 1)]
        first.append(line(row, **original))
        now.append(last)
    entries = entries_of(now, corrections)
    assert all(sum(w.weight for w in e.postings if w.weight_currency == c) == 0 for e in entries for c in MONEY)
    assert [entry for entry in entries if entry.day < "2026-11"] == entries_of(first)
    assert booked(entries) == booked(entries_of(now))


def test_the_price_of_a_reward_in_another_currency_is_corrected_by_two_postings(make_books, tmp_path):
    before = {
        "status": "completed",
        "charged": "21.735",
        "charged_currency": "USD",
        "fee": "0.50",
        "shipping_fee": "",
    }
    after = before | {"charged": "22.735"}
    (_, entry) = entries_of([LINES[3] | after], [(LINES[3] | after, "2026-11-01", before, after)])
    assert {(p.account, p.units, p.currency, p.weight) for p in entry.postings} == {
        ("rewards", -200_000, "EUR", -212_350), ("rewards", 200_000, "EUR", 222_350), ("tango", -10_000, "USD", -10_000),
    }  # fmt: skip
