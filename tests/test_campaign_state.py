"""The state of a campaign follows from what the ledger has."""

from __future__ import annotations

import pytest

from campaign_runner.model.campaign_state import CampaignFacts, state_of

CHECKED = {"submitted": True, "check": "checked"}
SENT = {"submitted": True, "check": "checked", "planned": True}


@pytest.mark.parametrize(("facts", "state"), [
    ({}, "draft"),
    ({"submitted": True}, "checking"),
    ({"submitted": True, "check": "unusable"}, "needs_correction"),
    ({**CHECKED, "refused": True}, "needs_correction"),
    ({**CHECKED, "errors": 1}, "needs_correction"),
    (CHECKED, "ready"),
    ({**CHECKED, "approval": "open"}, "ready"),
    ({**CHECKED, "approval": "open", "asked": True}, "awaiting_approval"),
    ({**CHECKED, "approval": "open", "asked": True, "errors": 1}, "awaiting_approval"),
    ({**CHECKED, "approval": "approved", "errors": 1}, "approved"),
    ({**CHECKED, "approval": "rejected", "asked": True}, "needs_correction"),
    ({**CHECKED, "wanted": True, "errors": 1}, "sending"),
    ({**CHECKED, "wanted": True, "scheduled": True}, "scheduled"),
    ({**CHECKED, "wanted": True, "halted": True}, "halted"),
    ({**SENT, "rows": {"unsent": 1}}, "sending"),
    ({**SENT, "rows": {"unsent": 1}, "halted": True}, "halted"),
    ({**SENT, "rows": {"pending": 1}, "halted": True}, "following"),
    ({**SENT, "rows": {"completed": 1}, "driven": True}, "following"),
    ({**SENT, "rows": {"completed": 1, "rejected": 1}}, "finished"),
])  # fmt: skip
def test_a_campaign_is(facts, state):
    assert state_of(CampaignFacts(**facts)) == state
