"""What a plan says before anybody says yes to it, and what its identity depends on."""

from __future__ import annotations

import random

import pytest

from tests.approval.conftest import ANA, BEN, CLEO

GROUPED = ["Employee ID", "Method", "First name", "Last name", "E-mail", "Mobile", "UTID", "Amount", "Department"]


def test_a_plan_is_counted_by_method_reward_and_group(office, reviewed):
    rows = (f"{ANA},Sales", f"{BEN},Sales", f"{CLEO},Legal")
    said = reviewed.plan(office.file(*rows, headers=GROUPED))
    assert said["to_send"] == {"lines": 3, "rewards": 3, "totals": {"USD": "40.50"}, "orders": 1, "canary_lines": 0}
    assert [(part["label"], part["lines"], part["total"]) for part in said["by"]["method"]] == [
        ("EMAIL", 2, "30.00"), ("PHONE", 1, "10.50")]  # fmt: skip
    assert [(part["label"], part["total"]) for part in said["by"]["reward"]] == [
        ("U561593", "35.50"), ("U666425", "5.00")]  # fmt: skip
    assert [(part["label"], part["total"]) for part in said["by"]["Department"]] == [
        ("Sales", "35.50"), ("Legal", "5.00")]  # fmt: skip


def test_the_largest_lines_are_named(office, reviewed):
    rows = [f"{n},EMAIL,Ana,Silva,ana{n}@example.com,,U561593,{n}" for n in range(1, 13)]
    largest = reviewed.plan(office.file(*rows))["largest"]
    assert [line["amount"] for line in largest] == [f"{n}.00" for n in range(12, 2, -1)]
    assert largest[0]["recipient"] == "Ana Silva, ana12@example.com"
    assert largest[0]["row"] == 13


def test_people_who_were_never_rewarded_are_counted(office, reviewed):
    office.values["tango"]["batch_size"] = 1
    reviewed.run(office.file(ANA))
    said = reviewed.plan(office.file(ANA, ANA.replace(",25", ",3"), BEN, CLEO))
    assert said["first_time_recipients"] == {"people": 2, "lines": 2, "rewards": 2, "totals": {"USD": "15.50"}}


def test_a_plan_tells_what_is_new_against_the_last_file(office, reviewed):
    assert reviewed.plan(office.file(ANA))["since"] is None
    reviewed.run(office.file(ANA, CLEO))
    said = reviewed.plan(office.file(ANA, BEN, ANA.replace("ana@", "ana@@")))
    assert said["since"] == {"file": "q4.csv", "at": "2026-11-22"}
    assert {name: share["lines"] for name, share in said["changes"].items()} == {
        "added": 1, "changed": 0, "removed": 1, "still_to_send": 0, "already_sent": 1}  # fmt: skip
    assert said["rows"] == {"total": 3, "to_send": 1, "held": 0, "dropped": 0, "rejected": 1, "already_sent": 1}


def test_a_row_that_was_changed_is_neither_new_nor_gone(office, reviewed):
    office.values |= {"identity": {"key": ["Employee ID"]}}
    reviewed.run(office.file(ANA, CLEO))
    changes = reviewed.plan(office.file(ANA.replace(",25", ",26"), CLEO))["changes"]
    assert {name: share["lines"] for name, share in changes.items()} == {
        "added": 0, "changed": 1, "removed": 0, "still_to_send": 0, "already_sent": 1}  # fmt: skip


def test_lines_that_an_earlier_run_left_unsent_are_still_to_be_sent(office, reviewed):
    office.tango.set_faults([{"kind": "429", "call": "place", "times": 40}])
    reviewed.run(office.file(ANA), patience=0)
    office.tango.set_faults([])
    changes = reviewed.plan(office.file(ANA, CLEO))["changes"]
    assert (changes["still_to_send"]["lines"], changes["added"]["lines"]) == (1, 1)


def test_the_same_file_is_the_same_plan_every_time(office, reviewed):
    path = office.file(ANA, BEN, CLEO)
    first = reviewed.plan(path)
    office.clock.turn(days=1)
    assert reviewed.plan(path) == first


def test_a_file_in_which_nothing_can_be_sent_is_a_plan_of_nothing(office, reviewed):
    said = reviewed.plan(office.file(ANA.replace("ana@", "ana@@")))
    assert (said["to_send"]["lines"], said["largest"], said["by"]["method"]) == (0, [], [])
    assert said["approval"]["state"] == "not needed"


@pytest.mark.parametrize("change", [
    {"campaign": {"id": "q4", "name": "Another name"}},
    {"defaults": {"message": "Well done"}},
    {"tango": {"requests_per_second": 0, "account": "another-account"}},
])  # fmt: skip
def test_other_settings_make_another_plan(office, reviewed, change):
    path = office.file(ANA)
    first = reviewed.plan(path)["plan"]
    office.values |= change
    assert reviewed.plan(path)["plan"] != first


def test_the_references_count_and_not_the_order_of_the_rows(office, reviewed):
    """The bytes of the file are part of the identity; the lines in it count as a set."""
    from campaign_runner.app.catalogue import CatalogueSnapshot
    from campaign_runner.app.steps.draft import ReadOptions, checked_draft
    from campaign_runner.planning.plan_preview import Setting, identity

    rows = [ANA, BEN, CLEO]
    names: set[str] = set()
    for _ in range(3):
        random.Random(len(names)).shuffle(rows)
        path = office.file(*rows)
        draft = checked_draft(ReadOptions(path), office.runtime(), CatalogueSnapshot(), None, lambda *_: None)
        draft.sha256, draft.fingerprint = "same file", "same settings"
        names.add(identity(draft, Setting("simulator", "rules")))
    assert len(names) == 1


def test_the_page_and_the_file_show_the_same_plan(office, reviewed):
    said = reviewed.plan(office.file(ANA, BEN))
    page = (office.folder / "reports" / "q4" / "plan.html").read_text("utf-8")
    for text in (
        said["plan"],
        said["approval"]["command"],
        "35.50 USD",
        "Ana Silva, ana@example.com",
        "nothing was sent",
    ):
        assert text in page
    assert "http" not in page.replace("http-equiv", "")
