"""What is told, to whom, and how is it told only once?  One table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Addressee(StrEnum):
    """Who can be told. NOTIFY_SUBMITTER, NOTIFY_APPROVERS, … hold their addresses."""

    SUBMITTER = "submitter"
    APPROVERS = "approvers"
    FINANCE = "finance"
    OPERATORS = "operators"


class MessageKind(NamedTuple):
    """`events`: what of the log it is made of (none: it is found by looking); `to`: who is told, unless [notify] to says
    otherwise (nobody: webhooks alone); `once`: what makes two of them the same."""

    events: tuple[str, ...]
    to: tuple[Addressee, ...]
    once: str = "{kind} {event}"


_A = Addressee
KINDS: Mapping[str, MessageKind] = {
    "approval_needed": MessageKind(
        ("approval asked", "approval needed"), (_A.APPROVERS,), "{kind} {campaign_key} {plan:.40}"
    ),
    "plan_rejected": MessageKind(("plan rejected",), (_A.SUBMITTER,)),
    "finished": MessageKind(("campaign finished",), (_A.SUBMITTER, _A.FINANCE)),
    "correction_needed": MessageKind(("rows need correction",), (_A.SUBMITTER,)),
    "halted": MessageKind(("campaign halted", "sending stopped"), (_A.SUBMITTER, _A.OPERATORS)),
    "funds_short": MessageKind(("funds short",), (_A.FINANCE,)),
    "service_failing": MessageKind((), (_A.OPERATORS,), "{kind} {subject} {day}"),
    "digest": MessageKind((), (_A.FINANCE, _A.OPERATORS), "{kind} {day}"),
    "rows_failed": MessageKind(("batch moved", "answers written"), (), "{kind} {order_key} {rows}"),
}  # fmt: skip
BY_EVENT: Mapping[str, str] = {event: name for name, kind in KINDS.items() for event in kind.events}


def audiences(kind: str, wanted: Mapping[str, tuple[str, ...]]) -> tuple[Addressee, ...]:
    """Who is told, as the settings or the table have it."""
    return tuple(map(Addressee, wanted[kind])) if kind in wanted else KINDS[kind].to
