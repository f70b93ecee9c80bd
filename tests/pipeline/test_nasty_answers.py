"""No answer of Tango ends in a fault of the program, least of all for ever: what cannot be read is a finding."""

from __future__ import annotations

import json

import pytest

from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import ExitCode
from tests.pipeline.people import ANA, BEN

pytestmark = pytest.mark.usefixtures("every_report")

MANY = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,25" for n in range(12)]


def answering(office, method, edit):
    """Let `edit` change the JSON text of every answer to requests of this method."""
    handle = office.tango.handle

    def handled(request):
        answer = handle(request)
        if request.method == method and isinstance(answer.content, dict) and answer.status < 300:
            answer.content = edit(json.dumps(answer.content)).encode()
        return answer

    office.tango.handle = handled
    return handle


def kinds(result):
    return [finding.kind for finding in result.books.findings if not finding.explained]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "extra",
    ['"x": 1e-99999999999999999999,', '"orderErrors": [{"errorMessage": "bad \\ud83d name"}],', '"y": [[[[[]]]]],'],
)
def test_surrogates_and_exponents_do_no_harm(office, method, extra):
    path = office.file(ANA, BEN)
    handle = answering(office, method, lambda text: "{" + extra + text[1:])
    assert office.run(path).exit_code in (ExitCode.DONE, ExitCode.NOT_FINISHED)
    office.tango.handle = handle
    office.clock.turn(seconds=100)
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_a_reason_with_half_an_emoji_is_kept(office):
    row = "4,EMAIL,Dee,Fox,sim-fails@example.com,,U561593,30"
    answering(office, "GET", lambda text: text.replace("The test value", "bad \\ud83d"))
    assert office.run(office.file(ANA, row)).exit_code is ExitCode.NEEDS_ACTION
    assert office.report()[1]["Reason"].startswith("bad ?")


@pytest.mark.parametrize("huge", ["99999999999999", "1e300", '"1e-99999999999999999999"', "true", "[]", "9" * 400])
def test_charges_that_nobody_can_read_or_add_up_are_a_finding(office, huge):
    answering(office, "GET", lambda text: text.replace('"total": 25.0', f'"total": {huge}'))
    result = office.run(office.file(*MANY))
    assert result.exit_code is ExitCode.NEEDS_ACTION
    assert "unreadable charge" in kinds(result)
    assert result.books.rows["completed"] == 12


def test_long_values_fit_the_ledger(office):
    long = "R" * 5000
    answering(office, "GET", lambda text: text.replace('"DELIVERED"', f'"{long}"').replace("LI-", f"{long}LI-"))
    assert office.run(office.file(ANA)).exit_code is ExitCode.DONE
    (line,) = office.report("finance.csv")
    lengths = {name.lower(): len(cell) for name, cell in line.items()}
    assert (lengths["referencelineitemid"], lengths["delivery status"]) == (100, 40)


def test_recover_with_a_long_campaign_name_and_a_strange_time(office):
    import shutil

    from campaign_runner.app.recover import recover_ledger
    from campaign_runner.app.steps.draft import ReadOptions

    office.values["campaign"]["name"] = "N" * 1024
    path = office.file(ANA)
    office.run(path)
    shutil.rmtree(office.folder / "state")
    answering(office, "GET", lambda text: text.replace('"createdAt": "2026', '"createdAt": "the year 2026'))
    recover_ledger(ReadOptions(path), office.runtime())
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 1


@pytest.mark.parametrize("header", ["Fri, 27 Nov 2026 12:00:00 +9999999999999999", "9" * 500, "never"])
def test_a_retry_after_that_says_nothing_does_no_harm(office, header):
    handle = office.tango.handle

    def handled(request):
        answer = handle(request)
        answer.headers["Retry-After"] = header
        return answer

    office.tango.handle = handled
    assert office.run(office.file(ANA)).exit_code is ExitCode.DONE


def test_a_retry_after_of_a_day_holds_for_everybody_and_for_the_next_run(office):
    office.values["tango"]["requests_per_second"] = 1
    path = office.file(*MANY)
    office.tango.set_faults([{"kind": "429-wait", "call": "place", "seconds": 86_400, "times": 999}])
    before = office.clock.monotonic()
    assert office.run(path, batch_size=1).exit_code is ExitCode.NOT_FINISHED
    assert sum(seen.method == "POST" for seen in office.tango.requests) == 1
    assert office.clock.monotonic() - before < 3600
    asked = len(office.tango.requests)
    office.clock.turn(hours=20)
    office.run(path, batch_size=1)
    office.clock.turn(hours=-10)
    office.run(path, batch_size=1)
    assert len(office.tango.requests) == asked
    office.tango.set_faults([])
    office.clock.turn(hours=15)
    assert office.run(path, batch_size=1).exit_code is ExitCode.DONE


def test_an_order_that_was_accepted_and_is_not_known_any_more_is_told(office):
    path = office.file(ANA)
    office.tango.set_faults([{"kind": "not-found", "call": "look_up", "times": 999}])
    result = office.run(path)
    assert (result.exit_code, kinds(result)) == (ExitCode.NOT_FINISHED, ["order not known"])
    assert "Nothing is sent again. Ask Tango about it" in result.books.findings[0].text
    assert len(office.sent()) == 1
    office.tango.set_faults([])
    office.clock.turn(minutes=5)  # a look that waits goes on waiting
    result = office.run(path)
    assert (result.exit_code, kinds(result)) == (ExitCode.DONE, [])


def test_an_order_that_tango_never_took_is_not_missed_when_it_is_refused(office):
    path = office.file("1,EMAIL,Ana,Silva,sim-422-unnamed@example.com,,U561593,25")
    office.tango.set_faults([{"kind": "500", "call": "place", "times": 9}])
    office.run(path, patience=50)
    office.tango.set_faults([])
    for _ in range(3):  # nothing is sent by looking
        office.clock.turn(seconds=90)
        track_campaign(office.runtime())
    result = office.run(path)
    assert (kinds(result), office.statuses()) == ([], {2: "failed"})


def test_an_order_that_leaves_again_after_90_days_is_told(office):
    path = office.file(ANA)
    office.tango.set_faults([{"kind": "500", "call": "place", "times": 999}])
    office.run(path, patience=0)
    office.tango.set_faults([])
    office.clock.turn(days=100)
    result = office.run(path)
    (told,) = [finding for finding in result.books.findings if finding.kind == "sent again late"]
    assert (told.explained, result.exit_code) == (True, ExitCode.DONE)


def test_a_wait_ends_in_time_though_the_clock_is_set_back_meanwhile(office):
    path = office.file("1,EMAIL,Ana,Silva,sim-pending@example.com,,U561593,25")
    before, sleep = office.clock.monotonic(), office.clock.sleep

    def set_back(seconds):
        sleep(seconds)
        if office.clock.slept[-3:] == [1.0] * 3:
            office.clock.turn(days=-1)

    office.clock.sleep = set_back
    office.run(path, patience=30)
    assert office.clock.monotonic() - before < 60


def test_what_is_due_absurdly_late_is_due(office):
    from sqlalchemy import update

    from campaign_runner.ledger import batches, open_ledger, schema

    office.run(office.file(ANA), patience=0)
    with open_ledger(office.folder / "state") as ledger:
        now = office.clock.now().timestamp()
        with ledger.write("a test") as connection:
            connection.execute(update(schema.batches).values(due_at=now + 30 * 86_400))
        assert len(batches.due(ledger, 1, now)) == 1
        assert batches.next_due(ledger, 1, now=now) == 0


def test_tango_shows_a_reissued_line_twice_and_the_row_stays_completed(office):
    path = office.file(ANA)

    def reissued(text):
        content = json.loads(text)
        for line in content.get("lineItems", [])[:1]:
            content["lineItems"].append({**line, "referenceLineItemId": "LI-0", "lineItemStatus": "RETURNED"})
        return json.dumps(content)

    answering(office, "GET", reissued)
    for result in (office.run(path), track_campaign(office.runtime()), track_campaign(office.runtime())):
        assert (result.exit_code, result.books.rows["completed"]) == (ExitCode.DONE, 1)


@pytest.mark.parametrize("preflight", ["auto", "off"])
@pytest.mark.parametrize(
    ("base_url", "why"),
    [
        ("https://tango.invalid", "cannot be found (DNS)"),
        ("http://127.0.0.1:9/raas/v2", "the connection was refused"),
    ],
)
def test_where_nothing_can_be_reached_the_run_gives_up_soon_and_says_why(office, base_url, why, preflight):
    path, office.base_url = office.file(ANA, BEN), base_url
    office.values["preflight"] = {"catalogue": preflight, "funds": preflight}
    before = office.clock.monotonic()
    result = office.run(path)
    assert (result.exit_code, set(office.statuses().values())) == (ExitCode.STOPPED, {"unsent"})
    assert why in result.books.stopped
    assert office.clock.monotonic() - before < 15


def test_an_order_whose_answer_was_lost_is_settled_by_short_runs_after_the_clock_was_set_back(office):
    path = office.file(ANA)
    office.tango.set_faults([{"kind": "cut", "call": "place", "times": 3}])
    office.run(path, patience=0, max_tries=1)
    office.tango.set_faults([])
    office.clock.turn(days=-1)
    for _ in range(3):
        office.run(path, patience=0, max_tries=1)
        office.clock.turn(seconds=130)
    assert office.statuses() != {2: "unknown"}
    assert len(office.sent()) == 1
