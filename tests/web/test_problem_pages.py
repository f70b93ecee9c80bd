"""What is wrong in a file, as people look for it and correct it: by kind, by word, all rows at once."""

from __future__ import annotations

import html
import re

import pytest
from openpyxl import load_workbook

from campaign_runner.app.correct_cells import iso_date
from campaign_runner.app.reward_list import reward_list
from tests.doors.conftest import ANA, HEADERS, WRONG
from tests.web.journeys import begun, hanna, house, plan, site, work

__all__ = ["hanna", "house", "site"]
DOOR = "browser"


def test_a_header_that_is_not_understood_is_asked_about_with_a_proposal_and_remembered(site, hanna):
    begun(
        site,
        hanna,
        f"{ANA},Sales",
        headers=HEADERS.replace("Employee ID", "Persno").replace("Last name", "Surnam") + ",Team",
    )
    page = hanna.get("/campaigns/q4/problems").text
    assert "not understood" in page
    assert re.search(r'name="column:Surnam".*?value="recipient.lastName" selected', page, re.S)
    said = {f"column:{header}": "" for header in ("Persno", "Team")} | {"column:Surnam": "recipient.lastName"}
    hanna.post("/campaigns/q4/uploads/1/columns", data=said)
    work(site)
    assert "not understood" not in hanna.get("/campaigns/q4/problems").text
    assert "Ready: 1 row can be sent." in hanna.get("/campaigns/q4").text


def test_a_file_without_a_delivery_method_and_a_reward_is_sent_once_somebody_said_what_every_row_has(site, hanna):
    begun(site, hanna, "Ana,Silva,ana@example.com,25", headers="First name,Last name,E-mail,Amount")
    page = hanna.get("/campaigns/q4/problems").text
    assert "or choose below what every row has" in page
    assert "campaign.toml" not in page
    assert 'name="every:amount"' not in page
    every = {"every:deliveryMethod": "EMAIL", "every:utid": "U561593"}
    hanna.post("/campaigns/q4/uploads/1/columns", data=every)
    work(site)
    assert "Ready: 1 row can be sent." in hanna.get("/campaigns/q4").text
    file = {"file": ("next.csv", b"First name,Last name,E-mail,Amount\nBen,Ng,ben@example.com,5\n")}
    hanna.post("/campaigns/q4/upload", files=file)  # remembered
    work(site)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)
    assert site.house.sent() == ["ben@example.com"]


def cells(browser, query):
    return re.findall(r'id="cell-\d+">(\w+)', browser.get(f"/campaigns/q4/problems{query}").text)


def test_problems_are_filtered_by_kind_by_severity_and_by_a_word(site, hanna):
    rows = [f"{n},EMAIL,Dan{n},Roe,dan{n}@example.com,Amazzon,5" for n in (4, 5)]
    begun(site, hanna, ANA, WRONG, *rows)
    assert cells(hanna, "") == ["E3", "F4", "F5"]
    assert cells(hanna, "?q=amazz") == ["F4", "F5"]
    assert cells(hanna, "?q=e3") == ["E3"]
    assert cells(hanna, "?severity=warning") == []
    kinds = re.findall(r'href="(\?rule=[^"]+)"', hanna.get("/campaigns/q4/problems").text)
    assert [cells(hanna, html.unescape(kind)) for kind in kinds] == [["F4", "F5"], ["E3"]]


def test_the_status_of_a_file_that_is_ready_names_the_rows_that_are_held(site, hanna):
    begun(site, hanna, ANA, ANA.replace("1,", "9,", 1))
    sentence = "Ready: 1 row can be sent. 1 row is held until you decide about it."
    assert re.search(f'role="status"[^>]*>\\s*{sentence}', hanna.get("/campaigns/q4").text)


def test_a_misspelt_reward_is_corrected_in_all_its_rows_at_once(site, hanna):
    begun(site, hanna, *(f"{n},EMAIL,Dan{n},Roe,dan{n}@example.com,Amazzon,5" for n in (4, 5)))
    kind = re.findall(r'href="(\?rule=[^"]+header=UTID)"', hanna.get("/campaigns/q4/problems").text)[0]
    page = hanna.get(f"/campaigns/q4/problems{html.unescape(kind)}").text
    assert "All rows with the same value at once" in page
    right = {"everywhere": "1", "value:v1": "U561593", "was:v1": "Amazzon", "field:v1": "UTID"}
    hanna.post("/campaigns/q4/uploads/1/cells", data=right)
    work(site)
    assert "Ready: 2 rows can be sent." in hanna.get("/campaigns/q4").text


def test_dates_in_another_order_are_rewritten_all_at_once(site, hanna):
    days = ("15 01 27", "31 01 27")
    rows = [f"{n},EMAIL,A{n},Roe,a{n}@example.com,U561593,5,{day}" for n, day in enumerate(days)]
    begun(site, hanna, *rows, headers=f"{HEADERS},Delivery date")
    assert "2 rows need correction" in hanna.get("/campaigns/q4").text
    wanted = {"do": "dates", "header": "Delivery date", "order": "month-day-year"}
    assert "no value is a date" in hanna.post("/campaigns/q4/uploads/1/cells", data=wanted).text
    page = hanna.get("/campaigns/q4/problems?rule=deliveryDate:format&header=Delivery date").text
    assert "Rewrite all of them" in page
    hanna.post("/campaigns/q4/uploads/1/cells", data={**wanted, "order": "day-month-year"})
    work(site)
    page = hanna.get("/campaigns/q4/problems").text
    assert "2027-01-15" in page
    assert "2027-01-31" in page


def test_the_template_has_the_rewards_of_the_company(site, hanna, tmp_path):
    begun(site, hanna, ANA)
    path = tmp_path / "template.xlsx"
    path.write_bytes(hanna.get("/campaigns/q4/template.xlsx").content)
    texts = {str(cell.value) for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row}
    names = {name for _, name in reward_list(site.workspace)}
    assert names
    assert names <= texts


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("31.12.2026", "day-month-year", "2026-12-31"), ("12/31/26", "month-day-year", "2026-12-31"),
        ("31.12.2026", "month-day-year", ""), ("31 December", "day-month-year", ""), ("1-2-2027", "", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_order_that_was_said_or_not_at_all(text, order, iso):
    assert iso_date(text, order) == iso
