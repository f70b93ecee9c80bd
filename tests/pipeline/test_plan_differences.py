"""`plan` says row by row what is not as in the file planned last, and as in that of the plan approved last."""

from campaign_runner.app import screen
from campaign_runner.app.approve import approve_plan
from campaign_runner.app.plan import plan_file
from campaign_runner.app.steps.draft import ReadOptions

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,,U561593,10"
CY = "3,EMAIL,Cy,Roe,cy@example.com,,U561593,5"


def plan(office, *rows, name="q4.csv"):
    return plan_file(ReadOptions(office.file(*rows, name=name)), office.runtime())


def test_a_first_file_and_the_same_file_again_differ_from_nothing(office):
    office.values["identity"] = {"key": ["Employee ID"]}
    assert plan(office, ANA, BEN).differences == {}
    office.run(office.file(ANA, BEN))
    assert plan(office, ANA, BEN).differences == {}


def test_rows_are_named_with_their_values_before_and_after(office):
    office.values["identity"] = {"key": ["Employee ID"]}
    office.run(office.file(ANA, BEN))
    since = plan(office, ANA.replace(",25", ",30"), CY, name="q4b.csv").differences["upload"]
    assert (since["file"], since["rows"]) == ("q4.csv", {"changed": 1, "added": 1, "removed": 1})
    changed, added, removed = since["changes"]
    assert (changed["row"], changed["before"], changed["after"]) == (2, {"Amount": "25"}, {"Amount": "30"})
    assert (added["kind"], added["row"], removed["kind"], removed["row_before"]) == ("added", 3, "removed", 3)
    lines = list(screen.differences({"upload": since}))
    assert lines[0].endswith("1 row changed, 1 row added, 1 row removed.")
    assert lines[1] == '  Row 2 changed: Amount "25" → "30"'


def test_the_plan_approved_last_is_compared_too(office):
    office.values["approval"] = {"required_above": {"USD": 1}, "not_by_submitter": False}
    office.values["identity"] = {"key": ["Employee ID"]}
    first = plan(office, ANA, BEN)
    approve_plan(office.runtime(), first.plan, "finance@example.com")
    office.run(office.file(ANA, BEN))
    found = plan(office, ANA, BEN, CY, name="q4b.csv").differences
    assert {name: since["rows"] for name, since in found.items()} == {
        "upload": {"added": 1},
        "approved": {"added": 1},
    }
    assert found["approved"]["plan"] == first.plan
