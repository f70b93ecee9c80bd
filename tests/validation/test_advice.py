"""Advice must work: whatever value a message proposes, typed into the cell, is no longer that problem."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_runner.model.errors import FileUnusable
from tests.examples import examples
from tests.validation.breakers import FIELD_BREAKERS
from tests.validation.tables import BOOK, check, example

_PROPOSED = re.compile(r"\b(?:like|[Tt]ype|alone:|mean|example|or|is|call it) (\S+)")
WRONG = [
    ("amount", ["1,234", "1.234", "$1,234", "12 345", "€25", "EUR 25", "25%", "2500 cents", "0.125", "41.6250", "-5", "0",
                "1e3", "1000000", "twenty", "25k", "25 USD EUR", "1,23,45", "25..0"]),
    ("quantity", ["1,000", "1.5", "0", "-1", "many", "1000000"]),
    ("deliveryDate", ["12/31/2026 14:30", "2027-01-15T09:30:00", "31-Dec-26", "Dec 31, 26", "31/12/26", "01/02/2027",
                      "31.02.2027", "soon", "31 Dez. 26", "2026-11-28", "15.01.2027 8:00"]),
    ("expirationDate", ["2027-03-31", "2027-03-31T23:59:59", "next year", "31.03.2027"]),
    ("recipient.email", ["ana@example.com1", "ana@@example.com", "ana..maria@example.com", ".ana@example.com",
                         "ana.@example.com", "ana@example,com", "ana@müller.de", "ana＠example．com",
                         "Ana <ana@example.com>",
                         "<ana@example.com>", "ana@example.com;", "ana@example.com, bo@example.com", "ana@[127.0.0.1]",
                         "ana@127.0.0.1", "ana@-example.com", "ana@example", "ana", "a b@example.com", "aña@example.com",
                         f"{'a' * 65}@example.com", f"ana@{'a' * 64}.com", "ana@example..com", "ana@gmial.com",
                         "(ana@example.com)", "ana@example.com (work)", "ana@straße.de", "ana@例え.jp", "ana@exаmple.com"]),
    ("utid", ["561593", "Reward Link", "u"]),
    ("etid", ["E12", "x"]),
    ("deliveryMethod", ["EMIAL", "Emaill", "pigeon", "SMS text"]),
]  # fmt: skip
PLACES = [
    ("recipient.address.country", ["Untied States", "America", "Holand", "XX", "Grmany", "Cnada", "ZZZ", "Jamaika"]),
    ("recipient.address.stateOrProvince", ["Massachusets", "XX", "Ontario", "Calfornia", "Mass"]),
    ("recipient.address.postalCode", ["2134", "02134-1234", "ABCDE", "501"]),
    ("recipient.firstName", ["Zoë", "Ana/Maria", "José María"]),
    ("recipient.address.city", ["Zürich", "Boston; MA"]),
    ("recipient.address.streetLine1", ["1 Straße", "1 Main St; 2"]),
    ("shippingMethod", ["UPS Grund", "by horse", "USPS Prioritty"]),
]


def proposals(remedy):
    """The values that a remedy names: anything with an @ or a digit, or a word in capitals."""
    words = (word.strip(".,?;:()\"'") for word in _PROPOSED.findall(remedy))
    return [word for word in words if word != "+1" and ("@" in word or re.search("[0-9]|^[A-Z]{2,}$", word))]


def _problems(method, field, value):
    try:
        checked = check({**example(method), field: value})
    except FileUnusable:  # another method needs other columns
        return []
    return [p for p in checked.problems if p.column and p.column.field == field and p.severity == "error"]


def _follow(method, field, value):
    for problem in _problems(method, field, value):
        for proposed in proposals(problem.remedy):
            assert problem.rule not in [again.rule for again in _problems(method, field, proposed)], problem.sentence


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG for value in values])
def test_what_a_message_proposes_is_accepted(field, value):
    _follow("EMAIL", field, value)


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in PLACES for value in values])
def test_what_a_message_about_a_place_proposes_is_accepted(field, value):
    _follow("ADDRESS", field, value)


@pytest.mark.parametrize("rule", [rule for rule in FIELD_BREAKERS if not rule.startswith("shipping")])
def test_what_the_sentence_of_a_rule_proposes_is_accepted(rule):
    field = rule.split(":")[0]
    method = next(name for name, method in BOOK.methods.items() if method.presence(field) != "not allowed")
    _follow(method, field, FIELD_BREAKERS[rule])


@settings(max_examples=examples(50), deadline=None)
@given(
    st.sampled_from(["amount", "deliveryDate", "recipient.email", "quantity"]),
    st.text(st.sampled_from("0123456789.,-/ @:aeDczEURé€$'"), min_size=1, max_size=14),
)
def test_whatever_is_typed_the_advice_works(field, value):
    _follow("EMAIL", field, value)


@pytest.mark.parametrize("country", ["America", "Holand", "ZZZ", "Xland"])
def test_no_other_country_is_proposed(country):
    (problem,) = _problems("ADDRESS", "recipient.address.country", country)
    assert "Did you mean" not in problem.remedy or "NL" in problem.remedy
