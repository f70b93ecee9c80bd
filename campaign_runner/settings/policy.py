"""What may neither campaign.toml nor the environment relax?  The operator's policy file, which wins over both.

It is /etc/campaign-runner/policy.toml where there is one, else the file that CAMPAIGN_RUNNER_POLICY names. Anyone who runs
the program must not be able to write it. Of two limits the lower one counts; what the policy says of approval otherwise
stands in place of what the file says.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from campaign_runner.model.errors import SettingsError
from campaign_runner.settings.sections import Amount, ApprovalSection, LimitsSection, Totals
from campaign_runner.settings.sentences import sentence

if TYPE_CHECKING:
    from campaign_runner.settings import Settings

PLACE, VARIABLE = Path("/etc/campaign-runner/policy.toml"), "CAMPAIGN_RUNNER_POLICY"


class _PolicyPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyApproval(_PolicyPart):
    """As `[approval]`, but for who the submitter is."""

    required_above: Totals = Field(default_factory=dict)
    approvers: tuple[str, ...] = ()
    not_by_submitter: bool = True
    shared_account: bool = False
    identity: Literal["", "declared", "signed-in"] = ""

    def on(self, asked: ApprovalSection) -> ApprovalSection:
        """The section with this policy in force."""
        return asked.model_copy(update={
            "required_above": _lower(asked.required_above, self.required_above),
            "approvers": self.approvers or asked.approvers,
            "not_by_submitter": self.not_by_submitter, "shared_account": self.shared_account,
            "identity": self.identity or asked.identity,
        })  # fmt: skip


class PolicyLimits(_PolicyPart):
    """As `[limits]`, but for what belongs to a single file."""

    max_amount: Amount | None = None
    max_rows: int | None = Field(None, ge=1)
    max_total: Totals = Field(default_factory=dict)
    max_per_person_year: Totals = Field(default_factory=dict)

    def on(self, asked: LimitsSection) -> LimitsSection:
        """The section with this policy in force."""
        return asked.model_copy(update={
            "max_amount": _least(asked.max_amount, self.max_amount),
            "max_rows": _least(asked.max_rows, self.max_rows),
            "max_total": _lower(asked.max_total, self.max_total),
            "max_per_person_year": _lower(asked.max_per_person_year, self.max_per_person_year),
        })  # fmt: skip


class PolicyTango(_PolicyPart):
    """The hosts, besides Tango's own, that base_url and oauth_url may name."""

    hosts: tuple[str, ...] | None = None


class Policy(_PolicyPart):
    """The whole of policy.toml."""

    approval: PolicyApproval | None = None
    limits: PolicyLimits | None = None
    tango: PolicyTango = PolicyTango()

    def on(self, settings: Settings) -> Settings:
        """The settings with this policy in force."""
        update: dict[str, Any] = {}
        if self.approval:
            update["approval"] = self.approval.on(settings.approval)
        if self.limits:
            update["limits"] = self.limits.on(settings.limits)
        return settings.model_copy(update=update)


def place(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where the policy is; None without one. The environment cannot name another than the machine's own."""
    if PLACE.exists():
        return PLACE
    named = environ.get(VARIABLE, "").strip()
    return Path(named) if named else None


def load(environ: Mapping[str, str] = os.environ) -> Policy | None:
    """The policy that is in force; raises SettingsError where it cannot be relied on."""
    path = place(environ)
    if path is None:
        return None
    try:
        target = path.resolve(strict=True)
        if why := _changeable(target):
            raise SettingsError(
                f"{path}: this policy cannot be trusted: {why}. It must belong to an administrator and be writable by "
                "nobody else. Nothing was sent."
            )
        return Policy(**tomllib.loads(target.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"{path}: the policy cannot be read ({error}). Ask the administrator. Nothing was sent."
        ) from None
    except ValidationError as error:
        sentences = (sentence(str(path), dict(problem), Policy) for problem in error.errors())
        raise SettingsError("\n".join(sentences)) from None


def _changeable(path: Path) -> str:
    """Why the one who runs the program could change this file; "" where they could not."""
    for each in (path, *path.parents):
        what = "it" if each == path else f"the folder {each}"
        about = each.stat()
        kept = each != path and about.st_mode & stat.S_ISVTX  # of a folder like /tmp: only owners remove their files
        if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not kept:
            return f"{what} is writable by others than its owner"
        if os.geteuid() != 0 and (about.st_uid == os.geteuid() or (os.access(each, os.W_OK) and not kept)):
            return f"the account that runs this program can write {what}"
    return ""


def _least(one: Any, two: Any) -> Any:
    return min((each for each in (one, two) if each is not None), default=None)


def _lower(one: Mapping[str, Decimal], two: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Per currency the lower of two limits."""
    return {name: min(limits[name] for limits in (one, two) if name in limits) for name in sorted({*one, *two})}
