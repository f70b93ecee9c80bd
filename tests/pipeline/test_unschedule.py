"""A scheduled sending is cancelled from the command line: nothing leaves by itself, and the file can be sent after all."""

import pytest

from campaign_runner.app.audit import verify_log
from campaign_runner.app.run import run_file
from campaign_runner.app.schedule import schedule_campaign
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.unschedule import unschedule_campaign
from campaign_runner.ledger import open_ledger, sendings
from campaign_runner.model.errors import Conflict, ExitCode

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"
BEN = "2,EMAIL,Ben,Ng,ben@example.com,,U561593,10"


def wish(office):
    with open_ledger(office.folder / "state") as ledger, ledger.read() as connection:
        return sendings.sending(connection, 1)


def test_what_workers_were_to_send_is_taken_back_and_the_file_is_sent_after_all(office):
    path = office.file(ANA)
    run_file(ReadOptions(path), office.runtime(), detach=True)
    schedule_campaign(office.runtime(), "2999-01-15T09:00+01:00")
    assert "The planned orders were withdrawn" in unschedule_campaign(office.runtime())
    assert wish(office) is None
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 1
    assert verify_log(office.folder / "state").differences == ()


def test_of_a_plain_run_only_the_time_is_forgotten(office):
    path = office.file(ANA)
    office.run(office.file(BEN, name="ben.csv"))
    schedule_campaign(office.runtime(), "2999-01-15T09:00+01:00")
    assert office.run(path).exit_code is ExitCode.NOT_FINISHED
    assert "campaign-runner withdraw q4 --reason TEXT" in unschedule_campaign(office.runtime())
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


def test_without_a_schedule_there_is_nothing_to_cancel(office):
    office.run(office.file(ANA))
    with pytest.raises(Conflict, match="Nothing of this campaign is scheduled"):
        unschedule_campaign(office.runtime())
