"""One recipient, one campaign, or everything old is erased; the books and the chain of events stay."""

from __future__ import annotations

import json
import sqlite3

import pytest

from campaign_runner.app.audit import export_log, verify_log
from campaign_runner.app.purge import purge_campaign, purge_data, purge_recipient
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.track import track_campaign
from campaign_runner.ledger.packing import unpack
from campaign_runner.model.errors import UsageError
from campaign_runner.simulator import Simulator
from tests.pipeline.people import ANA, BAD, BEN, FAILS

pytestmark = pytest.mark.usefixtures("every_report")


def is_anywhere_in_the_state(office, text):
    """Whether a text stands in a file of the state folder, packed or not."""
    state = office.folder / "state"
    with sqlite3.connect(state / "ledger.sqlite") as ledger:
        packed = [*ledger.execute("SELECT body FROM batches"), *ledger.execute("SELECT bytes FROM upload_parts")]
    plain = [path.read_bytes() for path in state.rglob("*") if path.is_file()]
    stand_in = [order.body for order in Simulator(state / "simulator.jsonl").orders()]
    return any(text.encode() in data for data in [*plain, *stand_in, *(unpack(one) for (one,) in packed if one)])


@pytest.fixture
def rehearsed(office):
    """Ana, Ben and one that fails, placed with the embedded stand-in; a row with a wrong address; all is final."""
    office.base_url = ""
    office.run(office.file(ANA, BEN, FAILS, BAD))
    return office


def test_one_recipient_is_erased_everywhere_and_the_others_stay(rehearsed):
    before = rehearsed.summary()
    erased = purge_recipient(rehearsed.runtime(), "Ana@Example.com")
    assert {name: getattr(erased, name) for name in ("files", "orders", "lines", "simulator_orders")} == {
        "files": 1, "orders": 1, "lines": 1, "simulator_orders": 1,
    }  # fmt: skip
    assert not is_anywhere_in_the_state(rehearsed, "ana@example.com")
    assert is_anywhere_in_the_state(rehearsed, "+14155550100")
    assert verify_log(rehearsed.folder / "state").whole
    report_campaign(rehearsed.runtime())
    assert rehearsed.summary()["amounts"] == before["amounts"]


def test_a_recipient_of_a_letter_is_erased_by_name_street_and_postal_code(office):
    office.base_url, office.values["defaults"] = "", {"deliveryMethod": "ADDRESS", "shippingMethod": "upsground"}
    header = ["First name", "Last name", "UTID", "Amount", "Street", "City", "State", "ZIP", "Country"]
    rows = (
        "Ana,Silva,U561593,25,1 Main Street,Boston,MA,02134,US",
        "Ben,Ng,U561593,25,1 Main Street,Boston,MA,02134,US",
    )
    office.run(office.file(*rows, headers=header))
    erased = purge_recipient(office.runtime(), "ana silva, 1 main street, 02134")
    assert (erased.files, erased.orders, erased.lines, erased.simulator_orders) == (1, 1, 1, 1)
    assert not is_anywhere_in_the_state(office, "Silva")
    assert verify_log(office.folder / "state").whole
    assert not purge_recipient(office.runtime(), "Ana Silva, 2 Main Street, 02134").lines


def test_reports_that_hold_the_recipient_are_found_and_named(rehearsed):
    names = {path.rpartition("/")[2] for path in purge_recipient(rehearsed.runtime(), "ana@example.com").reports}
    assert {"results.csv", "results.xlsx"} <= names
    assert not {"finance.csv", "finance.xlsx", "summary.json"} & names


def test_an_erased_recipient_is_known_again_until_the_window_has_closed(rehearsed):
    purge_recipient(rehearsed.runtime(), "ana@example.com")
    rehearsed.values["campaign"] = {"id": "q5"}
    rehearsed.run(rehearsed.file(ANA, name="q5.csv"))
    with sqlite3.connect(rehearsed.folder / "state" / "ledger.sqlite") as ledger:
        held = ledger.execute("SELECT count(*) FROM entries WHERE status = 'held'").fetchone()
        assert held == (1,)
    rehearsed.clock.turn(days=30)
    assert purge_recipient(rehearsed.runtime(), "nobody@example.com").hashes == 1
    with sqlite3.connect(rehearsed.folder / "state" / "ledger.sqlite") as ledger:
        kept = ledger.execute("SELECT count(*) FROM line_items WHERE person IS NOT NULL").fetchone()
    assert kept == (2,)
    assert verify_log(rehearsed.folder / "state").whole


def test_an_erased_line_is_not_placed_again_and_the_others_can_be(rehearsed):
    track_campaign(rehearsed.runtime())
    rehearsed.clock.turn(days=1)
    purge_recipient(rehearsed.runtime(), "sim-fails@example.com")
    placed = len(list(Simulator(rehearsed.folder / "state" / "simulator.jsonl").orders()))
    retry_failed(rehearsed.runtime(), patience=60)
    assert len(list(Simulator(rehearsed.folder / "state" / "simulator.jsonl").orders())) == placed


def test_what_is_open_is_left_and_said(office):
    office.run(office.file(ANA), patience=0)
    assert purge_recipient(office.runtime(), "ana@example.com").open == 2
    assert office.tango.orders()


def test_a_dry_run_erases_nothing(rehearsed):
    assert purge_recipient(rehearsed.runtime(), "ana@example.com", dry_run=True).orders == 1
    assert purge_campaign(rehearsed.runtime(), "q4", dry_run=True).files == 1
    assert is_anywhere_in_the_state(rehearsed, "ana@example.com")


def test_one_campaign_is_erased_and_another_is_not(rehearsed):
    rehearsed.values["campaign"] = {"id": "q5"}
    rehearsed.run(rehearsed.file(ANA.replace("ana@", "dora@"), name="q5.csv"))
    erased = purge_campaign(rehearsed.runtime(), "q4")
    assert (erased.files, erased.orders, erased.simulator_orders) == (1, 1, 1)
    assert not is_anywhere_in_the_state(rehearsed, "+14155550100")
    assert is_anywhere_in_the_state(rehearsed, "dora@example.com")
    assert verify_log(rehearsed.folder / "state").whole


def test_the_stand_in_forgets_what_is_old_and_plays_on(rehearsed):
    rehearsed.clock.turn(days=401)
    assert purge_data(rehearsed.runtime(), 400).simulator_orders == 1
    assert not is_anywhere_in_the_state(rehearsed, "ana@example.com")
    track_campaign(rehearsed.runtime())
    assert rehearsed.statuses()[4] == "failed"


def test_every_erasure_is_an_event_with_whoever_did_it_and_without_the_recipient(rehearsed):
    purge_recipient(rehearsed.runtime(), "ana@example.com")
    events = [json.loads(line) for line in export_log(rehearsed.folder / "state")]
    (erased,) = [event for event in events if event["kind"] == "personal data erased"]
    assert (erased["data"]["of"], bool(erased["actor"])) == ("recipient", True)
    assert b"ana@" not in json.dumps(events).encode()


@pytest.mark.parametrize("who", ["ana", "ana@", "12", "+1415"])
def test_a_recipient_is_an_address_or_a_phone_number(office, who):
    with pytest.raises(UsageError, match="e-mail address or phone number"):
        purge_recipient(office.runtime(), who)


def test_an_unknown_campaign_is_refused_with_those_that_are_known(rehearsed):
    with pytest.raises(UsageError, match="Known: q4"):
        purge_campaign(rehearsed.runtime(), "q9")
