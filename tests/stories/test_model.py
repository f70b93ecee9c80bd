"""The model itself: it allows what was asked for and released, and notices what was not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.stories.model import Asked, Model, folded
from tests.stories.tango import Line

ANA = Asked("t1", "p1", "U1", 25, "0001")


def line(campaign: str = "a", tag: str = "t1", amount: float = 25, word: str = "COMPLETE", at: float = 0) -> Line:
    return Line(campaign, f"{campaign}-1", f"{campaign}-{tag}-{amount}-{at}", tag, "p1", "U1", amount, word, at)


def wrong(model: Model, *lines: Line) -> list[str]:
    return list(model.violations(lines, Counter()))


def test_one_reward_for_a_row_is_what_was_asked_for():
    model = Model()
    model.handed_in("a", [ANA], [])
    assert wrong(model, line()) == []


def test_two_rewards_for_a_row_are_noticed():
    model = Model()
    model.handed_in("a", [ANA], [])
    assert wrong(model, line(), line(at=1))[0] == "t1 of a has 2 rewards, 1 allowed"


def test_a_failed_line_and_its_retry_are_one_reward():
    model = Model()
    model.handed_in("a", [ANA], [])
    assert wrong(model, line(word="FAILED"), line(at=1)) == []


def test_an_amount_that_no_file_asked_for_is_noticed():
    model = Model()
    model.handed_in("a", [ANA], [])
    assert wrong(model, line(amount=26)) == ["t1 of a has 26 of U1, which no file asked for"]


def test_a_further_row_for_somebody_who_was_rewarded_is_noticed_unless_it_is_released():
    model, more = Model(), Asked("t2", "p1", "U1", 40)
    model.handed_in("a", [ANA], [])
    model.handed_in("a", [ANA, more], [line()])
    assert wrong(model, line(), line(tag="t2", amount=40)) == ["p1 has 2 rewards in a, 1 asked for, 0 released"]
    model.released("a", [more], Counter({"t1": 1}), [line()])
    assert wrong(model, line(), line(tag="t2", amount=40)) == []


def test_two_amounts_of_one_file_are_two_rewards_and_one_amount_twice_is_one():
    model, other, twin = Model(), Asked("t2", "p1", "U1", 40), Asked("t3", "p1", "U1", 25)
    model.handed_in("a", [ANA, other, twin], [])
    assert wrong(model, line(), line(tag="t2", amount=40)) == []
    both = [line(), line(tag="t2", amount=40), line(tag="t3")]
    assert wrong(model, *both) == ["p1 has 3 rewards in a, 2 asked for, 0 released"]


def test_a_copy_of_a_row_with_another_key_and_amount_is_a_row_of_its_own_in_the_first_file_alone():
    model, copied = Model(), Asked("t1", "p1", "U1", 40, "7")
    model.handed_in("a", [ANA], [])
    model.handed_in("a", [ANA, copied], [line()])
    assert len(wrong(model, line(), line(amount=40, at=1))) == 2
    first = Model()
    first.handed_in("a", [ANA, copied], [])
    assert wrong(first, line(), line(amount=40, at=1)) == []


def test_rows_that_name_nobody_are_known_by_themselves_alone():
    model, one = Model(), Asked("t1", "t1", "U1", 25, named=False, rest="BULKDIGITAL")
    twin = Asked("t1", "t1", "U1", 25, named=False, rest="BULKDIGITAL|Thank you")
    model.handed_in("a", [one, twin], [])
    both = [replace(line(), who="t1"), replace(line(at=1), who="t1")]
    assert wrong(model, *both) == []
    assert wrong(model, *both, replace(line(at=2), who="t1")) == ["t1 of a has 3 rewards, 2 allowed"]


def test_an_edited_row_that_names_nobody_is_a_wish_of_its_own_beside_the_one_that_was_sent_alone():
    one, edited = Asked("t1", "t1", "U1", 25, named=False), Asked("t1", "t1", "U1", 30, named=False)
    sent = [replace(line(), who="t1"), replace(line(amount=30, at=1), who="t1")]
    for second, sentences in (([edited], ["t1 of a has 2 rewards, 1 allowed"]), ([one, edited], [])):
        model = Model()
        model.handed_in("a", [one], [])
        model.handed_in("a", second, sent[:1])
        assert wrong(model, *sent) == sentences


def test_the_release_of_a_row_that_was_never_sent_allows_it_once():
    model = Model()
    model.handed_in("a", [ANA, Asked("t2", "p2", "U1", 10, "1")], [])
    model.released("a", [ANA], Counter(), [])
    assert wrong(model, line(), line(at=1))[0] == "t1 of a has 2 rewards, 1 allowed"


def test_the_same_reward_in_two_campaigns_within_the_window_is_noticed():
    model, day = Model(), 86_400
    for campaign in "ab":
        model.handed_in(campaign, [ANA], [])
    assert wrong(model, line(), line("b", at=3 * day)) == ["p1 has 25 of U1 in a and in b within the window"]
    assert wrong(model, line(), line("b", at=22 * day)) == []


def test_what_was_held_is_not_sent_without_a_release():
    model = Model()
    model.held("b", [ANA], [ANA], [line()])
    model.sending("b", [ANA], lambda: [line("b")])
    assert wrong(model)[0] == "t1 of b was held and is sent without a release"


def test_what_is_held_for_no_reason_is_lost():
    model = Model()
    model.held("b", [ANA], [ANA], [])
    assert wrong(model) == ["t1 of b is held for no reason: lost"]


def test_spellings_of_a_key_are_one_key():
    assert {folded(key) for key in ("E01", "e01 ", "'E01", "Ｅ０１")} == {"e01"}
    assert folded("0001") == folded("1") == folded("'01")
