"""How does a campaign stand, in one word?  Derived from what the ledger has, never stored beside it. And which
campaigns need somebody first?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from campaign_runner.model.roles import Role


class CampaignState(StrEnum):
    """The words of the API and the pages, in the order in which a campaign usually has them."""

    DRAFT = "draft"
    CHECKING = "checking"
    NEEDS_CORRECTION = "needs_correction"
    READY = "ready"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    HALTED = "halted"
    FOLLOWING = "following"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What the state is derived from. `check` is the newest submission's: "" while it is not checked, else checked or
    unusable, with its `errors` and, where a plan was asked for, its `approval` (not needed, open, approved, rejected);
    `wanted`: its plan is to be sent; `driven`: a worker is not done with it, its reports for one;
    `rows` by status are those of the newest file that was written down."""

    submitted: bool = False
    check: str = ""
    errors: int = 0
    refused: bool = False
    asked: bool = False
    approval: str = "not needed"
    wanted: bool = False
    planned: bool = False
    scheduled: bool = False
    halted: bool = False
    driven: bool = False
    rows: Mapping[str, int] = field(default_factory=dict)


def state_of(facts: CampaignFacts) -> CampaignState:
    """The state of a campaign: what was sent comes first, then what is wanted, then what was found."""
    if facts.planned:
        return _sent(facts)
    if not facts.submitted:
        return CampaignState.DRAFT
    if not facts.check:
        return CampaignState.CHECKING
    if facts.wanted:
        return _wanted(facts)
    if facts.check == "unusable" or facts.refused:
        return CampaignState.NEEDS_CORRECTION
    if facts.approval == "approved":
        return CampaignState.APPROVED
    if facts.approval == "rejected":
        return CampaignState.NEEDS_CORRECTION
    if facts.approval == "open" and facts.asked:  # without the rows that are wrong, as anyone who asked has seen
        return CampaignState.AWAITING_APPROVAL
    return CampaignState.NEEDS_CORRECTION if facts.errors else CampaignState.READY


def _wanted(facts: CampaignFacts) -> CampaignState:
    if facts.halted:
        return CampaignState.HALTED
    return CampaignState.SCHEDULED if facts.scheduled else CampaignState.SENDING


def _sent(facts: CampaignFacts) -> CampaignState:
    if facts.rows.get("unsent"):
        return _wanted(facts)
    if facts.rows.get("pending") or facts.rows.get("unknown") or facts.driven:
        return CampaignState.FOLLOWING
    return CampaignState.FINISHED


REFUSED, FAILED = "refused", "failed"
# What waits for anyone who has a role, the most urgent first: states, a wish that was refused, rows that failed.
WAITS_FOR: Mapping[Role, tuple[str, ...]] = {
    Role.SUBMITTER: (
        REFUSED,
        CampaignState.NEEDS_CORRECTION,
        CampaignState.HALTED,
        CampaignState.APPROVED,
        CampaignState.READY,
        FAILED,
    ),
    Role.APPROVER: (CampaignState.AWAITING_APPROVAL,),
    Role.FINANCE: (CampaignState.HALTED, FAILED),
    Role.AUDITOR: (),
    Role.ADMINISTRATOR: (REFUSED, CampaignState.HALTED),
}
# Everything else, from what moves to what is done.
_THEN: tuple[str, ...] = (
    REFUSED, CampaignState.AWAITING_APPROVAL, CampaignState.APPROVED, CampaignState.HALTED,
    CampaignState.NEEDS_CORRECTION, CampaignState.READY, CampaignState.CHECKING, CampaignState.SENDING,
    CampaignState.SCHEDULED, CampaignState.FOLLOWING, CampaignState.DRAFT, FAILED, CampaignState.FINISHED,
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
    done = view["state"] == CampaignState.FINISHED
    return FAILED if done and view["rows"].get("failed") else str(view["state"])
