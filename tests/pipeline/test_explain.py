"""`explain`: the whole life of a row, as a person reads it."""

from __future__ import annotations

import re

from campaign_runner.app.explain import explain_row
from campaign_runner.app.explain_text import story
from campaign_runner.app.purge import purge_data
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.track import track_campaign
from tests.pipeline.decided import drop_rows, release_rows
from tests.pipeline.people import ANA, FAILS


def told(office, what="2"):
    return "\n".join(story(explain_row(office.runtime(), what)))


def test_what_was_changed_in_a_cell_stands_beside_what_was_handed_in(office):
    office.run(office.file("1,email, Ana ,Silva,ana@EXAMPLE.com,,U561593,25"))
    text = told(office)
    assert '  First name: " Ana " became "Ana" (tidied).' in text
    assert '  E-mail: "ana@EXAMPLE.com" became "ana@example.com" (tidied).' in text
    assert '  Amount: "25" became "25.00" (tidied).' in text


def test_a_default_is_told_as_such(office):
    office.values["defaults"] = {"deliveryMethod": "EMAIL"}
    office.run(office.file(ANA.replace("EMAIL", "")))
    assert 'Method: empty became "EMAIL" (the default of [defaults]).' in told(office)


def test_the_rules_and_what_the_references_are_made_of_are_told(office):
    office.run(office.file(ANA))
    text = told(office)
    assert re.search(r"Rules applied: the \d+ of EMAIL \(campaign-runner rules EMAIL\), all met\.", text)
    assert "campaign q4,\n      and the row's identity: the whole normalised row" in text
    assert "SHA-256, first 128 bits" in text


def test_a_rejected_row_meets_not_all_rules(office):
    office.run(office.file(ANA, ANA.replace("ana@", "ana@@")))
    assert "the reason above says which it breaks" in told(office, "3")


def test_every_request_has_its_time_and_id_and_every_change_of_status_is_there(office):
    office.run(office.file(ANA))
    text = told(office)
    assert re.search(r"2026-11-22T09:00:\S+  POST accepted: 201 \(request sim-\d+\)", text)
    assert "order planned -> sending" in text
    assert "line completed, delivery DELIVERED" in text
    assert "Tango charged    25.00 USD" in text


def test_a_dropped_row_is_explained_and_so_is_one_whose_drop_was_taken_back(office):
    path = office.file(ANA, ANA)
    office.run(path)
    drop_rows(office.runtime(), [3], "once is enough")
    assert "held (25.00 USD). It is the same as row 2. It was dropped: it is never sent." in told(office, "3")
    office.run(path)
    dropped = told(office, "3")
    assert "cancelled (25.00 USD). Dropped: once is enough. Delete the row" in dropped
    assert "dropped, so that it is never sent: once is enough" in dropped
    release_rows(office.runtime(), [3], "a mistake", undo=True)
    assert "The decision was undone: run the file again." in told(office, "3")
    assert "the decision was undone: a mistake" in told(office, "3")


def test_a_released_row_is_not_told_to_be_released(office):
    office.run(office.file(ANA, ANA))
    release_rows(office.runtime(), [3], "two prizes")
    first = told(office, "3").splitlines()[0]
    assert first.endswith("It was released: the next run of the file sends it.")


def test_a_row_in_the_currency_of_its_reward_is_explained_by_the_catalogue(office):
    office.values["defaults"] = {"deliveryMethod": "EMAIL"}
    path = office.folder / "euro.csv"
    path.write_text(
        'First name,E-mail,Amount,Currency,UTID\nAna,ana@example.com,"25,00 €",EUR,Test Gift Card Europe\n', "utf-8"
    )
    office.run(path)
    text = told(office)
    assert 'Amount: "25,00 €" became "25.00" (tidied).' in text
    assert 'UTID: "Test Gift Card Europe" became "U200101" (tidied).' in text
    assert "EUR, EMAIL, U200101" in text


def test_a_row_without_a_line_is_told_with_what_it_is_worth(office):
    office.run(office.file(ANA, ANA))
    assert told(office, "3").startswith("Row 3 of q4.csv: held (25.00 USD). It is the same as row 2.")


def test_a_release_a_new_attempt_and_a_correction_are_among_the_decisions(office):
    back = ANA.replace("ana@", "sim-comes-back@")
    office.run(office.file(back, back, FAILS))
    release_rows(office.runtime(), [3], "two prizes for one person")
    office.run(office.file(back, back, FAILS))
    retry_failed(office.runtime())
    office.clock.turn(days=9)
    track_campaign(office.runtime())
    assert "released, though it was held: two prizes for one person" in told(office, "3")
    assert "correction: completed before, cancelled since" in told(office, "2")
    assert "a new attempt for 1 failed lines was planned" in told(office, "4")


def test_of_an_erased_file_the_steps_are_left(office):
    office.run(office.file(ANA))
    office.clock.turn(days=401)
    purge_data(office.runtime(), 400)
    text = told(office)
    assert "The file was erased on 28 Dec 2027 at your request; its cells can no longer be shown." in text
    assert "ana@example.com" not in text
    assert "order accepted -> final" in text
