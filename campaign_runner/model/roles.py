"""Who may do what?  The table of roles; which of it concerns one's own campaigns only.

A permission is what a route, a button or a call needs. Several roles give the sum of what each gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    SUBMITTER = "submitter"
    APPROVER = "approver"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What somebody wants to do, in the words of a refusal."""

    SEE = "see campaigns"
    SEE_CONTACTS = "see recipients' names and contact data"
    SUBMIT = "upload, correct, release, plan and send"
    APPROVE = "approve or reject plans"
    HALT = "halt a campaign"
    RESUME = "resume, withdraw or schedule a campaign"
    REPORTS = "see reports, statements and the journal"
    AUDIT = "see the audit log"
    ADMINISTER = "manage users, tokens and settings"


class Scope(StrEnum):
    """Of which campaigns: those that one made, submitted to or was given a share in, or all."""

    OWN = "own"
    ALL = "all"


_P, _OWN, _ALL = Permission, Scope.OWN, Scope.ALL
ROLES: Mapping[Role, Mapping[Permission, Scope]] = {
    Role.SUBMITTER: {
        _P.SEE: _OWN, _P.SEE_CONTACTS: _OWN, _P.SUBMIT: _OWN, _P.HALT: _OWN, _P.RESUME: _OWN, _P.REPORTS: _OWN,
    },
    Role.APPROVER: {_P.SEE: _ALL, _P.SEE_CONTACTS: _ALL, _P.APPROVE: _ALL, _P.HALT: _ALL, _P.REPORTS: _ALL},
    Role.FINANCE: {_P.SEE: _ALL, _P.HALT: _ALL, _P.REPORTS: _ALL, _P.AUDIT: _ALL},
    Role.AUDITOR: {_P.SEE: _ALL, _P.REPORTS: _ALL, _P.AUDIT: _ALL},
    Role.ADMINISTRATOR: {_P.SEE: _ALL, _P.HALT: _ALL, _P.AUDIT: _ALL, _P.ADMINISTER: _ALL},
}  # fmt: skip


def scope(roles: Iterable[Role], permission: Permission) -> Scope | None:
    """Of which campaigns these roles give a permission; None: of none."""
    scopes = {ROLES[role].get(permission) for role in roles}
    return Scope.ALL if Scope.ALL in scopes else Scope.OWN if Scope.OWN in scopes else None


def who_may(permission: Permission) -> str:
    """The roles that give a permission, as a refusal names them."""
    return " or ".join(role for role, gives in ROLES.items() if permission in gives)
