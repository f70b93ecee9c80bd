"""An administrator exports or erases one person's data: by page and API, by a worker, in the log, never in an address."""

import io
import zipfile

import pytest

from campaign_runner.app.audit import verify_log
from campaign_runner.app.jobs import work_once
from campaign_runner.ledger import person_requests
from tests.doors.conftest import ANA, house
from tests.web.journeys import begun, finn, hanna, plan, site, work

__all__ = ["finn", "hanna", "house", "site"]
DOOR = "browser"
ASKED = {"person": "ana@example.com", "reason": "ticket 7"}


@pytest.fixture
def ada(site):
    return site.browser("ada@example.com", "administrator")


@pytest.fixture
def sent(site, hanna):
    begun(site, hanna, ANA)
    hanna.post("/campaigns/q4/plan", data={"do": "send", "plan": plan(hanna)})
    work(site)


def held(site):
    with site.workspace.ledger().read() as connection:
        return [made.content for one, _ in person_requests.newest(connection, 9)
                if (made := person_requests.get(connection, one.id))]  # fmt: skip


def test_an_export_is_made_by_a_worker_for_whoever_asked_and_is_gone_after_a_day(site, sent, ada):
    assert ada.post("/person", data={**ASKED, "do": "export"}).headers["Location"] == "/person"
    assert work_once(site.workspace, ("person", "1"))
    page = ada.get("/person").text
    assert '<a href="/person/1/file">' in page
    assert "ana@example.com" not in page
    answer = ada.get("/person/1/file")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert sorted(packed.namelist()) == ["person.html", "person.json", "person.xlsx"]
        assert b"ana@example.com" in packed.read("person.json")
    other = site.browser("olga@example.com", "administrator")
    assert (other.get("/person/1/file").status_code, "/person/1/file" in other.get("/person").text) == (404, False)
    work(site)  # a day later
    assert ada.get("/person/1/file").status_code == 404


def test_an_erasure_wants_the_person_twice_and_a_reason_and_says_what_became_of_it(site, sent, ada):
    once = ada.post("/person", data={**ASKED, "do": "erase", "again": "ben@example.com"})
    assert (once.status_code, "Type the person once more" in once.text) == (422, True)
    assert "Give a reason" in ada.post("/person", data={**ASKED, "do": "export", "reason": " "}).text
    ada.post("/person", data={**ASKED, "do": "preview"})
    work(site)
    assert "would be erased. Nothing was erased." in ada.get("/person").text
    ada.post("/person", data={**ASKED, "do": "erase", "again": "ana@example.com"})
    work(site)
    assert "of 1 order" in ada.get("/person").text
    state = [path for path in (site.house.folder / "state").rglob("*") if path.is_file()]
    assert [path for path in state if b"ana@example.com" in path.read_bytes()] == []
    assert verify_log(site.house.folder / "state").whole


def test_the_log_has_every_step_and_names_no_person(site, sent, ada):
    ada.post("/person", data={"person": "ana@example.com", "reason": "ana@example.com asks", "do": "export"})
    work(site)
    steps = [(kind, data) for kind, data in site.events() if kind.startswith("person ")]
    assert steps == [("person export wanted", {"number": 1, "reason": "[…] asks"}),
                     ("person export done", {"number": 1})]  # fmt: skip


def test_programs_ask_with_a_body_and_look_by_a_number(site, sent):
    program = site.program("bot@example.com", "administrator")
    answer = program.post("/api/v1/person/export", json=ASKED)
    assert (answer.status_code, answer.json()["number"], answer.json()["state"]) == (202, 1, "wanted")
    work_once(site.workspace, ("person", "1"))
    assert program.get("/api/v1/person/1").json()["says"][0].startswith("Found: 1 reward, 1 row, ")
    assert program.get("/api/v1/person/1/file").content[:2] == b"PK"
    refused = program.post("/api/v1/person/erase", json={**ASKED, "confirm": "ana"})
    assert (refused.status_code, "once more" in refused.json()["detail"]) == (422, True)


def test_a_worker_that_died_in_the_middle_keeps_no_address(site, sent, ada):
    ada.post("/person", data={**ASKED, "do": "erase", "again": "ana@example.com"})
    with site.workspace.ledger().write("test") as connection:
        assert person_requests.begin(connection, 1)[1] == "ana@example.com"
    work(site)
    assert held(site) == [b""]
    assert "It was interrupted" in ada.get("/person").text
