"""How does a campaign stand, in one word?  Derived from what the ledger has, never stored beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
