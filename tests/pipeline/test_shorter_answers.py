"""An answer of Tango that has less than an earlier one: unknown and a finding, never failed; healed when it is shown."""

from __future__ import annotations

import pytest

from campaign_runner.app.retry import retry_failed
from campaign_runner.app.track import track_campaign
from campaign_runner.model.errors import ExitCode

FOUR = [f"{n},EMAIL,P{n},Roe,p{n}@example.com,,U561593,2{n}" for n in range(4)]
REFUSED = FOUR[3].replace("p3@", "sim-refused@")


class Editing:
    """Changes what the stand-in answers to look-ups: `lines(n)` shows and counts the first n alone, None all."""

    def __init__(self, tango):
        self.most, self.word, self.counts, self._handle = None, "", True, tango.handle
        tango.handle = self.handle

    def handle(self, request):
        answer = self._handle(request)
        if request.method == "GET" and isinstance(answer.content, dict) and "lineItems" in answer.content:
            if self.most is not None:
                del answer.content["lineItems"][self.most :]
                answer.content["totalLineItems"] = self.most if self.counts else answer.content["totalLineItems"]
            answer.content["orderStatus"] = self.word or answer.content["orderStatus"]
        return answer


@pytest.fixture
def edit(office):
    return Editing(office.tango)


def kinds(result):
    return [finding.kind for finding in result.books.findings if not finding.explained]


def test_a_list_that_lags_behind_an_accepted_order_makes_no_line_failed(office, edit):
    path, edit.most = office.file(*FOUR), 3
    result = office.run(path)
    assert (result.exit_code, result.books.rows["unknown"], result.books.rows["failed"]) == (5, 1, 0)
    assert not result.books.ties_out
    assert "fewer lines" in kinds(result)
    retry_failed(office.runtime())
    assert len(office.sent()) == 4


def test_it_heals_when_a_later_answer_shows_the_line(office, edit):
    path, edit.most = office.file(*FOUR), 3
    office.run(path)
    edit.most = None
    result = office.run(path)
    assert (result.exit_code, kinds(result)) == (ExitCode.DONE, [])
    assert len(office.sent()) == 4


def test_a_list_that_catches_up_within_a_minute_is_waited_for(office, edit):
    handle, looks = edit.handle, []

    def lagging(request):
        looks.append(request.method == "GET")
        edit.most = 3 if sum(looks) < 5 else None
        return handle(request)

    office.tango.handle = lagging
    assert office.run(office.file(*FOUR)).exit_code is ExitCode.DONE


@pytest.mark.parametrize("word", ["FAILED", "CANCELLED"])
def test_an_accepted_order_that_ends_badly_and_shows_nothing_leaves_its_lines_unknown(office, edit, word):
    edit.most, edit.word = 0, word
    assert office.run(office.file(*FOUR)).books.rows["unknown"] == 4


@pytest.mark.parametrize(
    ("word", "status"), [("FAILED", "failed"), ("CANCELLED", "cancelled"), ("COMPLETE", "unknown")]
)
def test_an_order_of_which_no_answer_ever_spoke_says_by_its_own_word_what_became_of_its_lines(
    office, edit, word, status
):
    edit.most, edit.word, edit.counts = 0, word, False
    office.tango.set_faults([{"kind": "409-exists", "call": "place"}])
    assert office.run(office.file(*FOUR)).books.rows[status] == 4


def test_only_where_the_answer_was_lost_a_line_that_is_not_there_was_refused(office):
    office.tango.set_faults([{"kind": "409-exists", "call": "place"}])
    result = office.run(office.file(*FOUR[:3], REFUSED))
    assert (result.books.rows["completed"], result.books.rows["failed"]) == (3, 1)
    assert "was refused when the order was placed" in office.report()[3]["Reason"]


def test_a_line_that_was_shown_once_is_not_taken_for_refused_though_the_answer_was_lost(office, edit):
    office.tango.set_faults([{"kind": "409-exists", "call": "place"}])
    shown: list[str] = []
    handle = edit.handle

    def once(request):
        edit.most = 3 if shown else None
        answer = handle(request)
        shown.extend(answer.content.get("lineItems", ()))
        return answer

    office.tango.handle = once
    result = office.run(office.file(*FOUR))
    assert (result.books.rows["unknown"], result.books.rows["failed"]) == (1, 0)


def test_a_completed_line_stays_completed_and_is_told_when_tango_shows_less(office, edit):
    path = office.file(*FOUR)
    office.run(path)
    edit.most = 3
    result = track_campaign(office.runtime())
    assert (result.books.rows["completed"], kinds(result)) == (4, ["fewer lines"])
    assert result.exit_code is ExitCode.NEEDS_ACTION
    edit.most = None
    assert track_campaign(office.runtime()).exit_code is ExitCode.DONE


def test_a_smaller_total_is_told_even_where_every_line_is_shown(office, edit):
    path = office.file(*FOUR)
    office.run(path)
    handle = office.tango.handle

    def counted(request):
        answer = handle(request)
        if request.method == "GET" and "lineItems" in answer.content:
            answer.content["totalLineItems"] = 2
        return answer

    office.tango.handle = counted
    assert kinds(track_campaign(office.runtime())) == ["fewer lines"]


def test_a_line_that_was_refused_by_name_is_not_missed(office):
    result = office.run(office.file(*FOUR[:3], REFUSED))
    assert (result.books.rows["failed"], kinds(result)) == (1, [])
