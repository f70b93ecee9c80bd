"""What changed between two lists of rows, whatever their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaign_runner.planning.kept_lines import ComparedRow, row_changes


def rows(*cells: tuple[str, str]) -> list[ComparedRow]:
    return [ComparedRow(number, key, {"amount": amount}) for number, (key, amount) in enumerate(cells, 2)]


def kinds(before: list[ComparedRow], now: list[ComparedRow]) -> list[tuple[str, int]]:
    return [(change.kind, change.row) for change in row_changes(before, now)]


def test_rows_are_added_changed_and_removed() -> None:
    before, now = rows(("ana", "25"), ("ben", "10")), rows(("cleo", "5"), ("ana", "30"))
    assert kinds(before, now) == [("added", 2), ("changed", 3), ("removed", 3)]
    assert row_changes(before, now)[1].fields == ("amount",)


def test_a_second_equal_row_is_added_and_no_change_of_the_first() -> None:
    assert kinds(rows(("ana", "25")), rows(("ana", "25"), ("ana", "25"))) == [("added", 3)]


def test_rows_that_nothing_names_are_never_paired() -> None:
    assert kinds(rows(("", "25")), rows(("", "30"))) == [("added", 2), ("removed", 2)]


CELLS = st.lists(st.tuples(st.sampled_from(["ana", "ben", ""]), st.sampled_from(["5", "10"])), max_size=8)


@given(CELLS, CELLS)
def test_every_row_is_the_same_changed_added_or_removed(
    before: list[tuple[str, str]], now: list[tuple[str, str]]
) -> None:
    found = kinds(rows(*before), rows(*now))
    added, removed = (sum(kind == name for kind, _ in found) for name in ("added", "removed"))
    assert len(before) - removed == len(now) - added
    assert kinds(rows(*now), rows(*reversed(now))) == []
