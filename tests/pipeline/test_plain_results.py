"""What a verb of `app` gives can be written as JSON as it is: a page or an API needs no ledger to show it."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

import orjson
import pytest

from campaign_runner.app.all_campaigns import report_all_campaigns
from campaign_runner.app.approve import approve_plan, reject_plan
from campaign_runner.app.audit import verify_log
from campaign_runner.app.catalogue import find_rewards
from campaign_runner.app.check import check_file
from campaign_runner.app.doctor import diagnose
from campaign_runner.app.explain import explain_row
from campaign_runner.app.init import init_folder
from campaign_runner.app.plan import plan_file
from campaign_runner.app.purge import purge_data
from campaign_runner.app.reconcile import reconcile_campaign
from campaign_runner.app.recover import recover_ledger
from campaign_runner.app.release import RowsAsked, decide
from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.rules import rules_of_method
from campaign_runner.app.run import run_file
from campaign_runner.app.status import campaign_status
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.ledger.sent_lines import DROPPED
from campaign_runner.model.actor import Actor
from tests.pipeline.people import ANA, BAD, BEN, FAILS

pytestmark = pytest.mark.usefixtures("every_report")


def statement(office):
    path = office.folder / "orders.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("referenceLineItemID", "amountCharged", "currencyCode", "status"))
        writer.writerows((line["referenceLineItemID"], line["Amount charged"], "USD", line["Status"])
                         for line in office.report("finance.csv"))  # fmt: skip
    return path


def verbs(office):
    """One after the other: each finds what those before it left."""
    runtime, reading = office.runtime(), ReadOptions(office.file(ANA, BEN, BAD, FAILS, ANA))
    yield check_file(reading, runtime)
    yield plan_file(reading, runtime)
    yield reject_plan(runtime, plan_file(reading, runtime).plan, "finance@example.com", "later")
    yield approve_plan(
        replace(runtime, actor=Actor("finance", "vm")), plan_file(reading, runtime).plan, "finance@example.com"
    )
    yield run_file(reading, runtime)
    yield track_campaign(runtime)
    yield decide(runtime, RowsAsked(every=True), DROPPED, "once is enough")
    yield retry_failed(runtime)
    yield report_campaign(runtime)
    yield report_all_campaigns(runtime)
    yield reconcile_campaign(runtime, statement(office))
    yield campaign_status(office.folder / "state")
    yield explain_row(runtime, "5")
    yield diagnose(runtime)
    yield verify_log(office.folder / "state")
    yield recover_ledger(reading, runtime)
    yield find_rewards(runtime)
    yield rules_of_method("EMAIL")
    yield init_folder(office.folder / "new", now=datetime(2026, 11, 27, tzinfo=UTC))
    yield purge_data(runtime, 1, dry_run=True)


def unplain(value, place):
    """Where something is that is no value."""
    if is_dataclass(value):
        assert type(value).__hash__ is not None or place.endswith("tally"), f"{place} can be changed"
        for each in fields(value):
            yield from unplain(getattr(value, each.name), f"{place}.{each.name}")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from unplain(key, f"{place} key")
            yield from unplain(each, f"{place}[{key}]")
    elif isinstance(value, list | tuple):
        for each in value:
            yield from unplain(each, f"{place}[]")
    elif not isinstance(value, str | int | float | Decimal | Path | Enum | None):
        yield place, type(value)


def test_the_result_of_every_verb_is_plain_data(office):
    for number, result in enumerate(verbs(office)):
        every = result if isinstance(result, list) else [result]
        assert every
        assert all(is_dataclass(each) for each in every), (number, result)
        assert list(unplain(every, f"{number} {type(every[0]).__name__}")) == []
        written = orjson.dumps([asdict(each) for each in every], default=str, option=orjson.OPT_NON_STR_KEYS)
        assert len(orjson.loads(written)) == len(every)
