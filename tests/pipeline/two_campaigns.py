"""An office that runs two campaigns at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions

HEADERS = ["First name", "E-mail", "Amount"]


@pytest.fixture
def two(office):
    """An office that runs the campaigns `a` and `b`; `two.campaign` says which one is meant."""
    office.values["defaults"] = {"deliveryMethod": "EMAIL", "utid": "U561593"}
    office.values["tango"]["batch_size"] = 1

    def run(campaign: str, *rows: str, **options):
        path = office.file(*rows, headers=HEADERS, name=f"{campaign}.csv")
        return run_file(ReadOptions(path), runtime(campaign), **options)

    def runtime(campaign: str, **identity):
        known = office.runtime()
        section = known.settings.campaign.model_copy(update={"id": campaign})
        changed = {"campaign": section, "identity": known.settings.identity.model_copy(update=identity)}
        return replace(known, settings=known.settings.model_copy(update=changed))

    office.run_campaign, office.world_of = run, runtime
    return office
