"""Each rule of the book, broken alone, is reported once, on the right cell, and nothing else is."""

from __future__ import annotations

import pytest

from tests.validation.breakers import EVERY_RULE, FIELD_BREAKERS, METHOD_BREAKERS
from tests.validation.tables import BOOK, check, example, only

REQUIRED = [(method.name, name) for method in BOOK.methods.values() for name in method.required]


STRANGERS = [
    (method.name, name)
    for method in BOOK.methods.values()
    for name in BOOK.fields
    if method.presence(name) == "not allowed"
]


@pytest.mark.parametrize(("method", "field", "rule"), EVERY_RULE)
def test_a_rule_broken_alone_is_reported_once_on_its_cell_and_nothing_else(
    method: str, field: str, rule: str
) -> None:
    bad = METHOD_BREAKERS.get(f"{method} {rule}") or FIELD_BREAKERS[rule]
    checked = check(example(method), {**example(method), field: bad})
    problem = only(checked)
    assert (problem.row, problem.column and problem.column.field, problem.rule) == (3, field, rule)
    assert problem.value == bad


@pytest.mark.parametrize(("method", "field"), REQUIRED)
def test_an_empty_cell_that_the_method_needs_is_reported_once(method: str, field: str) -> None:
    problem = only(check(example(method), {**example(method), field: ""}))
    assert (problem.row, problem.rule, problem.value) == (3, f"{field}:required", "")
    assert problem.what.startswith("This cell is empty, but ")


@pytest.mark.parametrize(("method", "field"), STRANGERS)
def test_a_filled_cell_that_the_method_does_not_take_is_reported_once(method: str, field: str) -> None:
    problem = only(check(example(method), {**example(method), field: BOOK.fields[field].example}))
    assert (problem.row, problem.rule) == (3, f"{field}:not-allowed")


@pytest.mark.parametrize("method", BOOK.methods)
def test_the_example_of_a_method_passes(method: str) -> None:
    checked = check(example(method))
    assert not checked.problems
    assert list(checked.clean.fields.index) == [2]


def test_a_rejected_row_is_not_clean_and_its_neighbours_are() -> None:
    checked = check(example("EMAIL"), example("EMAIL", amount="0"), example("EMAIL"))
    assert list(checked.clean.fields.index) == [2, 4]


def test_a_warning_leaves_the_row_clean() -> None:
    checked = check(example("EMAIL", recipient__email="ana@gmial.com"))
    assert only(checked).severity == "warning"
    assert "ana@gmail.com" in only(checked).remedy
    assert len(checked.clean.fields) == 1


def test_all_problems_of_a_row_come_out_at_once() -> None:
    checked = check(example("EMAIL", recipient__firstName="<" * 101, recipient__email="x", amount="-1", utid="y"))
    assert [p.rule for p in checked.problems] == [
        "recipient.firstName:length", "recipient.firstName:characters", "recipient.firstName:no-name",
        "recipient.email:format", "utid:format", "amount:positive",
    ]  # fmt: skip


def test_several_cells_of_one_object_that_is_not_allowed_are_one_problem_that_names_them_all() -> None:
    row = example("BULKDIGITAL", recipient__firstName="Ana", recipient__email="ana@example.com")
    problem = only(check(row))
    assert problem.rule == "recipient.firstName:not-allowed"
    assert problem.remedy == "Empty the cells F2 and G2, or choose another delivery method."


def test_an_unknown_method_is_one_problem_that_proposes_the_nearest() -> None:
    problem = only(check(example("EMAIL", deliveryMethod="Emial", recipient__email="nonsense")))
    assert problem.sentence.startswith(
        'A2 (Delivery method): "Emial" is not a delivery method. Type one of ADDRESS, BULKDIGITAL, BULKSHIPMENT, EMAIL, '
    )
    assert problem.sentence.endswith(" or PHONE. Did you mean EMAIL?")


def test_a_row_of_unknown_method_still_needs_what_every_method_needs() -> None:
    checked = check(example("EMAIL", deliveryMethod="?", amount="0"))
    assert [p.rule for p in checked.problems] == ["deliveryMethod:unknown", "amount:positive"]
