"""Rows page by page from the ledger: by status, and found by what a person types."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from campaign_runner.app.campaign_wishes import read_report
from campaign_runner.app.decide_rows import decide_rows
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.app.views.rows import row_life, rows_of
from campaign_runner.app.views.upload_view import problems_of, upload_view
from campaign_runner.ledger import rows_page
from campaign_runner.ledger.rows_page import RowQuery
from campaign_runner.ledger.schema import recipient_texts
from tests.doors.conftest import ANA, BEN, FINN, HANNA, HEADERS, WRONG, House
from tests.reliability.postgresql import Server


@pytest.fixture
def key(house: House) -> int:
    key = house.campaign(settings={"identity": {"key": ["Employee ID"]}})
    house.submit(key, ANA, BEN, WRONG, "4,EMAIL,Ana,Silva,ana@example.com,U561593,25")
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    return key


def found(house: House, key: int, **wanted: object) -> list[tuple[int, str]]:
    return [(one["row"], one["status"]) for one in rows_of(house.workspace, key, contacts=True, **wanted)]  # type: ignore[arg-type]


def test_every_row_has_one_status_in_the_order_of_the_file(house: House, key: int) -> None:
    assert [row for row, _ in found(house, key)] == [2, 3, 4, 5]
    assert found(house, key, status="rejected") == [(4, "rejected")]
    assert found(house, key, status="completed", limit=1) == [(2, "completed")]
    assert found(house, key, after=2, limit=1) == [(3, "completed")]


@pytest.mark.parametrize("q", ["3", "ben@example.com", "BEN@Example.com", "ben ng", "2"])
def test_a_row_is_found_by_its_number_address_name_or_key(house: House, key: int, q: str) -> None:
    assert 3 in [row for row, _ in found(house, key, q=q)]


def test_a_row_is_found_by_its_reference(house: House, key: int) -> None:
    reference = rows_of(house.workspace, key)[0]["reference"]
    assert found(house, key, q=reference) == [(2, "completed")]


@pytest.mark.parametrize("few", [0, 20_000])
def test_rows_of_a_later_file_are_found_as_those_of_the_first(
    house: House, key: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_page, "FEW", few)
    house.submit(key, BEN, ANA, "5,EMAIL,Dan,Roe,dan@example.com,U561593,5")
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    assert [row for row, _ in found(house, key, status="completed")] == [2, 3, 4]
    assert found(house, key, status="failed") == []
    for q, row in (("ben@example.com", 2), ("Ana Silva", 3), ("5", 4), ("2", 2)):
        assert (row, "completed") in found(house, key, q=q)


def test_a_search_reads_by_its_index_and_not_a_million_rows(house: House, key: int) -> None:
    asked: list[tuple[str, Any]] = []
    with house.workspace.ledger().read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        for wanted in (
            RowQuery(text="E-17"),
            RowQuery(hashes=[b"1", b"2"]),
            RowQuery("completed"),
            RowQuery("failed"),
        ):
            rows_page.page(connection, 1, wanted, 0, 50)
        lines = [one for one in asked if "line_items.reason" in one[0]]
        plans = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()) for sql, values in lines]
        others = [one for one in asked if "entries.remedy" in one[0] and "reference = ?" in one[0]]
        (named,) = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in others]
    assert "entries_reference" in str(named)
    assert len(plans) == 2 * 3 + 2 * 2 + 1
    assert not [plan for plan in plans if "SCAN line_items" in plan or "line_items_row (upload=?" in plan]


@pytest.mark.parametrize("kept", [True, False])
def test_rows_are_found_by_a_part_of_a_whole_name_page_by_page_also_in_an_older_ledger(
    house: House, kept: bool
) -> None:
    key = house.campaign()
    people = [f"{n},EMAIL,Zoë,Straße{n % 2},zoe{n}@example.com,U561593,5" for n in range(2, 9)]
    house.submit(key, *people)
    house.work()
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    if not kept:
        with house.workspace.ledger().write("an older ledger") as connection:
            connection.execute(recipient_texts.delete())
    assert [row for row, _ in found(house, key, q="zoë STRASSE1")] == [3, 5, 7]
    assert [row for row, _ in found(house, key, q="straße", after=3, limit=2)] == [4, 5]
    assert [row for row, _ in found(house, key, q="oe4@exam")] == [4]
    assert found(house, key, q="straße", status="failed") == found(house, key, q="8\tzoë") == []


def test_a_part_of_a_name_is_looked_for_on_postgresql_as_on_sqlite(house: House, server: Server) -> None:
    house.values["ledger"] = {"url": server.database()}
    key = house.campaign()
    house.submit(key, ANA, BEN, WRONG)
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    assert found(house, key, q="en n") == found(house, key, q="ben@ex") == [(3, "completed")]
    assert found(house, key, q="4") == [(4, "rejected")]


def test_a_rejected_row_is_found_by_its_number(house: House, key: int) -> None:
    assert found(house, key, q="4") == [(4, "rejected")]


def test_whoever_may_not_see_names_sees_masks_and_finds_nobody_by_address(house: House, key: int) -> None:
    (first, *_) = rows_of(house.workspace, key)
    assert first["recipient"]["name"] == "•••"
    assert rows_of(house.workspace, key, q="ben@example.com") == []
    assert "ana@example.com" not in str(row_life(house.workspace, key, 2))


def test_the_life_of_a_row_has_its_requests_and_who_it_is_for(house: House, key: int) -> None:
    life = row_life(house.workspace, key, 2, contacts=True)
    assert life["recipient"] == {"name": "Ana Silva", "contact": "ana@example.com"}
    assert life["attempts"][0]["requests"]


def test_a_held_row_that_is_released_after_the_rest_was_sent_goes_in_a_plan_of_its_own(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, ANA)
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    assert decide_rows(house.workspace, key, [3], "release", "Two awards", FINN)["upload"] == 2
    house.work()
    plan = plan_view(house.workspace, key)
    assert plan["lines"] == 1
    send_plan(house.workspace, key, HANNA, plan["plan"], {})
    house.work()
    assert house.sent() == ["ana@example.com", "ana@example.com"]


def test_every_row_of_a_file_that_was_only_checked_has_a_status(house: House) -> None:
    key = house.campaign(settings={"identity": {"key": ["Employee ID"]}})
    house.submit(key, ANA, BEN, WRONG, "1,EMAIL,Ana,Silva,ana@example.com,U561593,25")
    rows = rows_of(house.workspace, key, contacts=True)
    assert [(one["row"], one["status"], one["recipient"]["name"], one["amount"]) for one in rows] == [
        (2, "unsent", "Ana Silva", "25.00"), (3, "unsent", "Ben Ng", "10.50"), (4, "rejected", "", ""), (5, "held", "", ""),
    ]  # fmt: skip
    assert found(house, key, status="unsent", after=2) == [(3, "unsent")]
    for q in ("3", "ben@ex", "Ben Ng", rows[1]["reference"]):
        assert found(house, key, q=q) == [(3, "unsent")]
    assert row_life(house.workspace, key, 3, contacts=True)["recipient"]["name"] == "Ben Ng"


def test_a_row_of_a_later_file_is_its_own_and_tells_what_was_sent_before(house: House, key: int) -> None:
    house.submit(key, "5,EMAIL,Dan,Roe,dan@example.com,U561593,5", ANA)
    assert found(house, key) == [(2, "unsent"), (3, "completed")]
    new, sent = (row_life(house.workspace, key, row, contacts=True) for row in (2, 3))
    assert (new["recipient"]["name"], new["attempts"]) == ("Dan Roe", [])
    assert (sent["recipient"]["name"], len(sent["attempts"])) == ("Ana Silva", 1)


def test_what_to_type_instead_of_an_address_is_hidden_with_the_address(house: House) -> None:
    key = house.campaign()
    submission = house.submit(key, ANA, WRONG)
    shown = [*problems_of(house.workspace, key, submission.number, contacts=False), *rows_of(house.workspace, key)]
    assert "cleo@example.com" in str(rows_of(house.workspace, key, contacts=True))
    assert not any(name in str(shown) for name in ("cleo", "ana@", "Silva"))


def test_whoever_may_not_see_names_reads_none_in_a_note_or_a_summary(house: House) -> None:
    key, path = house.campaign(), house.folder / "q4.csv"
    people = "\n".join(f"{n},EMAIL,Jörg,Müller,u{n}@example.com,U561593,5" for n in range(9))
    path.write_bytes(f"{HEADERS}\n{people}\n".encode("cp1252"))
    number = house.bring(key, path).number
    assert "Müller" in str(upload_view(house.workspace, key, number)["notes"])
    masked = str(upload_view(house.workspace, key, number, contacts=False)["notes"])
    assert "words like" in masked
    for note in (masked, summary(house, key, about=str(number))):
        assert "Müller" not in note
        assert "Jörg" not in note


def summary(house: House, key: int, about: str) -> str:
    stored, parts = read_report(house.workspace, key, "summary.json", about=about, contacts=False)
    content = b"".join(parts)
    assert stored["size"] == len(content)
    return content.decode()
