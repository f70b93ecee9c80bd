"""The journey page by page, without scripts: forms and links as a browser sends them."""

from __future__ import annotations

import html
import re

from tests.doors.conftest import ANA, BEN, HEADERS, WRONG
from tests.web.journeys import begun, csv, finn, hanna, house, plan, site, work

__all__ = ["finn", "hanna", "house", "site"]
DOOR = "browser"


def form(page, action):
    """The fields of a form as they are filled."""
    inside = re.findall(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.S)[0]
    return {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', inside)
            if name not in ("everywhere", "do")}  # fmt: skip


def test_from_upload_to_reports_with_two_people(site, hanna, finn):
    begun(site, hanna, ANA, BEN, WRONG)
    page = hanna.get("/campaigns/q4/problems").text
    assert "1 row needs correction." in page
    fields = form(page, "/campaigns/q4/uploads/1/cells")
    value = next(name for name in fields if name.startswith("value:"))
    hanna.post("/campaigns/q4/uploads/1/cells", data={**fields, value: "cleo@example.com"})
    work(site)
    page = hanna.get("/campaigns/q4/problems").text
    assert "No problems were found." in page
    assert "cleo@@example.com" in page  # what it was
    assert ">E-mail</td>" in page
    hanna.post("/campaigns/q4/plan", data={"do": "ask", "plan": plan(hanna)})
    assert "Waiting for the approval" in hanna.get("/campaigns").text
    refused = hanna.post("/campaigns/q4/decision", data={"do": "approve", "plan": plan(finn)})
    assert refused.status_code == 403
    finn.post("/campaigns/q4/decision", data={"do": "approve", "plan": plan(finn)})
    assert "approved this plan" in hanna.get("/campaigns/q4/plan").text
    assert hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)}).status_code == 303
    work(site)
    assert "Finished: 3 rows were completed." in hanna.get("/campaigns/q4").text
    results = finn.get("/campaigns/q4/results").text
    assert "cleo@example.com" in results
    assert "results.xlsx" in results
    assert "Ana Silva" in hanna.get("/campaigns/q4/rows/2").text
    assert len(site.house.sent()) == 3


def test_who_submitted_a_plan_reads_why_it_was_rejected_and_the_approver_may_think_again(site, hanna, finn):
    begun(site, hanna, ANA, BEN)
    hanna.post("/campaigns/q4/plan", data={"do": "ask", "plan": plan(hanna)})
    finn.post("/campaigns/q4/decision", data={"do": "reject", "reason": "Ben left in May", "plan": plan(finn)})
    assert 'finn@example.com rejected this plan: "Ben left in May".' in html.unescape(
        hanna.get("/campaigns/q4/plan").text
    )
    for path in ("/campaigns", "/campaigns/q4"):
        assert "The plan was rejected; the plan page shows why." in hanna.get(path).text
    finn.post("/campaigns/q4/decision", data={"do": "approve", "plan": plan(finn)})
    assert "Approved. It can be sent." in hanna.get("/campaigns/q4").text


def test_what_was_halted_when_all_was_done_is_resumed_in_the_page(site, hanna):
    begun(site, hanna, ANA)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)
    hanna.post("/campaigns/q4/halt", data={"reason": "No retries"})
    assert 'formaction="/campaigns/q4/resume"' in hanna.get("/campaigns/q4").text
    hanna.post("/campaigns/q4/resume")
    assert "Every row is final. The reports are being written." in hanna.get("/campaigns/q4").text
    work(site)
    assert "Finished: 1 row was completed." in hanna.get("/campaigns/q4").text


def test_columns_that_are_not_understood_are_named_in_the_page(site, hanna):
    begun(site, hanna, ANA, headers="a,b,c,d,e,f,g")
    page = hanna.get("/campaigns/q4/problems").text
    assert "Which column is what?" in page
    assert '<option value="recipient.email" selected>' in page
    names = dict(zip("abcdefg", ["", "deliveryMethod", "recipient.firstName", "recipient.lastName", "recipient.email",
                                 "utid", "amount"], strict=True))  # fmt: skip
    answer = hanna.post("/campaigns/q4/uploads/1/columns", data={f"column:{a}": field for a, field in names.items()})
    assert answer.status_code == 303, answer.text
    work(site)
    assert "Ready: 1 row can be sent." in hanna.get("/campaigns/q4").text


def test_a_held_row_is_released_with_a_reason_and_not_without(site, hanna):
    begun(site, hanna, ANA, ANA)
    page = hanna.get("/campaigns/q4/problems").text
    assert page.count("ana@example.com") >= 2
    answer = hanna.post("/campaigns/q4/held", data={"row": "3", "do": "release", "reason": ""})
    assert answer.status_code == 422
    hanna.post("/campaigns/q4/held", data={"row": "3", "do": "release", "reason": "Two awards"})
    work(site)
    assert "Ready: 2 rows can be sent." in hanna.get("/campaigns/q4").text


def test_the_status_line_is_polled_and_stops_where_nothing_happens_by_itself(site, hanna):
    begun(site, hanna, ANA)
    answer = hanna.get("/campaigns/q4/status?was=checking")
    assert answer.status_code == 286
    assert answer.headers["HX-Trigger-After-Swap"] == "campaign-changed"
    assert "Ready: 1 row can be sent." in answer.text
    assert "HX-Trigger-After-Swap" not in hanna.get("/campaigns/q4/status?was=ready").headers


def test_names_and_file_names_that_are_markup_are_text(site, hanna):
    hanna.post("/campaigns/new", data={"id": "q4", "name": "<script>alert(1)</script>"})
    hanna.post(
        "/campaigns/q4/upload",
        files={"file": ("<img src=x>.csv", f"{HEADERS}\n{WRONG}".replace("Cleo", "<b>Cleo").encode())},
    )
    work(site)
    for path in ("", "/problems", "/plan", "/results", "/upload"):
        page = hanna.get(f"/campaigns/q4{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>Cleo" not in page


def test_finance_and_audit_have_their_pages_without_names(site, hanna):
    begun(site, hanna, ANA)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)
    fay, audra = site.browser("fay@example.com", "finance"), site.browser("audra@example.com", "auditor")
    assert "finance.csv" in fay.get("/finance").text
    for path in (
        "/campaigns/q4",
        "/campaigns/q4/problems",
        "/campaigns/q4/plan",
        "/campaigns/q4/results",
        "/campaigns/q4/rows/2",
    ):
        assert "ana@example.com" not in fay.get(path).text
        assert "Silva" not in fay.get(path).text
    assert "file submitted" in audra.get("/audit?campaign=q4").text
    assert "The log is whole" in audra.post("/audit").text


def test_who_has_failed_rows_sent_again_reads_that_it_is_under_way(site, hanna):
    begun(site, hanna, ANA.replace("ana@", "ana+sim-fails@"))
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)
    site.house.clock.turn(minutes=20)
    work(site)
    there = hanna.post("/campaigns/q4/retry").headers["Location"]
    assert "The failed rows are sent again." in hanna.get(there).text
    assert "are sent again" not in hanna.get("/campaigns/q4/results").text


def test_finance_has_the_books_of_a_period_and_holds_a_statement_against_them(site, hanna):
    begun(site, hanna, ANA)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)
    fay = site.browser("fay@example.com", "finance")
    assert fay.post("/campaigns/q4/books", data={"since": "soon"}).status_code == 422
    fay.post("/campaigns/q4/books", data={"since": "2026-11-01", "until": "2026-11-30", "group_by": "Employee ID"})
    header = "External Ref ID,Reference Line Item ID,Order Date,Amount Charged,Currency,Status"
    rows = f"{header}\no1,RL-9,11/22/2026,30.00,USD,Complete\n"
    fay.post("/campaigns/q4/statement", files={"file": ("orders.csv", rows.encode())})
    work(site)
    page = fay.get("/campaigns/q4/books").text
    assert "journal.csv" in page
    assert b"Employee ID" in fay.get("/campaigns/q4/books/books/finance.csv").content
    assert "The statement differs from the books." in page
    assert fay.get("/campaigns/q4/books/statement/statement.csv").status_code == 200
    assert fay.get("/campaigns/q4/books/1/finance.csv").status_code == 404


def test_the_plan_page_says_what_each_recipient_gets_and_what_changed(site, hanna, finn):
    begun(site, hanna, f"{ANA},Well done", BEN + ",", headers=f"{HEADERS},Message")
    page = finn.get("/campaigns/q4/plan").text
    assert "What each recipient gets" in page
    assert "Well done" in page
    assert "Reward Link" in page
    hanna.post("/campaigns/q4/plan", data={"do": "ask", "plan": plan(hanna)})
    finn.post("/campaigns/q4/decision", data={"do": "approve", "plan": plan(finn)})
    hanna.post("/campaigns/q4/upload", files=csv(ANA.replace("25", "30"), BEN))
    work(site)
    page = finn.get("/campaigns/q4/plan").text
    assert "<del>25.00 USD</del>" in page
    assert "<ins>30.00 USD</ins>" in page
    changes = hanna.get("/campaigns/q4/uploads/2/changes").text
    assert "2 rows were changed." in changes
    assert "1 row was" not in changes
    fay = site.browser("fay@example.com", "finance")
    assert "Well done" not in fay.get("/campaigns/q4/plan").text + fay.get("/campaigns/q4/uploads/2/changes").text


def test_a_plan_is_sent_at_a_time_on_the_clock_of_a_place_moved_and_called_off(site, hanna):
    begun(site, hanna, ANA)
    at = {"when": "later", "day": "2999-07-01", "time": "02:30", "zone": "Europe/Berlin"}
    gap = {**at, "day": "2999-03-31"}
    answer = hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna), **gap})
    assert (answer.status_code, "does not exist in Europe/Berlin" in answer.text) == (422, True)
    typed = (
        'name="when" value="later" checked',
        'value="2999-03-31"',
        'value="02:30"',
        "<option selected>Europe/Berlin",
    )
    assert [each for each in typed if each not in answer.text] == []
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna), **at})
    work(site)
    assert (
        "Scheduled for 1 Jul 2999, 02:30 (Europe/Berlin). No order is sent before that time."
        in hanna.get("/campaigns/q4").text
    )
    hanna.post("/campaigns/q4/schedule", data={"do": "move", **at, "zone": "Europe/Lisbon"})
    assert "02:30 (Europe/Lisbon)" in hanna.get("/campaigns").text
    hanna.post("/campaigns/q4/schedule", data={"do": "cancel"})
    work(site)
    assert "Ready: 1 row can be sent." in hanna.get("/campaigns/q4").text
    assert site.house.sent() == []


def test_whoever_may_gets_one_test_reward_from_the_page_or_the_api_and_no_second(site, hanna):
    assert "Send me a test" not in hanna.get("/campaigns").text
    begun(site, hanna, ANA, BEN)
    assert "Send me a test" not in hanna.get("/campaigns/q4/plan").text
    allowed = site.workspace.settings.server.model_copy(update={"test_reward": True})
    object.__setattr__(site.workspace, "settings", site.workspace.settings.model_copy(update={"server": allowed}))
    wanted = plan(hanna)
    hanna.post("/campaigns/q4/test-reward", data={"plan": wanted})
    answer = site.program("hanna@example.com").post("/api/v1/campaigns/q4/test-reward", json={"plan": wanted})
    assert (answer.status_code, answer.json()["amount"], answer.json()["currency"]) == (202, "10.50", "USD")
    work(site)
    assert "A test reward of 10.50 USD was sent to hanna@example.com." in hanna.get("/campaigns/q4/plan").text
    assert site.house.sent() == ["hanna@example.com"]


def test_a_row_is_released_while_the_plan_before_is_sent_and_the_page_says_so(site, hanna):
    begun(site, hanna, ANA, ANA)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    hanna.post("/campaigns/q4/halt", data={"reason": "a look"})
    work(site)
    with site.workspace.ledger().hold("simulator-q4"):
        answer = hanna.post("/campaigns/q4/held", data={"row": "3", "do": "release", "reason": "two awards"})
    assert answer.headers["Location"] == "/campaigns/q4/problems"
    work(site)
    assert 'formaction="/campaigns/q4/resume"' in hanna.get("/campaigns/q4").text
    hanna.post("/campaigns/q4/resume")
    page = hanna.get("/campaigns/q4").text
    assert "The plan before is still being sent: 1 row is not final yet." in page
    assert '<button class="danger">Halt</button>' in page
    work(site)
    assert "still being sent" not in hanna.get("/campaigns/q4").text
    assert site.house.sent() == ["ana@example.com"]


def test_rows_that_go_first_are_a_number_and_a_time_has_a_day_before_anything_is_sent(site, hanna):
    begun(site, hanna, ANA)
    wanted = {"do": "send", "plan": plan(hanna), "canary": "10 %"}
    answer = hanna.post("/campaigns/q4/plan", data=wanted)
    assert (answer.status_code, 'value="10 %"' in answer.text) == (422, True)
    assert "is not a number of rows that go first." in answer.text
    answer = hanna.post("/campaigns/q4/plan", data={**wanted, "canary": "", "when": "later", "zone": "Europe/Berlin"})
    assert "Choose a date and a time." in answer.text
    work(site)
    assert site.house.sent() == []


def test_what_was_chosen_and_typed_about_held_rows_stays_after_an_error(site, hanna):
    begun(site, hanna, ANA, ANA, ANA)
    answer = hanna.post("/campaigns/q4/held", data={"row": "4", "do": "release", "reason": ""})
    assert re.findall(r'value="(\d)" checked', answer.text) == ["4"]
    answer = hanna.post("/campaigns/q4/held", data={"do": "drop", "reason": "Twice by mistake"})
    assert 'value="Twice by mistake"' in answer.text


def test_the_auditor_reads_details_finds_events_by_a_word_and_takes_all_of_them_along(site, hanna):
    begun(site, hanna, ANA)
    audra = site.browser("audra@example.com", "auditor")
    page = audra.get("/audit?kind=submitted").text
    assert "file submitted" in page
    assert "number: 1" in page
    assert "No event matches." in audra.get("/audit?campaign=q9").text
    answer = audra.get("/audit/export")
    assert re.search(r"audit-log-[0-9-]{10}\.jsonl", answer.headers["Content-Disposition"])
    assert len(answer.text.splitlines()) == len(site.events())


def test_a_downloaded_report_has_the_campaign_in_its_name(site, hanna):
    begun(site, hanna, WRONG)
    answer = hanna.get("/campaigns/q4/reports/failures.xlsx?upload=1")
    assert 'filename="q4-failures.xlsx"' in answer.headers["Content-Disposition"]


def test_a_finished_campaign_says_how_many_rows_still_need_somebody_and_a_row_what_people_did(site, hanna):
    begun(site, hanna, ANA, WRONG)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)
    assert "Finished: 1 row was completed. 1 row needs attention." in hanna.get("/campaigns/q4").text
    page = hanna.get("/campaigns/q4/rows/2", headers={"Accept-Language": "de"}).text
    assert "An Tango gesendet" in page
    assert "Datei eingeplant, hanna@example.com" in page


def test_who_was_signed_out_meanwhile_reads_that_nothing_was_changed_and_comes_back_to_the_page(site, hanna):
    begun(site, hanna, WRONG)
    hanna.cookies.clear()
    referer = {"Referer": "http://127.0.0.1/campaigns/q4/problems?q=cleo"}
    answer = hanna.post("/campaigns/q4/uploads/1/cells", data={"value:0": "x"}, headers=referer)
    assert answer.headers["Location"] == "/sign-in?notice=signed-out&next=/campaigns/q4/problems%3Fq%3Dcleo"
    page = hanna.get(answer.headers["Location"]).text
    assert "You were signed out meanwhile, so nothing was changed." in page
    assert 'name="next" value="/campaigns/q4/problems?q=cleo"' in page
    foreign = hanna.post("/campaigns/q4/halt", headers={"Referer": "http://evil.example.com/x"})
    assert foreign.headers["Location"] == "/sign-in?notice=signed-out"
