"""Which campaigns need somebody first?  By what a role can do about a state: one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from campaign_runner.model.campaign_state import CampaignState as S
from campaign_runner.model.roles import Role

REFUSED, FAILED = "refused", "failed"
# What waits for anyone who has a role, the most urgent first: states, a wish that was refused, rows that failed.
WAITS_FOR: Mapping[Role, tuple[str, ...]] = {
    Role.SUBMITTER: (REFUSED, S.NEEDS_CORRECTION, S.HALTED, S.APPROVED, S.READY, FAILED),
    Role.APPROVER: (S.AWAITING_APPROVAL,),
    Role.FINANCE: (S.HALTED, FAILED),
    Role.AUDITOR: (),
    Role.ADMINISTRATOR: (REFUSED, S.HALTED),
}
# Everything else, from what moves to what is done.
_THEN: tuple[str, ...] = (
    REFUSED, S.AWAITING_APPROVAL, S.APPROVED, S.HALTED, S.NEEDS_CORRECTION, S.READY, S.CHECKING, S.SENDING, S.SCHEDULED,
    S.FOLLOWING, S.DRAFT, FAILED, S.FINISHED,
)  # fmt: skip


def attention(view: Mapping[str, Any], roles: Iterable[Role], email: str) -> tuple[bool, int]:
    """Where a campaign belongs in somebody's list: whether it waits for them (then False, to come first), and its place."""
    what = _what(view)
    mine = email in view["submitters"]
    # Anyone who had a part in a plan cannot approve it.
    places = [WAITS_FOR[role].index(what) for role in roles
              if what in WAITS_FOR[role] and (role is not Role.APPROVER or not mine)]  # fmt: skip
    return (False, min(places)) if places else (True, _THEN.index(what))


def _what(view: Mapping[str, Any]) -> str:
    if view["refused"]:
        return REFUSED
    done = view["state"] == S.FINISHED
    return FAILED if done and view["rows"].get("failed") else str(view["state"])
