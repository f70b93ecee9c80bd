"""What a check leaves in the ledger for the pages: headers with samples and proposals, held rows side by side, warnings."""

from __future__ import annotations

import pytest

from campaign_runner.app.send import send_plan
from campaign_runner.app.steps import draft
from campaign_runner.app.views.plan_view import plan_view
from campaign_runner.app.views.upload_view import problem_groups, upload_view
from tests.doors.conftest import ANA, BEN, HANNA, HEADERS, House

FOREIGN = "Nr,Art,Rufname,Zuname,Anschrift elektronisch,Code,Summe X"


def test_a_file_whose_headers_are_not_understood_is_shown_with_samples_and_proposals(house: House) -> None:
    key = house.campaign()
    check = house.check(house.submit(key, ANA, BEN, headers="a,b,c,d,e,f,g"))
    assert check.state == "unusable"
    proposals = {one["header"]: (one["proposal"], one["samples"][0]) for one in check.result["headers"]}
    assert proposals["e"] == ("recipient.email", "ana@example.com")
    assert proposals["f"] == ("utid", "U561593")


def test_a_column_of_the_users_own_is_proposed_as_no_field(house: House) -> None:
    key = house.campaign()
    headers = "Employee ID,Department,Hired on,Notes,Delivry method,First name,Last name,Work,Reward,Value in USD"
    submission = house.submit(
        key, "10460,HR,2017-01-15,pays later,EMAIL,Ana,Silva,ana@example.com,U561593,25", headers=headers
    )
    proposals = {one["header"]: one["proposal"] for one in house.check(submission).result["headers"]}
    assert [proposals[name] for name in ("Employee ID", "Department", "Hired on", "Notes")] == ["", "", "", ""]
    assert [proposals[name] for name in ("Delivry method", "Work")] == ["deliveryMethod", "recipient.email"]


def test_columns_that_somebody_said_are_remembered_for_the_next_upload_and_campaign(house: House) -> None:
    key = house.campaign()
    header = HEADERS.replace("E-mail", "Wohin damit")
    columns = {"Wohin damit": "recipient.email"}
    assert (
        house.check(house.submit(key, ANA, headers=header, options={"columns": columns})).result["rows"]["unsent"]
        == 1
    )
    assert house.check(house.submit(key, ANA, BEN, headers=header)).result["rows"]["unsent"] == 2
    other = house.campaign("q5")
    assert house.check(house.submit(other, BEN, headers=header)).result["rows"]["unsent"] == 1


def test_remembered_columns_that_a_file_lacks_are_no_error(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, headers=HEADERS.replace("E-mail", "Wohin damit"),
                 options={"columns": {"Wohin damit": "recipient.email"}})  # fmt: skip
    assert house.check(house.submit(key, ANA)).result["rows"]["unsent"] == 1


def test_a_mapping_to_no_field_is_an_unusable_upload_with_the_reason(house: House) -> None:
    check = house.check(house.submit(house.campaign(), ANA, options={"columns": {"E-mail": "recipient.mail"}}))
    assert check.state == "unusable"
    assert "is not a field" in check.result["reason"]


def test_a_held_row_is_shown_beside_the_row_that_it_is_like(house: House) -> None:
    check = house.check(house.submit(house.campaign(), ANA, BEN, ANA.replace("1,", "9,", 1)))
    (held,) = check.result["held"]
    assert held["cells"]["E-mail"] == held["like"]["E-mail"] == "ana@example.com"
    assert held["like_row"] == 2


def test_what_is_unusual_has_a_name_to_be_accepted_by(house: House) -> None:
    rows = [f"{n},EMAIL,A{n},B{n},p{n}@example.com,U561593,{500 if n == 6 else 5}" for n in range(1, 7)]
    check = house.check(house.submit(house.campaign(), *rows, actor=HANNA))
    assert [one["name"] for one in check.result["unusual"]] == ["amount"]


def test_files_that_come_at_once_ask_tango_for_the_balance_once_and_sending_asks_anew(house: House) -> None:
    for name in ("q1", "q2", "q3"):
        house.submit(house.campaign(name), ANA)
    balance = [one for one in house.tango.requests if one.path.endswith("/accounts/acme-account")]
    assert len(balance) == 1
    key = house.workspace.key_of("q3")
    send_plan(house.workspace, key, HANNA, plan_view(house.workspace, key)["plan"], {})
    house.work()
    assert len([one for one in house.tango.requests if one.path.endswith("/accounts/acme-account")]) == 2


def test_problems_of_a_kind_are_counted_whole_also_where_not_all_are_listed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "PROBLEMS_KEPT", 3)
    key = house.campaign()
    number = house.submit(key, *(f"{n},EMAIL,Ana,Silva,ana at example.com,U561593,ten" for n in range(9))).number
    groups = problem_groups(house.workspace, key, number)
    assert [(one["field"], one["count"]) for one in groups] == [("recipient.email", 9), ("amount", 9)]
    view = upload_view(house.workspace, key, number)
    assert (view["problem_count"], view["listed"]) == (18, 3)
