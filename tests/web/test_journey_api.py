"""The journey through the JSON API: made, uploaded, corrected, approved by somebody else, sent, looked at."""

from __future__ import annotations

import pytest

from campaign_runner.app.approve import approve_plan
from campaign_runner.model.actor import Actor
from campaign_runner.model.errors import UsageError
from tests.doors.conftest import ANA, BEN, WRONG
from tests.web.journeys import csv, finn, hanna, house, site, work

__all__ = ["finn", "hanna", "house", "site"]
DOOR = "program"
API = "/api/v1/campaigns"


def uploaded(site, hanna, *rows, name="q4"):
    assert hanna.post(API, json={"id": name}).status_code == 201
    answer = hanna.post(f"{API}/{name}/uploads", files=csv(*rows))
    assert answer.status_code == 202, answer.text
    work(site)
    return answer.json()["number"]


def test_two_people_send_a_corrected_file_once(site, hanna, finn):
    assert uploaded(site, hanna, ANA, BEN, WRONG) == 1
    (problem,) = hanna.get(f"{API}/q4/uploads/1/problems").json()["items"]
    assert (problem["row"], problem["cell"], problem["field"]) == (4, "E4", "recipient.email")
    assert hanna.get(f"{API}/q4").json()["state"] == "needs_correction"
    cells = [{"row": 4, "field": "recipient.email", "value": "cleo@example.com"}]
    assert hanna.request("PATCH", f"{API}/q4/uploads/1/cells", json=cells).json()["number"] == 2
    work(site)
    assert hanna.get(f"{API}/q4/uploads/2").json()["problem_count"] == 0
    plan = hanna.post(f"{API}/q4/plan").json()
    assert (plan["lines"], plan["totals"], plan["needs_approval"]) == (3, {"USD": "40.50"}, True)
    assert hanna.get(f"{API}/q4").json()["state"] == "awaiting_approval"
    assert hanna.post(f"{API}/q4/send", json={"plan": plan["plan"]}).status_code == 403
    assert hanna.post(f"{API}/q4/approve", json={"plan": plan["plan"]}).status_code == 403
    assert finn.post(f"{API}/q4/approve", json={"plan": "0" * 64}).status_code == 409
    assert finn.post(f"{API}/q4/approve", json={"plan": plan["plan"]}).status_code == 200
    for _ in range(2):
        assert hanna.post(f"{API}/q4/send", json={"plan": plan["plan"]}).status_code == 202
    work(site)
    assert hanna.get(f"{API}/q4").json()["state"] == "finished"
    assert len(site.house.sent()) == 3
    rows = finn.get(f"{API}/q4/rows?status=completed").json()
    assert [one["recipient"]["name"] for one in rows["items"]] == ["Ana Silva", "Ben Ng", "Cleo Roe"]
    names = [one["name"] for one in hanna.get(f"{API}/q4/reports").json()["items"]]
    assert "results.csv" in names
    assert b"Ana" in hanna.get(f"{API}/q4/reports/results.csv").content


def test_finance_sees_amounts_and_no_names(site, hanna):
    uploaded(site, hanna, ANA)
    plan = hanna.post(f"{API}/q4/plan").json()["plan"]
    hanna.post(f"{API}/q4/send", json={"plan": plan})
    work(site)
    fay = site.program("fay@example.com", "finance")
    rows = fay.get(f"{API}/q4/rows").json()["items"]
    assert rows[0]["recipient"]["name"] == "•••"
    names = [one["name"] for one in fay.get(f"{API}/q4/reports").json()["items"]]
    assert "finance.csv" in names
    assert "results.csv" not in names
    assert fay.get(f"{API}/q4/reports/results.csv").status_code == 404


def test_a_part_of_a_name_or_of_an_address_finds_rows_for_whoever_may_see_names(site, hanna):
    uploaded(site, hanna, ANA)
    hanna.post(f"{API}/q4/send", json={"plan": hanna.post(f"{API}/q4/plan").json()["plan"]})
    work(site)

    def rows(who, q):
        return [one["row"] for one in who.get(f"{API}/q4/rows", params={"q": q}).json()["items"]]

    assert [rows(hanna, q) for q in ("silv", "ANA@EX", "ana silva", "lineItems", "recipient", "zoe")] == [
        [2], [2], [2], [], [], []
    ]  # fmt: skip
    assert rows(site.program("fay@example.com", "finance"), "silv") == []


def test_lists_come_in_pages_with_a_cursor(site, hanna):
    for number in range(5):
        hanna.post(API, json={"id": f"c{number}"})
    first = hanna.get(f"{API}?limit=3").json()
    rest = hanna.get(f"{API}?limit=3&cursor={first['next']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ["c4", "c3", "c2", "c1", "c0"]
    assert rest["next"] is None


def test_the_same_key_gives_the_first_answer_again_and_another_body_is_a_conflict(site, hanna):
    hanna.post(API, json={"id": "q4"})
    key = {"Idempotency-Key": "k1"}
    first = hanna.post(f"{API}/q4/uploads", files=csv(ANA), headers=key)
    again = hanna.post(f"{API}/q4/uploads", files=csv(ANA), headers=key)
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (202, {"number": 1, "state": "checking"})
    )
    assert hanna.post(f"{API}/q4/uploads", files=csv(BEN), headers=key).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "json", "status"),
    [
        ("POST", API, {"id": "no spaces please"}, 422),
        ("POST", API, {"id": "q4"}, 409),
        ("POST", API, {"id": "q5", "settings": {"tango": {}}}, 422),
        ("GET", f"{API}/q9", None, 404),
        ("GET", f"{API}/q4/uploads/9", None, 404),
        ("GET", f"{API}/q4/rows/1", None, 404),
        ("GET", f"{API}/q4/rows?status=lost", None, 422),
        ("GET", f"{API}/q4/rows?cursor=x", None, 422),
        ("POST", f"{API}/q4/plan", None, 404),
        ("POST", f"{API}/q4/send", {"plan": "x"}, 404),
        ("POST", f"{API}/q4/halt", {}, 422),
        ("POST", f"{API}/q4/resume", None, 409),
        ("POST", f"{API}/q4/retry", None, 409),
        ("POST", f"{API}/q4/rows/2/release", {"reason": "x"}, 422),
    ],
)
def test_what_cannot_be_is_answered_as_a_problem(site, hanna, method, path, json, status):
    hanna.post(API, json={"id": "q4"})
    answer = hanna.request(method, path, json=json)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "detail", "request_id"}


def test_the_auditor_sees_who_did_what_and_verifies_it(site, hanna):
    uploaded(site, hanna, ANA)
    audra = site.program("audra@example.com", "auditor")
    events = audra.get("/api/v1/audit?campaign=q4").json()["items"]
    assert ("file submitted", "hanna@example.com") in [(one["kind"], one["actor"]) for one in events]
    assert audra.post("/api/v1/audit/verify").json()["whole"] is True


def test_where_the_ledger_has_users_nobody_approves_by_a_name_alone(site, hanna, finn):
    uploaded(site, hanna, ANA, BEN)
    plan = hanna.post(f"{API}/q4/plan").json()["plan"]
    runtime = site.workspace.runtime(site.workspace.key_of("q4"), Actor("root", "pc-1"), site.house.folder)
    with pytest.raises(UsageError, match="did not sign in"):
        approve_plan(runtime, plan, "finance@example.com")
    assert finn.post(f"{API}/q4/approve", json={"plan": plan}).status_code == 200


@pytest.mark.parametrize(
    "path", ["uploads/1", "uploads/1/problems", "uploads/1/file", "rows", "rows/2", "reports", "plan"]
)
def test_what_is_somebody_elses_does_not_exist(site, hanna, path):
    uploaded(site, hanna, ANA)
    assert site.program("eve@example.com", "submitter").get(f"{API}/q4/{path}").status_code == 404


def test_two_corrections_at_once_are_one_and_a_conflict(site, hanna):
    uploaded(site, hanna, ANA, WRONG)
    cells = [{"row": 3, "field": "amount", "value": "7"}]
    first, second = (hanna.request("PATCH", f"{API}/q4/uploads/1/cells", json=cells) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 409)


def test_a_plan_is_not_approved_while_its_file_is_corrected(site, hanna, finn):
    uploaded(site, hanna, ANA, BEN)
    plan = hanna.post(f"{API}/q4/plan").json()["plan"]
    hanna.request("PATCH", f"{API}/q4/uploads/1/cells", json=[{"row": 2, "field": "amount", "value": "7"}])
    assert finn.post(f"{API}/q4/approve", json={"plan": plan}).status_code == 409


def test_a_plan_says_what_changed_since_the_one_approved_last(site, hanna, finn):
    uploaded(site, hanna, ANA, BEN)
    plan = hanna.post(f"{API}/q4/plan").json()["plan"]
    finn.post(f"{API}/q4/approve", json={"plan": plan})
    hanna.post(f"{API}/q4/uploads", files=csv(ANA.replace("25", "30"), BEN))
    work(site)
    approved = hanna.post(f"{API}/q4/plan").json()["diff"]["approved"]
    assert (approved["plan"], approved["rows"]) == (plan, {"changed": 1})
    assert approved["changes"] == finn.get(f"{API}/q4/plan/changes").json()["items"]
    (line,) = finn.get(f"{API}/q4/plan/lines?limit=1&cursor=1").json()["items"]
    assert line["recipient"] == "Ben Ng, ben@example.com"
    assert hanna.get(f"{API}/q4/uploads/2/changes").json()["items"][0]["after"] == {"Amount": "30"}
