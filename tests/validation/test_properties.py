"""Rows generated from the book pass; a rule broken in any of them is reported once, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_runner.model import Field, Method
from campaign_runner.validation import compile_rules
from tests.examples import examples
from tests.validation.breakers import EVERY_RULE, FIELD_BREAKERS, METHOD_BREAKERS
from tests.validation.tables import BOOK, FIRST_ROW, TODAY, check, raw

Row = dict[str, str]
# In every country: what follows is no region and no postal code.
ANYWHERE = {"region": "R" * 36, "format": "?"}
FEW = settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _words(most: int, alphabet: str | None = None) -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>/")
    return st.text(alphabet or letters, min_size=1, max_size=most).filter(lambda text: bool(text.strip()))


def _address() -> st.SearchStrategy[str]:
    name = st.from_regex(r"[A-Za-z0-9!#$%&'*+=?^_`{|}~-]{1,12}(\.[A-Za-z0-9_]{1,8})?", fullmatch=True)
    return st.builds("{}@{}.example.com".format, name, st.from_regex(r"[A-Za-z0-9]{1,9}", fullmatch=True))


def _moments() -> st.SearchStrategy[str]:
    first, last = (datetime.combine(TODAY + timedelta(days), time()) for days in (2, 364))
    zones = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))])
    return st.builds(lambda moment, zone: moment.replace(tzinfo=zone).isoformat(), st.datetimes(first, last), zones)


def _value(field: Field, method: Method) -> st.SearchStrategy[str]:
    """Any value that the book allows the field of a row of this method."""
    checks = (method.rules.get(field.name) or field.schema)["checks"]
    most = checks.get("str_length", {}).get("max_value", 60)
    if "str_matches" in checks:
        return st.from_regex(checks["str_matches"]["pattern"].removesuffix("$") + r"\Z")
    if "only_characters" in checks:
        plain = st.from_regex(f"{checks['only_characters']['pattern']}{{1,{most - 1}}}", fullmatch=True)
        return plain.filter(str.strip).map("Q{}".format) if "likely_name" in checks else plain.filter(str.strip)
    if "count_at_most" in checks:
        return st.integers(1, checks["count_at_most"]["value"]).map(str)
    return {
        "choice": st.just(method.name) if field.name == "deliveryMethod" else st.sampled_from(field.choices or [""]),
        "email": _address(), "phone": st.from_regex(r"\+1[0-9]{10}", fullmatch=True),
        "amount": st.integers(1, 99_999_999).map(lambda cents: f"{cents // 100}.{cents % 100:02d}"),
        "date": st.integers(7, 90).map(lambda days: (TODAY + timedelta(days)).isoformat()),
        "instant": _moments(),
    }.get(field.metadata["kind"], _words(most))  # fmt: skip


PLACES = st.one_of(
    st.builds(
        lambda state, code: ("US", state, code),
        st.sampled_from(list(BOOK.fields["recipient.address.stateOrProvince"].metadata["regions"]["US"])),
        st.from_regex("[0-9]{5}", fullmatch=True),
    ),
    st.builds(
        lambda state, code: ("CA", state, code),
        st.sampled_from(list(BOOK.fields["recipient.address.stateOrProvince"].metadata["regions"]["CA"])),
        st.from_regex("[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", fullmatch=True),
    ),
    st.tuples(
        st.sampled_from(["DE", "GB", "NO", "NA", "JP"]), _words(35),
        st.from_regex("[0-9A-Z]([0-9A-Z -]{0,10}[0-9A-Z])?", fullmatch=True),
    ),
)  # fmt: skip


@st.composite
def rows_of(draw: st.DrawFn, method: Method) -> Row:
    """A right row: all that is required, and any of the optional fields."""
    names = [*method.required, *draw(st.lists(st.sampled_from(method.optional), unique=True))]
    row = {name: draw(_value(BOOK.fields[name], method)) for name in names}
    for part in ("recipient.address", "shipping.address"):
        if f"{part}.country" in row:
            country, state, code = draw(PLACES)
            row |= {f"{part}.country": country, f"{part}.stateOrProvince": state, f"{part}.postalCode": code}
    return row


METHODS = st.sampled_from(list(BOOK.methods.values()))
RIGHT = METHODS.flatmap(rows_of)


@FEW
@given(st.lists(RIGHT, min_size=1, max_size=8))
def test_rows_generated_from_the_book_pass(rows: list[Row]) -> None:
    checked = check(*rows, defaults={"amount": "1", "utid": "U1"})
    assert [problem.sentence for problem in checked.problems if problem.severity == "error"] == []
    assert list(checked.clean.fields.index) == list(range(FIRST_ROW, FIRST_ROW + len(rows)))


@FEW
@given(st.data())
def test_a_rule_broken_in_one_of_many_rows_is_the_only_problem(data: st.DataObject) -> None:
    method, field, rule = data.draw(st.sampled_from(EVERY_RULE))
    rows = data.draw(st.lists(RIGHT, max_size=4))
    place = data.draw(st.integers(0, len(rows)))
    bad = METHOD_BREAKERS.get(f"{method} {rule}") or FIELD_BREAKERS[rule]
    if field.endswith(("stateOrProvince", "postalCode")):
        bad = ANYWHERE[rule.split(":")[1]]
    rows.insert(place, {**data.draw(rows_of(BOOK.methods[method])), field: bad})
    here = (FIRST_ROW + place, rule)  # a name such as "0" is a warning, in any row
    (problem,) = (p for p in check(*rows).problems if p.severity == "error" or (p.row, p.rule) == here)
    assert (problem.row, problem.column and problem.column.field, problem.rule) == (FIRST_ROW + place, field, rule)


@FEW
@given(st.lists(RIGHT, min_size=2, max_size=8), st.data())
def test_it_does_not_matter_how_the_rows_are_cut_into_chunks(rows: list[Row], data: st.DataObject) -> None:
    rows[0] = {**rows[0], "amount": "0"}
    columns, whole = raw(rows)
    cut = data.draw(st.integers(1, len(rows) - 1))
    choices: dict[str, Any] = {"columns": columns, "today": TODAY, "defaults": {}}
    at_once = compile_rules(BOOK, **choices)(whole)
    validator = compile_rules(BOOK, **choices)
    parts = [validator(type(whole)(whole.cells.iloc[:cut])), validator(type(whole)(whole.cells.iloc[cut:]))]
    assert at_once.problems == parts[0].problems + parts[1].problems
    assert at_once.clean.fields.fillna("").to_dict("index") == {
        **parts[0].clean.fields.fillna("").to_dict("index"), **parts[1].clean.fields.fillna("").to_dict("index")
    }  # fmt: skip


@FEW
@given(RIGHT)
def test_what_validation_gives_out_is_its_own_normal_form(row: Row) -> None:
    once = check(row).clean.fields.fillna("").astype(str)
    again = check({str(name): column.iloc[0] for name, column in once.items()}).clean.fields.fillna("").astype(str)
    assert once.to_dict("index") == again.to_dict("index")


@FEW
@given(st.lists(st.dictionaries(st.sampled_from(list(BOOK.fields)), st.text(max_size=40)), min_size=1, max_size=4))
def test_whatever_is_typed_every_row_is_clean_or_has_a_problem(rows: list[Row]) -> None:
    everything = [{**dict.fromkeys(BOOK.fields, ""), **row} for row in rows]
    checked = check(*everything)
    told = {problem.row for problem in checked.problems if problem.severity == "error"}
    assert told | set(checked.clean.fields.index) == set(range(FIRST_ROW, FIRST_ROW + len(rows)))
    assert all(problem.what and problem.remedy for problem in checked.problems)
    named = [(p.row, p.column and p.column.position, p.rule) for p in checked.problems]
    assert len(named) == len(set(named))
