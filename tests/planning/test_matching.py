"""Every line is one row at most, every row one line at most; nobody is both known and new."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_runner.model import Checked, CleanRows
from campaign_runner.planning import Decisions, LineBuilder, Plan, make_plan
from campaign_runner.planning.changed_rows import differences
from campaign_runner.planning.folding import folded
from campaign_runner.planning.plan import NEVER, NOBODY
from tests.examples import examples
from tests.planning.rows import ORDER

Row = tuple[str, str, str, str]  # key, method, who, amount


def planned(rows: list[Row], known: pd.DataFrame | None = None, *, keyed: bool = True, released=frozenset()) -> Plan:
    cells = [
        {"ID": key, "deliveryMethod": method, "utid": "U561593", "amount": f"{amount}.00",
         **({"recipient.firstName": who, "recipient.email": f"{who}@example.com"} if method == "EMAIL" else
            {"message": who})}
        for key, method, who, amount in rows
    ]  # fmt: skip
    frame = pd.DataFrame(cells, index=range(2, 2 + len(rows))).astype("str")
    frame = frame.where(frame != "nan")
    collector = LineBuilder(ORDER, ("ID",) if keyed else (), contact_key=b"secret")
    collector.keep(collector.collected(Checked(CleanRows(frame.drop(columns="ID"), frame[["ID"]]), ())))
    return make_plan(
        collector, known if known is not None else pd.DataFrame(), Decisions(released), 500, NOBODY, NEVER
    )


def sent(made: Plan, *, key_parts: int = 1) -> pd.DataFrame:
    """What the ledger says once all new lines of a plan were sent."""
    new = made.new.reset_index(drop=True)
    own = [f"{kind}_{half}" for kind in ("content", "folded", "person", "alias", "contact") for half in ("hi", "lo")]
    columns = ["hi", "lo", *own, "method", "utid", "quantity", "face_units", "currency"]
    origin = {name: new.get(name, new[name[-2:]]) for name in ("origin_hi", "origin_lo")}
    marks = {"failed": False, "beside": False, "answered": False, "parts": key_parts}
    return new[columns].assign(**origin, **marks, line_id=range(1, len(new) + 1))


keys = st.sampled_from(["1", "2", "3", "A7", "b8"])
rows = st.tuples(
    keys, st.sampled_from(["EMAIL", "BULKDIGITAL"]), st.sampled_from(["ana", "bo", "cy"]), st.sampled_from(["5", "9"])
)
files = st.lists(rows, min_size=1, max_size=6)
spellings = st.sampled_from(
    [lambda k: k, lambda k: f"0{k}", lambda k: f"'{k}", lambda k: f" {k} ", str.lower, lambda k: f"000{k}"]
)


@given(files, files, st.booleans())
@settings(max_examples=examples(50))
def test_each_line_is_one_row_and_each_row_is_one_thing(first, second, keyed):
    lines = sent(planned(first, keyed=keyed), key_parts=int(keyed))
    made = planned(second, lines, keyed=keyed)
    known = made.known["line_id"].tolist()
    assert len(set(known)) == len(known)
    each = [*made.known["row"], *made.new["row"], *(hold.row for hold in made.holds)]
    assert sorted(each) == list(range(2, 2 + len(second)))
    names = set(zip(lines["hi"], lines["lo"], strict=True))
    assert not names & set(zip(made.new["hi"], made.new["lo"], strict=True))


@given(files, st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=examples(40))
def test_any_order_of_the_rows_that_were_sent_is_known(first, chance, keyed):
    before = planned(first, keyed=keyed)
    again = list(first)
    chance.shuffle(again)
    made = planned(again, sent(before, key_parts=int(keyed)), keyed=keyed)
    assert len(made.known) == len(before.new)
    assert made.new.empty


@given(st.lists(keys, min_size=1, max_size=4, unique=True), spellings, st.sampled_from(["5", "6"]))
def test_any_spelling_of_a_key_that_was_sent_is_never_new(names, spelling, amount):
    first = [(key, "BULKDIGITAL", "hi", "5") for key in names]
    second = [(spelling(key), "BULKDIGITAL", "hi", amount) for key in names]
    made = planned(second, sent(planned(first)))
    assert made.new.empty


@given(st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: row[1:]), st.data())
@settings(max_examples=examples(40))
def test_whatever_is_edited_in_one_row_it_is_never_new(first, data):
    before = planned(first, keyed=False)
    place = data.draw(st.integers(0, len(first) - 1))
    key, method, who, _ = first[place]
    edited = [*first[:place], (key, method, who, "7"), *first[place + 1 :]]
    made = planned(edited, sent(before, key_parts=0), keyed=False)
    was_sent = place + 2 in set(before.new["row"])
    assert not was_sent or place + 2 not in set(made.new["row"])


@given(files, files)
@settings(max_examples=examples(20))
def test_a_released_row_stays_its_row(first, second):
    lines = sent(planned(first))
    freed = frozenset(hold.reference for hold in planned(second, lines).holds)
    made = planned(second, lines, released=freed)
    more = sent(made).assign(line_id=range(100, 100 + len(made.new)))
    every = pd.concat([lines, more], ignore_index=True)
    assert planned(second, every, released=freed).new.empty
    assert planned(second, every).new.empty


@pytest.mark.parametrize(
    ("typed", "means"),
    [("0001", "1"), ("'0001", "1"), (" E1 ", "e1"), ("1.0", "1"), ("000", "0"), ("ＡＢ１", "ab1"), ("A\u00a0 B", "a b"),
     ("1.10", "1.10"), ("E10", "e10"), ("\u200b7", "7"), ("'", "'"), ("Straße", "strasse")],
)  # fmt: skip
def test_how_keys_are_folded(typed, means):
    import pyarrow as pa

    assert folded(pa.array([typed], pa.large_string())).to_pylist() == [means]


def test_differences_name_what_was_and_what_is():
    before = {"amount": "25.00", "utid": "U1", "recipient": {"email": "ana@example.com"}}
    after = {"amount": "30.00", "utid": "U1", "recipient": {"email": "ana@example.com"}, "message": "Hi"}
    assert differences(before, after, ("USD", "USD"), ("0001", "1")) == [
        "amount 25.00 USD, now 30.00 USD", "message empty, now Hi", "key 0001, now 1",
    ]  # fmt: skip
