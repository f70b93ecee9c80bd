"""Whatever is edited, added or deleted in a ledger by one statement is found, and named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from campaign_runner import simulator
from campaign_runner.app.approve import approve_plan
from campaign_runner.app.audit import verify_log
from campaign_runner.app.plan import plan_file
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.actor import Actor
from tests.pipeline.conftest import Office
from tests.pipeline.decided import release_rows

ROWS = (
    "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25",
    "2,EMAIL,Ana,Silva,ana@example.com,,U561593,25",
    "3,PHONE,Ben,Ng,,+14155550100,U561593,10.50",
    "4,EMAIL,Cleo,Roe,cleo@@example.com,,U561593,5",
    "5,EMAIL,Dee,Fox,sim-fails@example.com,,U561593,30",
)
FINANCE = "finance@example.com"
# One statement each, and words of the sentence that names what it did.
EDITS = {
    "UPDATE line_items SET face_units = 1 WHERE id = 1": "its lines",
    "UPDATE line_items SET utid = 'U666425' WHERE id = 1": "its lines",
    "UPDATE line_items SET reference = 'q4-other' WHERE id = 1": "its lines",
    "UPDATE line_items SET identity = x'00' WHERE id = 1": "its lines",
    "UPDATE line_items SET person = NULL": "its lines",
    "UPDATE line_items SET quantity = 2 WHERE id = 1": "its lines",
    "UPDATE line_items SET row = row + 100 WHERE id = 1": "its lines",
    "UPDATE line_items SET status = 'cancelled' WHERE id = 1": "Tango's answers about its lines",
    "UPDATE line_items SET reason = 'lost', updated_at = '' WHERE id = 1": "Tango's answers about its lines",
    "UPDATE line_items SET tango_reference = 'RA-0' WHERE id = 1": "Tango's answers about its lines",
    "UPDATE line_items SET charged = '0.01' WHERE id = 1": "Tango's answers about its lines",
    "UPDATE line_items SET failed_again_at = '2026-11-22' WHERE id = 1": "Tango's answers about its lines",
    "UPDATE line_items SET superseded = NOT superseded WHERE id = 1": "Tango's answers about its lines",
    "DELETE FROM line_items WHERE id = 1": "its lines",
    "UPDATE batches SET body = (SELECT body FROM batches ORDER BY id DESC LIMIT 1)": "its bytes",
    "UPDATE batches SET state = 'planned' WHERE id = 1": "its state (planned; the events say final)",
    "UPDATE batches SET sent_at = '2020-01-01' WHERE id = 1": "when it was sent was changed",
    "UPDATE batches SET tango_order_id = 'RA-0' WHERE id = 1": "Tango's number for it was changed",
    "UPDATE batches SET reference = 'q4-other' WHERE id = 1": "order q4-other of q4 is not in the audit log",
    "DELETE FROM batches WHERE id = 1": "is missing",
    "UPDATE batches SET body = body || x'FF'": "its orders cannot be read",
    "UPDATE line_items SET identity = 'text' WHERE id = 1": "its lines",
    "UPDATE line_items SET reason = x'FF' WHERE id = 1": "",
    "INSERT INTO batches (campaign, reference, state, attempt, lines, canary, tries, looks, due_at, sent_at, updated_at,"
    " tango_order_id, note) VALUES (1, 'q4-new', 'planned', 1, 0, 0, 0, 0, 0, '', '', '', '')": "q4-new of q4 is not in",
    "UPDATE uploads SET sha256 = '00' WHERE id = 1": "file 1: its record was changed",
    "UPDATE uploads SET created_at = '2020-01-01' WHERE id = 1": "file 1: its record was changed",
    "DELETE FROM uploads WHERE id = 1": "file 1 is missing",
    "UPDATE upload_parts SET bytes = x'00000000'": "the stored copy is not the file",
    "DELETE FROM upload_parts": "the stored copy is not the file",
    "UPDATE entries SET status = 'known' WHERE status = 'held'": "its rows that were not sent",
    "UPDATE entries SET reason = '' WHERE status = 'rejected'": "its rows that were not sent",
    "DELETE FROM entries WHERE status = 'rejected'": "its rows that were not sent",
    "INSERT INTO entries (upload, row, status, reference, reason, remedy, units, currency)"
    " VALUES (1, 99, 'held', '', '', '', -1, '')": "its rows that were not sent",
    "INSERT INTO approvals (campaign, identity, decision, name, reason, at)"
    " VALUES (1, 'abcdef0123456789', 'approved', 'finance@example.com', '', '2026-11-22')": "plan abcdef012345 is not in",
    "UPDATE approvals SET decision = 'rejected'": "is not in the audit log",
    "DELETE FROM approvals": 'the decision "approved" of finance@example.com',
    "UPDATE plans_shown SET submitter = 'ed'": "was changed",
    "DELETE FROM plans_shown": "is missing",
    "INSERT INTO releases (campaign, reference, reason, at) VALUES (1, 'q4-x', 'why', '')": "decision on q4-x is not in",
    "UPDATE releases SET decision = 'drop'": "was changed",
    "DELETE FROM releases": "is missing",
    "UPDATE attempts SET http_status = 200, outcome = 'accepted'": "was changed",
    "UPDATE attempts SET message = 'Thank you' WHERE id = 2": "request 2",
    "DELETE FROM attempts WHERE id = 1": "are here",
    "DELETE FROM attempts WHERE id = (SELECT max(id) FROM attempts)": "are here",
    "INSERT INTO attempts SELECT id + 1, campaign, reference, at, method, outcome, http_status, code, request_id,"
    " message, seconds, seal FROM attempts ORDER BY id DESC LIMIT 1": "it was changed, or added by hand",
    "UPDATE campaigns SET settings = '{}'": "its own settings were changed",
    "UPDATE campaigns SET account = 'another-account'": "its account was changed",
    "INSERT INTO campaigns (environment, campaign_id, customer, account, endpoint, created_at)"
    " VALUES ('simulator', 'q9', 'c', 'a', 'orders', '')": "campaign 2 is not in the audit log",
}  # fmt: skip
# The same for the log of events itself: what breaks, or what no event speaks of any more.
LOG = {
    "UPDATE events SET at = '2020' WHERE id = 2": "it, or the one before, was changed",
    "UPDATE events SET data = '{}' WHERE id = (SELECT max(id) FROM events)": "it, or the one before, was changed",
    "UPDATE events SET actor = replace(actor, 'hanna', 'ed') WHERE id = 2": "it, or the one before, was changed",
    "UPDATE events SET mac = hash": "its signature is wrong",
    "DELETE FROM events WHERE id = 2": "an event before it is missing",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a campaign in which everything happened that a ledger keeps."""
    folder = tmp_path_factory.mktemp("office")
    office = Office(folder)
    office.values |= {"approval": {"required_above": {"USD": 30}}, "identity": {"key": []}}
    with simulator.serve(office.tango) as office.base_url:
        path, hanna, finance = office.file(*ROWS), office.runtime(), office.runtime()
        hanna = replace(hanna, actor=Actor("hanna", "pc-1"), submitter="hanna")
        finance = replace(finance, actor=Actor("fin", "pc-2"))
        plan = plan_file(ReadOptions(path), hanna).plan
        approve_plan(finance, plan, FINANCE)
        run_file(ReadOptions(path), hanna)
        release_rows(hanna, [3], "two prizes")
        approve_plan(finance, plan_file(ReadOptions(path), hanna).plan, FINANCE)
        run_file(ReadOptions(path), hanna)
        retry_failed(hanna)
    return folder / "state"


@pytest.fixture
def state(told: Path, tmp_path: Path) -> Path:
    shutil.copytree(told, tmp_path / "state")
    return tmp_path / "state"


def execute(state: Path, statement: str) -> None:
    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger, ledger:
        assert ledger.execute(statement).rowcount > 0


def test_a_ledger_that_nobody_touched_is_whole(told):
    verdict = verify_log(told)
    assert (verdict.whole, verdict.differences, verdict.operator) == (True, (), False)


@pytest.mark.parametrize("statement", EDITS)
def test_an_edit_is_found_and_named(state, statement):
    execute(state, statement)
    verdict = verify_log(state)
    assert verdict.broken is None
    assert EDITS[statement] in "\n".join(verdict.differences)


@pytest.mark.parametrize("statement", LOG)
def test_a_changed_log_breaks_where_it_was_changed(state, statement):
    execute(state, statement)
    assert verify_log(state).why == LOG[statement]


@pytest.mark.parametrize("kept", [0, 1, 5, 9, 12])
def test_deleted_newest_events_are_found_by_what_they_had_said(state, kept):
    execute(state, f"DELETE FROM events WHERE id > {kept}")
    assert verify_log(state).differences
