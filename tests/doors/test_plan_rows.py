"""What each recipient gets, and what changed: since the plan approved last, and since the upload before."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_runner.app.decide_plan import decide_plan
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.plan_rows import plan_changes, plan_lines, upload_changes
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.ledger import submission_checks, submission_erasure
from campaign_runner.model.contact import Contact
from tests.doors.conftest import ANA, BEN, FINN, HANNA, HEADERS, WRONG, House

CLEO = "3,EMAIL,Cleo,Roe,cleo@example.com,U561593,5"


def approved(house: House, key: int) -> str:
    plan = str(plan_view(house.workspace, key)["plan"])
    decide_plan(house.workspace, key, plan, FINN)
    return plan


def test_a_line_says_who_gets_what_by_the_rewards_name(house: House) -> None:
    key = house.campaign()
    headers = f"{HEADERS},Message,Subject,Delivery date"
    house.submit(key, f"{ANA},Well done,Thank you,2026-12-15", headers=headers)
    (line,) = plan_lines(house.workspace, key).rows
    assert (line["recipient"], line["reward"], line["total"]) == (
        "Ana Silva, ana@example.com",
        "Reward Link",
        "25.00",
    )
    assert (line["message"], line["emailSubject"], line["deliveryDate"]) == ("Well done", "Thank you", "2026-12-15")


def test_who_may_not_see_recipients_sees_neither_names_nor_messages(house: House) -> None:
    key = house.campaign()
    house.submit(key, f"{ANA},For Ana", headers=f"{HEADERS},Message")
    approved(house, key)
    house.submit(key, f"{ANA},For Ana again".replace("Silva", "Lopes"), headers=f"{HEADERS},Message")
    shown = [plan_lines(house.workspace, key, contacts=False), plan_changes(house.workspace, key, contacts=False),
             upload_changes(house.workspace, key, 2, contacts=False)]  # fmt: skip
    assert not [word for word in ("Ana", "ana@", "Silva", "Lopes") if word in str(shown)]
    assert "25.00" in str(shown)


def test_lines_come_in_pages_over_the_parts_that_are_kept(house: House) -> None:
    key = house.campaign()
    house.submit(key, *(f"{n},EMAIL,Ana,Silva,ana{n}@example.com,U561593,5" for n in range(1, 521)))
    first = plan_lines(house.workspace, key, start=480, limit=30)
    rest = plan_lines(house.workspace, key, start=first.following or 0, limit=30)
    assert [one["row"] for one in first.rows + rest.rows] == list(range(482, 522))
    assert (first.following, rest.following) == (510, None)


def test_the_plan_says_row_by_row_what_changed_since_the_one_approved_last(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    before = approved(house, key)
    house.submit(key, ANA.replace("25", "30"), CLEO)
    diff = plan_view(house.workspace, key)["diff"]["approved"]
    assert (diff["plan"], diff["rows"], diff["row_by_row"]) == (
        before,
        {"changed": 1, "added": 1, "removed": 1},
        True,
    )
    changed, added, removed = plan_changes(house.workspace, key).rows
    assert (changed["row"], changed["before"], changed["after"]) == (2, {"amount": "25.00"}, {"amount": "30.00"})
    assert (added["recipient"], removed["recipient"]) == ("Cleo Roe, cleo@example.com", "Ben Ng, ben@example.com")


def test_what_was_sent_is_not_gone_where_its_row_is_held_as_changed(house: House) -> None:
    key = house.campaign(settings={"identity": {"key": ["Employee ID"]}})
    house.submit(key, ANA, BEN)
    send_plan(house.workspace, key, HANNA, approved(house, key), {})
    house.work()
    house.submit(key, ANA.replace("25", "30"), BEN, CLEO)
    assert [(one["kind"], one["recipient"]) for one in plan_changes(house.workspace, key).rows] == [
        ("added", "Cleo Roe, cleo@example.com")
    ]


def test_rows_in_another_order_are_no_change(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    approved(house, key)
    house.submit(key, BEN, ANA)
    assert plan_changes(house.workspace, key).rows == []
    assert upload_changes(house.workspace, key, 2)[0] == {"number": 1, "whole": True, "rows": {}}


@pytest.mark.parametrize("settings", [{}, {"identity": {"key": ["Employee ID"]}}], ids=["by recipient", "by key"])
def test_an_upload_is_held_against_the_one_before_with_rows_that_are_wrong(
    house: House, settings: dict[str, Any]
) -> None:
    key = house.campaign(settings=settings)
    house.submit(key, ANA, WRONG)
    house.submit(key, ANA.replace("Silva", "Silva-Lopes"), WRONG, BEN)
    says, page = upload_changes(house.workspace, key, 2)
    assert (says["number"], says["rows"]) == (1, {"changed": 1, "added": 1})
    assert page.rows[0]["after"] == {"Last name": "Silva-Lopes"}


def test_what_is_kept_of_a_recipient_is_erased_with_them_also_where_a_later_file_has_them_no_more(
    house: House,
) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    approved(house, key)
    house.submit(key, BEN)
    with house.workspace.ledger().write("test") as connection:
        submission_erasure.erase_of(connection, Contact("ana@example.com"), [], house.workspace.at(), dry_run=False)
        assert submission_checks.submissions_with_parts(connection) == []
