"""A few lines go first; the others only if those end well, and none at all once too many have failed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from campaign_runner.app.catalogue import CatalogueSnapshot
from campaign_runner.app.process.progress import no_progress
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.status import campaign_status
from campaign_runner.app.steps.draft import ReadOptions, checked_draft
from campaign_runner.app.track import track_campaign
from campaign_runner.model.choices import HiddenRows
from campaign_runner.model.errors import ExitCode
from campaign_runner.reporting.summary import next_steps
from tests.approval.conftest import ANA, BEN, CLEO

GOOD = [f"{n},EMAIL,Ana,Silva,ana{n}@example.com,,U561593,{n}" for n in range(10, 18)]
BAD = [row.replace("ana", "sim-fails-") for row in GOOD]


def orders(office) -> list[int]:
    """How many lines each order has, in the order of placing."""
    return [len(json.loads(order.body)["lineItems"]) for order in office.tango.orders()]


def go(office, path, **options):
    return run_file(ReadOptions(path), office.runtime(), **options)


def test_a_canary_is_one_line_of_every_kind_in_an_order_of_its_own(office):
    assert go(office, office.file(*GOOD, BEN, CLEO), canary=5).exit_code is ExitCode.DONE
    assert orders(office) == [3, 7]
    first = office.sent()[:3]
    kinds = {(line["deliveryMethod"], line["utid"]) for line in first}
    assert kinds == {("EMAIL", "U561593"), ("EMAIL", "U666425"), ("PHONE", "U561593")}


def test_a_small_canary_takes_another_method_before_another_reward(office):
    go(office, office.file(*GOOD, BEN, CLEO), canary=2)
    assert {line["deliveryMethod"] for line in office.sent()[:2]} == {"EMAIL", "PHONE"}


def test_a_canary_changes_no_line_reference(office):
    path = office.file(*GOOD, BEN)
    go(office, path, canary=2)
    with_canary = {line["externalRefLineItemID"] for line in office.sent()}
    draft = checked_draft(ReadOptions(path), office.runtime(), CatalogueSnapshot(), None, no_progress)
    assert with_canary == {line.reference for batch in draft.plan.batches() for line in batch.lines}


def test_where_the_canary_fails_the_rest_stays_unsent(office):
    result = go(office, office.file(*BAD), canary=1)
    assert result.exit_code is ExitCode.STOPPED
    assert result.books.stopped == (
        "The canary failed: 1 of 1 line. Read why they failed in failures.xlsx. What was not sent stays unsent; a run "
        "with --no-canary sends the rest anyway."
    )
    assert sorted(office.statuses().values()) == ["failed", *["unsent"] * 7]
    assert orders(office) == [1]


def test_the_same_command_again_stops_again_and_sends_nothing(office):
    path = office.file(*BAD)
    go(office, path, canary=1)
    assert go(office, path, canary=1).exit_code is ExitCode.STOPPED
    assert orders(office) == [1]


def test_a_run_with_no_canary_places_the_others_and_none_twice(office):
    path = office.file(*BAD)
    go(office, path, canary=1)
    go(office, path, no_canary=True)
    references = [line["externalRefLineItemID"] for line in office.sent()]
    assert orders(office) == [1, 7]
    assert len(set(references)) == len(references) == 8


def test_a_run_with_a_canary_after_one_without_places_none_twice(office):
    path = office.file(*GOOD)
    go(office, path)
    assert go(office, path, canary=3).exit_code is ExitCode.DONE
    assert orders(office) == [8]


def test_what_was_planned_without_a_canary_gets_one_while_it_is_unsent(office):
    path = office.file(*GOOD)
    office.tango.set_faults([{"kind": "429", "call": "place", "times": 40}])
    go(office, path, patience=0)
    office.tango.set_faults([])
    office.clock.turn(seconds=60)
    assert go(office, path, canary=3).exit_code is ExitCode.DONE
    assert orders(office) == [1, 7]


def test_a_canary_that_is_not_final_in_time_keeps_the_rest_back(office):
    path = office.file(*GOOD)
    result = go(office, path, canary=1, patience=0)
    assert result.exit_code is ExitCode.NOT_FINISHED
    assert [finding.text for finding in result.books.findings] == [
        "The canary is not final yet (1 of its lines open), so the rest was not sent. Run the same command again "
        "to continue. With --no-canary, the rest is sent now."
    ]
    assert orders(office) == [1]
    assert go(office, path, canary=1).exit_code is ExitCode.DONE
    assert orders(office) == [1, 7]


def test_a_canary_that_tango_refuses_at_once_is_a_failed_one(office):
    refused = [row.replace("sim-fails-", "sim-422-") for row in BAD]
    assert go(office, office.file(*refused), canary=1).exit_code is ExitCode.STOPPED
    assert sorted(office.statuses().values()) == ["failed", *["unsent"] * 7]


def test_a_canary_may_fail_as_far_as_the_rate_allows(office):
    path = office.file(BAD[0], BEN, CLEO.replace("EMAIL", "NONE"), *GOOD[1:])
    assert go(office, path, canary=9, max_failure_rate=1.0).exit_code is ExitCode.NEEDS_ACTION
    assert len(office.sent()) == 10


def test_retry_does_not_send_what_was_kept_back(office):
    go(office, office.file(*BAD), canary=1)
    retry_failed(office.runtime())
    assert orders(office) == [1, 1]
    assert list(office.statuses().values()).count("unsent") == 7


def test_a_run_in_which_too_many_lines_fail_is_halted(office):
    office.values["tango"] |= {"batch_size": 1, "requests_per_second": 1}
    result = go(office, office.file(*BAD), max_failure_rate=0.05)
    assert result.exit_code is ExitCode.STOPPED
    assert result.books.rows["unsent"] > 0
    assert "which is more than --max-failure-rate 5% allows." in result.books.stopped
    assert result.books.rows["pending"] == 0  # what was placed is followed to its end all the same


def test_a_halted_run_is_halted_again_until_somebody_says_otherwise(office):
    office.values["tango"] |= {"batch_size": 1, "requests_per_second": 1}
    path = office.file(*BAD)
    go(office, path, max_failure_rate=0.05)
    before = len(office.sent())
    assert go(office, path, max_failure_rate=0.05).exit_code is ExitCode.STOPPED
    assert len(office.sent()) == before
    assert go(office, path).exit_code is ExitCode.NEEDS_ACTION
    assert len(office.sent()) == 8


def test_one_refused_line_of_a_large_order_is_no_reason_to_halt(office):
    office.values["tango"] |= {"batch_size": 7}
    path = office.file(BAD[0].replace("sim-fails-", "sim-422-"), *GOOD[1:])
    assert go(office, path, max_failure_rate=0.2).exit_code is ExitCode.NEEDS_ACTION
    assert "unsent" not in office.statuses().values()


def test_a_run_that_goes_well_is_not_halted(office):
    office.values["tango"] |= {"batch_size": 2}
    assert go(office, office.file(*GOOD, ANA), max_failure_rate=0.0).exit_code is ExitCode.DONE


@pytest.mark.parametrize("endpoint", ["orders"])
def test_single_orders_have_a_canary_too(office, endpoint):
    office.values["tango"] |= {"endpoint": endpoint}
    assert go(office, office.file(*GOOD, CLEO), canary=2).exit_code is ExitCode.DONE
    assert campaign_status(office.folder / "state")[0].lines == {"completed": 9}


# ---- a campaign stays under its canary -----------------------------------------------------------------------------


def test_a_plain_run_while_the_canary_is_pending_sends_nothing_of_the_rest_and_says_so(office):
    path = office.file(*[row.replace("ana10", "sim-pending") for row in GOOD[:1]], *GOOD[1:])
    go(office, path, canary=1, patience=0)
    office.tango.set_faults([{"kind": "503", "call": "look_up", "times": 999}])
    result = go(office, path, patience=0)
    assert (result.exit_code, orders(office)) == (ExitCode.NOT_FINISHED, [1])
    assert "The canary is not final yet" in result.books.findings[0].text


def test_a_plain_run_goes_on_once_the_canary_has_ended_well(office):
    path = office.file(*GOOD)
    go(office, path, canary=1, patience=0)
    assert go(office, path).exit_code is ExitCode.DONE
    assert orders(office) == [1, 7]
    longer = office.file(*GOOD, BEN, name="longer.csv")
    assert go(office, longer, patience=0).exit_code is ExitCode.NOT_FINISHED
    assert orders(office) == [1, 7, 1]


def test_a_run_that_never_waits_gets_its_canary_looked_at_all_the_same(office):
    path = office.file(*GOOD)
    for _ in range(4):
        go(office, path, canary=1, patience=0)
        office.clock.turn(seconds=30)
    assert orders(office) == [1, 7]


def test_a_plain_run_after_a_failed_canary_stops_and_sends_nothing(office):
    path = office.file(*BAD)
    go(office, path, canary=1)
    result = go(office, path)
    assert (result.exit_code, orders(office)) == (ExitCode.STOPPED, [1])
    assert "a run with --no-canary sends the rest anyway" in result.books.stopped


def test_another_edition_of_the_file_stays_under_the_canary_too(office):
    go(office, office.file(*BAD), canary=1)
    more = office.file(*BAD, BEN, CLEO, name="more.csv")
    assert go(office, more).exit_code is ExitCode.STOPPED
    assert orders(office) == [1]
    assert go(office, more, canary=2).exit_code is ExitCode.STOPPED
    assert orders(office)[1:] != []


def test_a_canary_that_was_never_sent_is_sent_first_by_a_plain_run_of_another_edition(office):
    office.tango.set_faults([{"kind": "401", "call": "place", "times": 9}])
    go(office, office.file(*GOOD), canary=1)
    office.tango.set_faults([])
    assert go(office, office.file(*GOOD, BEN, name="more.csv")).exit_code is ExitCode.DONE
    assert orders(office) == [1, 8]


def test_a_canary_that_was_retried_and_ended_well_sets_the_rest_free(office):
    path = office.file(*BAD)
    go(office, path, canary=1)
    handle = office.tango.handle

    def healed(request):
        answer = handle(request)
        new = len(list(office.tango.orders())) > 1 and request.method == "GET" and "lineItems" in answer.content
        for line in answer.content["lineItems"] if new else ():
            line["lineItemStatus"] = "COMPLETE" if request.path != first else line["lineItemStatus"]
        return answer

    first = next(seen.path for seen in office.tango.requests if "/asyncOrders/customers" in seen.path)
    first = first.removeprefix("/raas/v2")
    retry_failed(office.runtime())
    office.tango.handle = healed
    track_campaign(office.runtime())
    assert go(office, path).exit_code is ExitCode.DONE
    assert (orders(office)[:2], sum(orders(office))) == ([1, 1], 9)


def test_next_steps_name_the_report_that_their_command_names(office):
    result = go(office, office.file(ANA, "9,EMAIL,Di,Dahl,di@@example.com,,U561593,7"))
    (step,) = (
        str(step) for step in next_steps(result.books, Path("reports/q4/failures (2).xlsx")) if "Correct" in str(step)
    )
    assert step.startswith("Correct 1 row in failures (2).xlsx ")
    assert "run 'reports/q4/failures (2).xlsx'" in step


def test_next_steps_repeat_the_options_of_the_run(office):
    path = office.file(*GOOD)
    runtime = office.runtime()
    asked = {"FILE": "camp/q4.csv", "--config": "camp/my campaign.toml", "--state": "/srv/state"}
    runtime = replace(runtime, options=asked)
    result = run_file(
        ReadOptions(path, hidden=HiddenRows.INCLUDE), runtime, canary=1, max_failure_rate=0.05, patience=0
    )
    steps = [str(step) for step in next_steps(result.books)]
    config = "--config 'camp/my campaign.toml' --state /srv/state"
    assert any(step.endswith(
        f"campaign-runner run camp/q4.csv --hidden include --canary 1 --max-failure-rate 5% {config}"
    ) for step in steps)  # fmt: skip
    assert any(step.endswith(f"campaign-runner track q4 {config}") for step in steps)
    again = track_campaign(office.runtime()).books
    assert any("--canary 1" in str(step) for step in next_steps(again))


def test_the_next_step_after_a_failed_canary_can_be_followed(office):
    path = office.file(*BAD)
    result = go(office, path, canary=1)
    assert any(str(step).endswith("campaign-runner run q4.csv --no-canary") for step in next_steps(result.books))


def test_a_repaired_file_is_not_read_by_the_sheet_of_the_first(office):
    path = office.file(GOOD[0], GOOD[1].replace("ana11@", "ana11@@"))
    result = run_file(ReadOptions(path, hidden=HiddenRows.INCLUDE), office.runtime(), patience=0)
    (step,) = [str(step) for step in next_steps(result.books) if "failures.xlsx" in str(step)]
    assert "--hidden" not in step
