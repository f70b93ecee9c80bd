"""What does a run do with each answer?  Every fault of the stand-in strikes the first order, or the first look-up.

Two rows go in two orders. After the first run the same command is given once more: then everything must be well.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from campaign_runner.simulator.fault_effects import FAULTS

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,,U561593,30"
STOPPING = ("400", "401", "402", "403-fraud", "404-customer", "405", "frozen")
NOT_OURS = ("extra-line", "wrong-total", "other-order")
WELL = (0, ["completed", "completed"])

# What the run that meets it comes to, where that is not simply well: its exit code, and the statuses of the rows.
PLACING = {
    **dict.fromkeys(STOPPING, (6, ["unsent", "unsent"])),
    **dict.fromkeys(NOT_OURS, (5, ["completed", "unknown"])),
    "unavailable": (5, ["completed", "unsent"]),
    "413": (1, ["completed", "failed"]),  # an order of one line cannot be halved
}
LOOKING_UP = {
    **dict.fromkeys(STOPPING, (6, ["pending", "pending"])),
    **dict.fromkeys(NOT_OURS, (5, ["completed", "unknown"])),
}
# Where Tango has the order and says so, or where a look-up can tell, the order is not sent a second time.
SENT_ONCE = {"slow", "409-in-process", "409-exists", "413", "nested", "strange-word", "cursor-loop", "missing-line",
             "fewer-lines", "surrogate", "huge-number",
             *NOT_OURS}  # fmt: skip


def posts(office) -> int:
    return sum(seen.method == "POST" for seen in office.tango.requests)


def went(office, path, **options) -> tuple[int, list[str]]:
    code = office.run(path, batch_size=1, **options).exit_code
    return int(code), sorted(office.statuses().values())


def nobody_twice(office) -> None:
    placed = Counter(line["externalRefLineItemID"] for line in office.sent())
    assert set(placed.values()) <= {1}


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_while_placing(office, kind):
    path = office.file(ANA, BEN)
    office.tango.set_faults([{"kind": kind, "call": "place", "seconds": 0 if kind == "slow" else 1}])
    assert went(office, path) == PLACING.get(kind, WELL)
    office.clock.turn(seconds=61)
    assert went(office, path) == (PLACING["413"] if kind == "413" else WELL)
    assert posts(office) == (2 if kind in SENT_ONCE else 3)
    nobody_twice(office)


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_while_looking_up(office, kind):
    path = office.file(ANA, BEN)
    fault = {"kind": kind, "call": "look_up", "nth": 3, "seconds": 0 if kind == "slow" else 1}
    office.tango.set_faults([fault])  # the first two ask whether this ledger is the newest
    assert went(office, path) == LOOKING_UP.get(kind, WELL)
    office.clock.turn(seconds=61)
    assert went(office, path) == WELL
    assert posts(office) == 2
    nobody_twice(office)


def test_a_final_order_that_lacks_a_line_leaves_it_unknown_until_it_is_shown(office):
    path = office.file(ANA, BEN)
    office.tango.set_faults([{"kind": "missing-line", "call": "look_up", "nth": 2, "times": 9}])
    assert office.run(path, patience=300).exit_code == 5
    assert sorted(office.statuses().values()) == ["completed", "unknown"]
    office.tango.set_faults([])
    assert office.run(path).exit_code == 0
    assert posts(office) == 1


def test_lines_that_tango_names_fail_with_its_sentence_and_the_others_go_on(office):
    rows = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,1{n}" for n in range(5)]
    rows[2] = rows[2].replace("p2@", "sim-422@")
    assert office.run(office.file(*rows)).exit_code == 1
    assert Counter(office.statuses().values()) == {"completed": 4, "failed": 1}
    (failed,) = [row for row in office.report() if row["Status"] == "failed"]
    assert (failed["First name"], "sim-422" in failed["Reason"]) == ("P2", True)
    assert posts(office) == 2


@pytest.mark.parametrize(("lines", "most"), [(2, 3), (8, 7), (64, 13)])
def test_a_line_that_tango_does_not_name_is_found_by_halving(office, lines, most):
    """One bad line of n costs 1 + 2 log2(n) orders at most."""
    rows = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,1{n}" for n in range(lines)]
    rows[-1] = rows[-1].replace(f"p{lines - 1}@", "sim-422-unnamed@")
    assert office.run(office.file(*rows)).exit_code == 1
    assert Counter(office.statuses().values()) == {"completed": lines - 1, "failed": 1}
    assert posts(office) == most
    nobody_twice(office)


def test_a_body_that_is_too_large_goes_in_halves(office):
    rows = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,1{n}" for n in range(4)]
    office.tango.set_faults([{"kind": "413", "call": "place"}])
    assert office.run(office.file(*rows)).exit_code == 0
    assert posts(office) == 3
    nobody_twice(office)


def test_a_line_that_tango_has_in_another_order_is_for_a_person(office):
    def handled(request, original=office.tango.handle):
        answer = original(request)
        if request.method == "POST":
            first = json.loads(request.body)["lineItems"][0]["externalRefLineItemID"]
            answer.content["duplicateLineItemRefIds"] = {first: 2}
            answer.content["totalLineItems"] = 1
        return answer

    office.tango.handle = handled
    assert office.run(office.file(ANA, BEN), patience=0).exit_code == 5
    assert sorted(office.statuses().values()) == ["pending", "unknown"]
    (unknown,) = [row for row in office.report() if row["Status"] == "unknown"]
    assert unknown["Reason"].startswith("Tango has a line of this reference already, in another order")


def test_a_service_that_fails_halts_the_run_instead_of_burning_through_the_file(office):
    rows = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,1{n}" for n in range(30)]
    office.tango.set_faults([{"kind": "500", "call": "place", "times": 999}])
    path = office.file(*rows)
    result = office.run(path, batch_size=1, max_tries=1, max_failures_in_a_row=4)
    assert (result.exit_code, posts(office)) == (6, 4)
    assert "no usable answer to 4 calls in a row" in result.books.stopped
    office.tango.set_faults([])
    office.clock.turn(seconds=61)
    assert office.run(path, batch_size=1).exit_code == 0
    nobody_twice(office)


def test_an_answer_nobody_knows_is_looked_up_and_the_same_bytes_are_sent_after_the_grace_period(office):
    office.tango.set_faults([{"kind": "unknown-key", "call": "place"}])
    path = office.file(ANA)
    assert office.run(path, patience=0).exit_code == 5
    assert set(office.statuses().values()) == {"unknown"}
    assert office.run(path).exit_code == 0
    times = [seen.at for seen in office.tango.requests if seen.method == "POST"]
    assert times[1] - times[0] >= 60
