"""One person's data: nothing of it stays anywhere in ledger or folder after an erasure, whatever held it."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import LargeBinary

from campaign_runner.app.accounts.users import add_user
from campaign_runner.app.audit import verify_log
from campaign_runner.app.campaign_wishes import halt_campaign, resume_campaign, want_reports, withdraw_campaign
from campaign_runner.app.correct_cells import correct_cells
from campaign_runner.app.personal_data.person_export import export_person, write_export
from campaign_runner.app.purge import Erased, purge_recipient
from campaign_runner.app.send import send_plan
from campaign_runner.app.views.rows import rows_of
from campaign_runner.ledger import opening, store
from campaign_runner.ledger.schema import metadata
from campaign_runner.ledger.trace_removal import FILES, traces
from campaign_runner.model.actor import Actor
from campaign_runner.model.contact import Contact, without_contacts
from tests.doors.conftest import ANA, BEN, FINN, HANNA, WRONG, House
from tests.reliability.postgresql import Server

pytestmark = pytest.mark.usefixtures("every_report")

WHO = "ana@example.com"


def busy(house: House) -> None:
    """Ana is in files that were sent, corrected and never sent, in reasons, names and reports."""
    key = house.campaign()
    house.submit(key, ANA, BEN, name=f"for {WHO}.csv")
    correct_cells(house.workspace, key, 1, [{"row": 2, "field": "E-mail", "value": "anna@example.com"}], FINN, "page")
    house.work()
    submission = house.newest(key)
    send_plan(house.workspace, key, HANNA, house.check(submission).plan, {})
    house.work()
    halt_campaign(house.workspace, key, HANNA, f"{WHO} has called")
    resume_campaign(house.workspace, key, HANNA)
    other = house.campaign("q5")
    house.submit(other, ANA, BEN, name="q5.csv")
    house.submit(other, ANA.replace("1,", "7,"), WRONG.replace("cleo@@", "ana@"), name="q5b.csv")
    submission = house.newest(other)
    send_plan(house.workspace, other, HANNA, house.check(submission).plan, {})
    house.work()


def erase(house: House) -> Erased:
    key = house.workspace.key_of("q4")
    return purge_recipient(house.workspace.runtime(key, HANNA, house.folder / "reports"), WHO)


def places(house: House) -> set[tuple[str, str]]:
    with house.workspace.ledger().read() as connection:
        return {(trace.table, trace.column) for trace in traces(connection, Contact(WHO))}


def test_no_table_of_the_ledger_names_an_erased_recipient_and_the_books_stay(house: House) -> None:
    busy(house)
    before = {name: house.view(name)["amounts"] for name in ("q4", "q5")}
    assert {("corrections", "before"), ("report_parts", "bytes"), ("uploads", "name")} <= places(house)
    erased = erase(house)
    assert (places(house), erased.events, erased.uncleared) == (set(), 0, False)
    assert {name: house.view(name)["amounts"] for name in before} == before
    assert verify_log(house.folder / "state").whole


def test_no_byte_of_the_state_folder_names_an_erased_recipient(house: House) -> None:
    busy(house)
    erase(house)
    state = [path for path in (house.folder / "state").rglob("*") if path.is_file()]
    assert state
    assert [path for path in state if WHO.encode() in path.read_bytes()] == []


def test_an_erased_recipient_is_found_by_no_part_of_their_name_and_others_are(house: House) -> None:
    busy(house)
    key = house.workspace.key_of("q5")
    found = [one["recipient"]["name"] for one in rows_of(house.workspace, key, q="ana@exam", contacts=True)]
    assert sorted(found) == ["Ana Silva", "Cleo Roe"]
    erase(house)
    assert rows_of(house.workspace, key, q="ana@exam", contacts=True) == []
    assert rows_of(house.workspace, key, q="cleo r", contacts=True) == []
    assert rows_of(house.workspace, house.workspace.key_of("q4"), q="ben@ex", contacts=True)


def test_who_was_planned_and_taken_back_is_kept_in_no_text(house: House) -> None:
    key = house.campaign()
    house.submit(key, ANA, BEN)
    at = "2026-12-15T09:00[Europe/Berlin]"
    send_plan(house.workspace, key, HANNA, house.check(house.newest(key)).plan, {"at": at})
    house.work()
    assert ("recipient_texts", "bytes") in places(house)
    withdraw_campaign(house.workspace, key, HANNA, "Wrong month")
    assert ("recipient_texts", "bytes") not in places(house)


def test_no_page_of_postgresql_names_an_erased_recipient(house: House, server: Server) -> None:
    house.values["ledger"] = {"url": server.database()}
    busy(house)
    erase(house)
    with house.workspace.ledger().engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
    assert places(house) == set()
    pages = [path for path in server.files() if WHO.encode() in path.read_bytes()]
    assert pages == []


def test_a_report_that_was_written_after_another_erasure_is_forgotten_too(house: House) -> None:
    busy(house)
    key = house.workspace.key_of("q5")
    purge_recipient(house.workspace.runtime(key, HANNA, house.folder / "reports"), "ben@example.com")
    want_reports(house.workspace, key, HANNA)
    house.work()
    assert ("report_parts", "bytes") in places(house)
    erase(house)
    assert places(house) == set()


def test_a_reason_is_kept_without_contact_data_and_with_the_number_of_a_ticket() -> None:
    reason = "ana@example.com rang from +1 415 555 0100, ticket 4500012345"
    assert without_contacts(reason) == "[…] rang from […], ticket 4500012345"


def test_an_export_has_everything_about_a_person_and_nothing_about_others(house: House) -> None:
    busy(house)
    data, files = write_export(house.workspace.runtime(1, HANNA, house.folder / "reports"), WHO, house.folder / "out")
    assert {(one["campaign_id"], one["amount"], one["sent"]["recipient"]["email"]) for one in data.rewards} == {
        ("q5", "25.00", WHO), ("q5", "5.00", WHO),
    }  # fmt: skip
    assert {(row["name"], row["row"]) for row in data.rows} >= {("q5b.csv", 2), ("q5b.csv", 3)}
    assert ("corrections.before", WHO) in {(one["place"], one["text"]) for one in data.texts}
    assert {file["kind"] for file in data.files} == {"upload", "submission", "report"}
    assert [path.name for path in files] == ["person.json", "person.xlsx", "person.html"]
    for path in files:
        assert Contact(WHO).is_in_file(path)
        assert not Contact("ben@example.com").is_in_file(path)
        assert path.stat().st_mode & 0o077 == 0


def test_an_export_names_the_account_and_what_it_did_and_where_backups_are(house: House) -> None:
    house.values["retention"] = {"backups": str(house.folder / "backups"), "backups_days": 35}
    (house.folder / "backups").mkdir()
    (house.folder / "backups" / "ledger-20261101T000000Z.sqlite").write_bytes(b"")
    add_user(house.workspace, HANNA, WHO, ["submitter"], "Ana Silva")
    key = house.campaign(actor=Actor(WHO, "local", "session"))
    data = export_person(house.workspace.runtime(key, HANNA, house.folder / "reports"), WHO)
    assert data.account
    assert (data.account["name"], [act["kind"] for act in data.account["acts"]]) == (
        "Ana Silva", ["campaign opened", "settings kept"],
    )  # fmt: skip
    assert data.backups[0]["kept_until"]
    assert erase(house).accounts == 1


def test_an_erased_person_has_rewards_without_a_name_and_nothing_else(house: House) -> None:
    busy(house)
    erase(house)
    data = export_person(house.workspace.runtime(1, HANNA, house.folder / "reports"), WHO)
    assert (data.rows, data.files, data.texts, [one["sent"] for one in data.rewards]) == ([], [], [], [{}, {}])


def test_every_column_of_bytes_is_searched_or_holds_no_text():
    hashes = {"secret", "identity", "content", "contact", "person", "alias", "origin", "folded_key"}
    columns = {(table.name, column.name) for table in metadata.tables.values() for column in table.columns
               if isinstance(column.type, LargeBinary) and column.name not in hashes}  # fmt: skip
    assert columns == {(name, "body" if name in ("batches", "trial_rewards") else "bytes") for name in FILES}


def test_what_could_not_be_cleared_while_others_read_is_said_and_cleared_by_the_same_command(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    busy(house)
    house.workspace.ledger().close_connections()
    with sqlite3.connect(house.folder / "state" / "ledger.sqlite") as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        assert erase(house).uncleared
    reader.close()
    assert not erase(house).uncleared
    state = (house.folder / "state").glob("ledger.sqlite*")
    assert [path for path in state if WHO.encode() in path.read_bytes()] == []


def test_an_export_needs_no_right_to_write_into_the_ledger(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(house)
    house.workspace.close()
    monkeypatch.setattr(opening, "is_writable", lambda folder: False)
    assert export_person(house.workspace.runtime(1, HANNA, house.folder / "reports"), WHO).rewards
