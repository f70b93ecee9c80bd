"""Status words, and sentences that are safe to keep."""

from __future__ import annotations

import pytest

from campaign_runner.model.lifecycle import RowStatus
from campaign_runner.tango import status_words, wire
from campaign_runner.tango.refusals import LONGEST_PHRASE, safe


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PENDING", RowStatus.PENDING), ("complete", RowStatus.COMPLETED), (" Failed ", RowStatus.FAILED),
        ("CANCELLED", RowStatus.CANCELLED), ("DELETED", RowStatus.CANCELLED), ("RETURNED", RowStatus.CANCELLED),
        ("ON_HOLD", RowStatus.PENDING), ("QUEUED", RowStatus.PENDING), ("PARTIAL", RowStatus.UNKNOWN),
        ("COMPLETED", RowStatus.UNKNOWN), ("", RowStatus.UNKNOWN),
    ],
)  # fmt: skip
def test_each_word_of_a_line_is_known_or_unknown(word, status):
    assert status_words.line_status(word) is status


@pytest.mark.parametrize(
    ("word", "final"),
    [
        ("pending", False),
        ("PENDING_KYB", False),
        ("COMPLETE", True),
        ("partial", True),
        ("DELETED", True),
        ("DONE", None),
    ],
)
def test_each_word_of_an_order_is_final_or_open_or_unknown(word, final):
    assert status_words.order_is_final(word) is final


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("ana@@example.com is wrong", "[…] is wrong"),
        ("Call 415-555-0100 or (415) 555 0100 or +14155550100.", "Call […] or […] or […]."),
        ("deliveryDate must be after 2026-11-09", "deliveryDate must be after 2026-11-09"),
        ("may hold pound (#), at (@), and apostrophe", "may hold pound (#), at (@), and apostrophe"),
        (
            "Order RA261102-1234-56 of q4-1a2b3c4d5e6f7890 failed",
            "Order RA261102-1234-56 of q4-1a2b3c4d5e6f7890 failed",
        ),
        ("two\nlines\x00", "two lines"),
        ("Dear Ana Example, Anaheim", "Dear […], Anaheim"),
        (None, ""),
    ],
)
def test_sentences_lose_what_is_personal_and_nothing_else(sentence, kept):
    assert safe(sentence, ["Ana", "Ana Example"]) == kept


def test_a_long_sentence_is_cut():
    assert len(safe("word " * 1000)) == LONGEST_PHRASE


@pytest.mark.parametrize(
    ("value", "read"),
    [(True, None), ("2", 2), (2, 2), ("-1", None), ("²", None), (None, None), ({}, None)],
)
def test_counts_are_whole_numbers(value, read):
    assert wire.count(value) == read


@pytest.mark.parametrize(
    ("value", "text"),
    [("10.50", "10.50"), (7, "7"), ("1e999999", None), ("1e-99", None), ("NaN", None), ("ten", None), ([], None)],
)
def test_money_is_exact_or_not_stated(value, text):
    assert (str(wire.money(value)) if wire.money(value) is not None else None) == text


def test_text_is_one_line_of_text():
    assert [wire.text(value) for value in ("a\n b ", 5, True, None, [1])] == ["a b", "5", "", "", ""]


def test_keys_are_lower_cased_even_when_there_are_very_many():
    many = "{" + ",".join(f'"Key{n}": "v"' for n in range(20_000)) + "}"
    assert list(wire.read(many.encode()))[-1] == "key19999"
