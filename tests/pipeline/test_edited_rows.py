"""A row that was edited after it was sent is that row, changed: it is held, and nobody is sent anything twice."""

from __future__ import annotations

import pytest

from campaign_runner.app.plan import plan_file
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from tests.pipeline.decided import release_rows

PLAIN = ["First name", "E-mail", "Amount"]
KEYED = ["Employee ID", *PLAIN]
BULK = ["Employee ID", "Method", "Amount", "Quantity", "Message"]


@pytest.fixture
def email(office):
    """Rows without a method and a reward are e-mails of one reward."""
    office.values["defaults"] = {"deliveryMethod": "EMAIL", "utid": "U561593"}
    return office


def held(office) -> dict[int, str]:
    """Row number -> reason of every held row."""
    return {int(row["Row"]): row["Reason"] for row in office.report() if row["Status"] == "held"}


def amounts(office) -> list[str]:
    return sorted(f"{line['amount']:g}" for line in office.sent())


def test_a_corrected_amount_without_a_key_is_held_with_before_and_after(email):
    email.run(email.file("Ana,ana@example.com,25", "Bo,bo@example.com,10", headers=PLAIN))
    email.run(email.file("Ana,ana@example.com,30", "Bo,bo@example.com,10", headers=PLAIN))
    assert held(email) == {2: "It was changed after it was sent: amount 25.00 USD, now 30.00 USD."}
    assert amounts(email) == ["10", "25"]


def test_the_plan_and_the_screen_say_what_was_sent_and_what_the_file_says_now(email):
    rows = ["Ana,ana@example.com,25", "Bo,bo@example.com,25", "Cy,cy@example.com,25"]
    email.run(email.file(*rows, headers=PLAIN))
    edited = email.file(*(row.replace(",25", ",30") for row in rows), headers=PLAIN)
    said = (
        "3 rows changed after they were sent: 75.00 USD was sent, the file now says 90.00 USD. Nothing more is sent."
    )
    assert said in plan_file(ReadOptions(edited), email.runtime()).books.notes
    page = (email.folder / "reports" / "q4" / "plan.html").read_text("utf-8")
    assert said in page
    assert "It was changed after it was sent: amount 25.00 USD, now 30.00 USD." in page
    assert said in email.run(edited).books.notes
    assert said in (email.folder / "reports" / "q4" / "report.html").read_text("utf-8")


@pytest.mark.parametrize("spelling", ["1", "'0001", "01", "1.0", "0001.0", "\uff11", "'1 ", "\u20191"])
def test_a_key_written_otherwise_is_the_same_key(email, spelling):
    email.values["identity"] = {"key": ("Employee ID",)}
    email.run(email.file("0001,Ana,ana@example.com,25", headers=KEYED))
    email.run(email.file(f"{spelling},Ana,ana.new@example.com,30", headers=KEYED))
    assert "amount 25.00 USD, now 30.00 USD" in held(email)[2]
    typed = spelling.strip().lstrip("'")  # the mark of text is taken off before a key is compared
    assert typed == "0001" or f"key 0001, now {typed}" in held(email)[2]
    assert amounts(email) == ["25"]


@pytest.mark.parametrize(("before", "after"), [("E1", "e1 "), ("Straße", "STRASSE"), ("A  B", "a b"), ("00", "0")])
def test_case_and_blanks_of_a_key_do_not_matter(email, before, after):
    email.values["identity"] = {"key": ("Employee ID",)}
    email.run(email.file(f"{before},Ana,ana@example.com,25", headers=KEYED))
    email.run(email.file(f"{after},Ana,ana@example.com,25", headers=KEYED))
    assert list(held(email)) == [2]
    assert len(email.sent()) == 1


def test_a_key_that_was_added_later_makes_no_new_rows(email):
    email.run(email.file("0001,Ana,ana@example.com,25", "0002,Bo,bo@example.com,25", headers=KEYED))
    email.values["identity"] = {"key": ("Employee ID",)}
    email.run(email.file("0001,Ana,ana@example.com,35", "0002,Bo,bo@example.com,25", headers=KEYED))
    assert email.statuses() == {2: "held", 3: "completed"}
    assert amounts(email) == ["25", "25"]


def test_a_key_that_was_taken_away_or_got_a_second_column_makes_no_new_rows(email):
    email.values["identity"] = {"key": ("Employee ID",)}
    rows = ["1,Ana,ana@example.com,25", "2,Bo,bo@example.com,25"]
    email.run(email.file(*rows, headers=KEYED))
    email.values["identity"] = {"key": ("Employee ID", "First name")}
    email.run(email.file(*rows, headers=KEYED))
    assert email.statuses() == {2: "completed", 3: "completed"}
    email.values["identity"] = {}
    email.run(email.file(*rows, headers=KEYED))
    assert email.statuses() == {2: "completed", 3: "completed"}
    assert len(email.sent()) == 2


def test_a_key_column_may_be_renamed_and_all_rows_reordered(email):
    email.values["identity"] = {"key": ("Employee ID",)}
    email.run(email.file("1,Ana,ana@example.com,25", "2,Bo,bo@example.com,30", headers=KEYED))
    email.values["identity"] = {"key": ("Staff",)}
    email.run(email.file("2,Bo,bo@example.com,30", "1,Ana,ana@example.com,25", headers=["Staff", *PLAIN]))
    assert email.statuses() == {2: "completed", 3: "completed"}
    assert len(email.sent()) == 2


@pytest.mark.parametrize(
    "defaults", [{"deliveryMethod": "EMAIL", "utid": "U666425"}, {"deliveryMethod": "NONE", "utid": "U561593"}]
)
def test_another_default_sends_nothing_twice(email, defaults):
    email.run(email.file("Ana,ana@example.com,25", headers=PLAIN))
    email.values["defaults"] = defaults
    email.run(email.file("Ana,ana@example.com,25", headers=PLAIN))
    assert list(held(email)) == [2]
    assert len(email.sent()) == 1


def test_a_corrected_message_of_a_bulk_row_is_held(office):
    office.values["defaults"] = {"utid": "U561593"}
    office.run(office.file("K1,BULKDIGITAL,10,3,Wel done", headers=BULK))
    office.run(office.file("K1,BULKDIGITAL,10,3,Well done", headers=BULK))
    assert held(office) == {2: "It was changed after it was sent: message Wel done, now Well done."}
    assert len(office.sent()) == 1


@pytest.mark.parametrize("edited", ["K01,BULKDIGITAL,10,3,Hi", "K1,BULKDIGITAL,10,4,Hi", "K9,BULKDIGITAL,12,3,Hello"])
def test_bulk_rows_are_held_with_a_key_too(office, edited):
    office.values |= {"defaults": {"utid": "U561593"}, "identity": {"key": ("Employee ID",)}}
    office.run(office.file("K1,BULKDIGITAL,10,3,Hi", "K2,BULKDIGITAL,10,3,Hi", headers=BULK))
    office.run(office.file(edited, "K2,BULKDIGITAL,10,3,Hi", headers=BULK))
    assert list(held(office)) == [2]
    assert len(office.sent()) == 2


def test_all_new_bulk_rows_wait_where_a_sent_one_is_gone(office):
    office.values["defaults"] = {"utid": "U561593"}
    office.run(office.file("1,BULKDIGITAL,10,3,Hi", "2,BULKDIGITAL,20,1,Hi", headers=BULK))
    office.run(office.file("1,BULKDIGITAL,10,3,Hi", "2,BULKDIGITAL,25,1,Hi", "3,BULKDIGITAL,5,1,Hi", headers=BULK))
    assert list(held(office)) == [3, 4]
    assert "amount 20.00 USD, now" in " ".join(held(office).values())


@pytest.mark.parametrize("key", [(), ("Employee ID",)])
@pytest.mark.parametrize("place", [0, 1])
def test_a_bulk_row_that_was_sent_is_held_when_it_is_edited_beside_its_held_twin(office, key, place):
    office.values |= {"defaults": {"utid": "U561593"}, "identity": {"key": key}}
    rows = ["1,BULKDIGITAL,10,1,Hi", "1,BULKDIGITAL,10,1,Hi"]
    office.run(office.file(*rows, headers=BULK))
    rows[place] = "9,BULKDIGITAL,12,1,Hi"
    for _ in range(2):
        office.run(office.file(*rows, headers=BULK))
        assert held(office) == {
            2 + place: "A row that was sent is not in this file any more, and this may be that row, changed."
        }
    assert amounts(office) == ["10"]


def test_a_row_that_was_sent_is_held_beside_its_twin_where_recipients_may_have_several(email):
    email.values["identity"] = {"several_per_recipient": True}
    email.run(email.file(*["Ana,ana@example.com,25"] * 2, headers=PLAIN))
    email.run(email.file("Ana,ana@example.com,30", "Ana,ana@example.com,25", "Bo,bo@example.com,7", headers=PLAIN))
    assert list(held(email)) == [2]
    assert amounts(email) == ["25", "7"]


def test_a_twin_that_is_deleted_keeps_no_later_row_back(office):
    office.values["defaults"] = {"utid": "U561593"}
    twins = ["1,BULKDIGITAL,10,1,Hi", "1,BULKDIGITAL,10,1,Hi"]
    office.run(office.file(*twins, headers=BULK))
    office.run(office.file(twins[0], headers=BULK))
    office.run(office.file(twins[0], "2,BULKDIGITAL,20,1,Hi", headers=BULK))
    assert (held(office), amounts(office)) == ({}, ["10", "20"])


def test_an_added_bulk_row_is_sent_while_all_others_are_there(office):
    office.values["defaults"] = {"utid": "U561593"}
    office.run(office.file("1,BULKDIGITAL,10,3,Hi", headers=BULK))
    office.run(office.file("2,BULKDIGITAL,20,1,Hi", "1,BULKDIGITAL,10,3,Hi", headers=BULK))
    assert set(office.statuses().values()) == {"completed"}


@pytest.mark.parametrize("key", [(), ("Employee ID",)])
def test_a_released_row_stays_its_row_when_the_other_one_is_mended(office, key):
    office.values |= {"defaults": {"utid": "U561593"}, "identity": {"key": ("Employee ID",)}}
    path = office.file("K1,BULKDIGITAL,10,3,Hi", "K1,BULKDIGITAL,20,1,Ho", headers=BULK)
    office.run(path)
    release_rows(office.runtime(), [2], "the first is right")
    office.run(path)
    office.values["identity"] = {"key": key}
    office.run(office.file("K1,BULKDIGITAL,10,3,Hi", "K2,BULKDIGITAL,20,1,Ho", headers=BULK))
    assert amounts(office) == ["10", "20"]


def test_a_further_row_for_a_recipient_is_held_unless_the_settings_allow_several(email):
    email.run(email.file("Ana,ana@example.com,25", headers=PLAIN))
    longer = email.file("Ana,ana@example.com,25", "Ana,ANA@example.com,7", "Bo,bo@example.com,7", headers=PLAIN)
    email.run(longer)
    assert "already rewarded in this campaign" in held(email)[3]
    email.values["identity"] = {"several_per_recipient": True}
    email.run(longer)
    assert email.statuses() == {2: "completed", 3: "completed", 4: "completed"}


def test_several_rows_of_one_recipient_in_one_file_all_go(email):
    email.run(email.file("Ana,ana@example.com,25", "Ana,ana@example.com,7", headers=PLAIN))
    assert amounts(email) == ["25", "7"]


def test_an_amount_that_was_edited_while_the_first_answer_was_lost_is_held(email):
    email.tango.set_faults([{"kind": "lost-answer", "call": "place", "times": 1}])
    email.run(email.file("Ana,ana@example.com,25", "Bo,bo@example.com,25", headers=PLAIN), patience=0)
    email.tango.set_faults([])
    email.clock.turn(seconds=120)
    email.run(email.file("Ana,ana@example.com,30", "Bo,bo@example.com,25", headers=PLAIN))
    assert amounts(email) == ["25", "25"]
    assert email.statuses() == {2: "held", 3: "completed"}


def test_a_canary_row_that_was_edited_while_it_was_pending_is_held(email):
    rows = ["Ana,ana@example.com,25", "Bo,bo@example.com,25", "Cy,cy@example.com,25"]
    first = email.file(*rows, headers=PLAIN)
    run_file(ReadOptions(first), email.runtime(), canary=1, patience=0)
    (gone,) = email.sent()
    name = gone["recipient"]["firstName"]
    edited = email.file(*(row.replace(",25", ",31") if row.startswith(name) else row for row in rows), headers=PLAIN)
    email.clock.turn(seconds=600)
    email.run(edited)
    assert amounts(email) == ["25", "25", "25"]
    assert sorted(email.statuses().values()) == ["completed", "completed", "held"]


def test_what_was_planned_beside_a_sent_row_goes_on_whatever_else_was_edited(email):
    rows = ["Ana,ana@example.com,25", "Ana,ana@example.com,7", "Bo,bo@example.com,8", "Cy,cy@example.com,9"]
    run_file(ReadOptions(email.file(*rows, headers=PLAIN)), email.runtime(), canary=1, patience=0)
    email.clock.turn(seconds=600)
    email.run(email.file(*rows, "Di,di@example.com,10", headers=PLAIN))
    assert set(email.statuses().values()) == {"completed"}
    assert len(email.sent()) == 5


PHONE = ["First name", "Mobile", "Amount", "Delivery method", "UTID"]
HOME = ["Method", "First name", "Last name", "Street", "City", "State", "ZIP", "Country", "UTID", "Amount",
        "Shipping method"]  # fmt: skip


@pytest.mark.parametrize("number", ["+14155550100", "(415) 555-0100", "1-415-555-0100", "415.555.0100"])
def test_a_phone_number_written_otherwise_is_the_same_person(office, number):
    office.run(office.file("Ben,+14155550100,25,PHONE,U561593", headers=PHONE))
    office.run(office.file(f"Ben,{number},30,PHONE,U561593", headers=PHONE))
    assert "amount 25.00 USD, now 30.00 USD" in held(office)[2]


@pytest.mark.parametrize("name", ["Eli,Fox", "ELI,FOX"])
def test_a_letter_whose_amount_was_edited_is_held(office, name):
    start = "ADDRESS,Eli,Fox,1 Main St,Austin,TX,78701,US,U561593,25,upsground"
    office.run(office.file(start, headers=HOME))
    office.run(office.file(start.replace("Eli,Fox", name).replace(",25,", ",30,"), headers=HOME))
    assert list(held(office)) == [2]


def test_an_e_mail_row_that_became_a_text_message_is_held(office):
    headers = ["Method", "First name", "Last name", "E-mail", "Mobile", "UTID", "Amount"]
    office.run(office.file("EMAIL,Ana,Silva,ana@example.com,+14155550100,U561593,25", headers=headers))
    office.run(office.file("PHONE,Ana,Silva,,+14155550100,U561593,25", headers=headers))
    assert "delivery method EMAIL, now PHONE" in held(office)[2]


def test_an_address_that_was_corrected_after_it_was_sent_is_held(office):
    headers = ["Method", "First name", "Last name", "E-mail", "UTID", "Amount"]
    office.run(office.file("EMAIL,Ana,Silva,ana@exmaple.com,U561593,25", headers=headers))
    office.run(office.file("EMAIL,Ana,Silva,ana@example.com,U561593,25", headers=headers))
    assert "e-mail ana@exmaple.com, now ana@example.com" in held(office)[2]


def test_orders_of_one_line_are_compared_too(email):
    email.run(email.file("Ana,ana@example.com,25", headers=PLAIN), endpoint="orders")
    email.run(email.file("Ana,ana@example.com,30", headers=PLAIN), endpoint="orders")
    assert held(email) == {2: "It was changed after it was sent: amount 25.00 USD, now 30.00 USD."}


def test_a_file_put_back_as_it_was_is_known_again(email):
    first = email.file("Ana,ana@example.com,25", headers=PLAIN)
    email.run(first)
    email.run(email.file("Ana,ana@example.com,30", headers=PLAIN))
    email.run(email.file("Ana,ana@example.com,25", headers=PLAIN))
    assert email.statuses() == {2: "completed"}
    assert len(email.sent()) == 1


def test_a_released_change_is_sent_once_and_accounts_for_the_row_before(office):
    office.values["defaults"] = {"utid": "U561593"}
    office.run(office.file("1,BULKDIGITAL,10,1,Hi", headers=BULK))
    edited = office.file("1,BULKDIGITAL,12,1,Hi", headers=BULK)
    office.run(edited)
    release_rows(office.runtime(), [2], "one more")
    office.run(edited)
    office.run(office.file("1,BULKDIGITAL,12,1,Hi", "2,BULKDIGITAL,9,1,Hi", headers=BULK))
    assert amounts(office) == ["10", "12", "9"]


def test_a_repaired_failures_report_does_not_make_sent_rows_gone(office):
    office.values["defaults"] = {"utid": "U561593"}
    office.run(office.file("1,BULKDIGITAL,10,1,Hi", "2,BULKDIGITAL,1o,1,Ho", headers=BULK))
    report = office.folder / "reports" / "q4" / "failures.csv"
    repaired = office.folder / "repaired.csv"
    repaired.write_text(report.read_text("utf-8-sig").replace("1o", "20"), "utf-8")
    office.run(repaired)
    assert amounts(office) == ["10", "20"]


def test_a_sent_row_that_was_broken_and_mended_through_the_report_is_held(office):
    office.values["defaults"] = {"utid": "U561593"}
    office.run(office.file("1,BULKDIGITAL,10,1,Hi", headers=BULK))
    office.run(office.file("1,BULKDIGITAL,1o,1,Hi", headers=BULK))
    report = office.folder / "reports" / "q4" / "failures.csv"
    repaired = office.folder / "repaired.csv"
    repaired.write_text(report.read_text("utf-8-sig").replace("1o", "11"), "utf-8")
    office.run(repaired)
    assert amounts(office) == ["10"]


@pytest.mark.parametrize(
    ("headers", "sent", "edited"),
    [
        (PLAIN, "Ana,ana@exmaple.com,25", "Ana,ana@example.com,25"),
        (PLAIN, "Ana Lee,ana@exmaple.com,25", "ana  lee,ana@example.com,30"),
        (["First name", "Last name", "E-mail", "Amount"], "Ana,,ana@exmaple.com,25", "Ana,,ana@example.com,25"),
    ],
)
def test_an_address_corrected_in_a_row_with_a_first_name_alone_is_the_same_row(email, headers, sent, edited):
    email.run(email.file(sent, headers=headers))
    email.run(email.file(edited, headers=headers))
    assert "e-mail ana@exmaple.com, now ana@example.com" in held(email)[2]
    assert amounts(email) == ["25"]


def test_a_name_divided_otherwise_beside_a_corrected_address_is_the_same_row(email):
    email.run(email.file("Ana Lee,,ana@exmaple.com,25", headers=["First name", "Last name", "E-mail", "Amount"]))
    email.run(email.file("Ana,Lee,ana@example.com,25", headers=["First name", "Last name", "E-mail", "Amount"]))
    assert "e-mail ana@exmaple.com, now ana@example.com" in held(email)[2]


def test_somebody_new_of_the_same_first_name_is_sent_while_the_other_row_is_there(email):
    email.run(email.file("Ana,ana@example.com,25", headers=PLAIN))
    email.run(email.file("Ana,ana@example.com,25", "Ana,ana.two@example.com,30", headers=PLAIN))
    assert amounts(email) == ["25", "30"]
