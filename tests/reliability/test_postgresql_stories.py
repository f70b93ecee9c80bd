"""The stories of the pipeline end the same with a ledger on PostgreSQL, and its audit log is whole after each."""

from __future__ import annotations

from dataclasses import replace
from inspect import getsource, signature

import pytest
from sqlalchemy import create_engine, text

from campaign_runner import simulator
from campaign_runner.app import audit
from campaign_runner.app.audit import verify_log
from campaign_runner.app.purge import purge_campaign, purge_recipient
from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.runtime import Runtime
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.model.errors import ExitCode
from tests.pipeline import (
    test_corrections,
    test_edited_rows,
    test_nasty_answers,
    test_releases,
    test_repaired,
    test_retry,
    test_shorter_answers,
    test_two_campaigns,
)
from tests.pipeline.conftest import Office
from tests.pipeline.people import ANA, BEN
from tests.pipeline.two_campaigns import two

__all__ = ["two"]


MODULES = (test_edited_rows, test_releases, test_two_campaigns, test_retry, test_shorter_answers, test_corrections,
           test_repaired, test_nasty_answers)  # fmt: skip
# There the pace goes by the database's clock, which no test turns.
BY_THE_CLOCK = "test_a_retry_after_of_a_day_holds_for_everybody_and_for_the_next_run"
STORIES = [
    pytest.param(story, id=name.removeprefix("test_"))
    for module in MODULES
    for name, story in vars(module).items()
    if name.startswith("test_")
    and name != BY_THE_CLOCK
    and set(signature(story).parameters) <= {"office", "two"}
    and not any(word in getsource(story) for word in ("sqlite", '"state"'))
]


class SharedOffice(Office):
    """An office whose ledger is on PostgreSQL."""

    url = ""

    def runtime(self, **tango) -> Runtime:
        return replace(super().runtime(**tango), ledger_url=self.url)

    def verdict(self) -> audit.LogCheck:
        return verify_log(self.folder / "state", self.url)


@pytest.fixture
def office(tmp_path, server):
    made = SharedOffice(tmp_path)
    made.only = None  # some stories look at more of the reports than others
    made.url = server.database().replace("postgresql:", "postgresql+psycopg:")
    with simulator.serve(made.tango) as made.base_url:
        yield made
    verdict = made.verdict()
    assert verdict.whole, verdict


@pytest.mark.parametrize("story", STORIES)
def test_a_story_ends_as_with_a_ledger_in_a_file(story, request):
    story(**{name: request.getfixturevalue(name) for name in signature(story).parameters})


def test_one_recipient_is_erased(office):
    office.run(office.file(ANA, BEN))
    before = office.summary()
    erased = purge_recipient(office.runtime(), "ana@example.com")
    assert (erased.files, erased.orders, erased.lines) == (1, 1, 1)
    assert purge_recipient(office.runtime(), "ana@example.com", dry_run=True).orders == 0
    report_campaign(office.runtime())
    assert office.summary()["amounts"] == before["amounts"]
    assert purge_campaign(office.runtime(), "q4").orders == 1


def test_a_campaign_with_a_name_longer_than_a_column_is_recovered(office, server):
    office.values["campaign"] = {"id": "q4", "name": "Quarterly recognition " * 12}
    path = office.file(ANA, BEN)
    office.run(path)
    office.url = server.database().replace("postgresql:", "postgresql+psycopg:")
    recover_ledger(ReadOptions(path), office.runtime())
    assert office.run(path).exit_code is ExitCode.DONE
    assert len(office.sent()) == 2


@pytest.mark.parametrize(("change", "named"), [
    ("UPDATE line_items SET charged = '1' WHERE id = 1", "Tango's answers about its lines"),
    ("DELETE FROM attempts WHERE id = 2", "requests"),
    ("DELETE FROM upload_parts", "the stored copy is not the file that was uploaded"),
    ("INSERT INTO approvals VALUES (9, 1, 'x', 'approved', 'y', '', 'z')", "is not in the audit log"),
])  # fmt: skip
def test_what_is_changed_by_hand_is_found(tmp_path, server, change, named):
    office = SharedOffice(tmp_path)
    office.url = server.database().replace("postgresql:", "postgresql+psycopg:")
    with simulator.serve(office.tango) as office.base_url:
        office.run(office.file(ANA, BEN))
    with create_engine(office.url).begin() as connection:
        connection.execute(text(change))
    assert any(named in difference for difference in office.verdict().differences)
