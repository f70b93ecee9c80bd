"""Does a plan need an approval, and does the one that it has count?  Pure judgements of [approval]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from campaign_runner.model.actor import SIGNED_IN, Actor
from campaign_runner.model.wording import cash


class ApprovalRules(Protocol):
    """What of [approval] is judged by."""

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who may approve; empty: anybody."""
        ...

    @property
    def not_by_submitter(self) -> bool:
        """Whether anyone who submits may not approve."""
        ...

    @property
    def identity(self) -> str:
        """signed-in: only users of the server approve; declared: people of the command line, too."""
        ...

    @property
    def shared_account(self) -> bool:
        """Whether several people share one account of the machine."""
        ...


def why_needed(
    new: Mapping[str, Decimal],
    known: Mapping[str, Decimal],
    above: Mapping[str, Decimal],
    lately: Mapping[str, Decimal],
) -> str:
    """Why a plan needs an approval; "" where it does not. The file as a whole counts, what it sends (`new`) and what was
    sent of it before (`known`), with what the campaign sent within a day besides (`lately`): totals per currency."""
    if not new:
        return ""
    file = _added(new, known)
    whole = _added(file, lately)
    over = {currency: most for currency, most in above.items() if whole.get(currency, Decimal(0)) > most}
    return "; ".join(
        f"{_comes_to(currency, file, lately)}, and [approval] required_above is {cash(most, currency)}"
        for currency, most in over.items()
    )


def _comes_to(currency: str, file: Mapping[str, Decimal], lately: Mapping[str, Decimal]) -> str:
    mine, before = file.get(currency, Decimal(0)), lately.get(currency, Decimal(0))
    if not before:
        return f"the file sends {cash(mine, currency)}"
    together = f"{cash(mine + before, currency)} together"
    return (
        f"the file sends {cash(mine, currency)}, this campaign sent {cash(before, currency)} within a day, {together}"
    )


def _added(one: Mapping[str, Decimal], two: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: one.get(name, Decimal(0)) + two.get(name, Decimal(0)) for name in sorted({*one, *two})}


def objection(
    name: str,
    actor: Actor | None,
    rules: ApprovalRules,
    submitters: Iterable[str],
    accounts: Iterable[Actor | None],
    participants: Sequence[Actor] = (),
) -> str:
    """Why the yes of `name`, given under the account `actor`, does not count; "" where it does. `participants` are those
    who uploaded or corrected the file, decided about its rows or accepted a warning: of users who sign in, none of them
    ever approves."""
    if rules.approvers and not any(name.casefold() == each.strip().casefold() for each in rules.approvers):
        return f"{name} is not one of [approval] approvers ({', '.join(rules.approvers)})"
    accounts, signed_in = [*accounts, *participants], actor is not None and actor.kind in SIGNED_IN
    own = actor is not None and any(actor.is_same_user(each) for each in accounts)
    if not signed_in and rules.identity == "signed-in":
        return f"{name} did not sign in; only users of the server approve ([approval] identity)"
    if signed_in and own:
        return (
            f"{name} uploaded or corrected the file, decided about held rows or accepted a warning; a second person must "
            "approve it"
        )
    if not (signed_in or rules.not_by_submitter):
        return ""
    if any(_same_person(name, each) for each in (*submitters, *(each.user for each in participants))):
        return f"{name} submitted the file; a second person must approve it ([approval] not_by_submitter)"
    if own and actor and not rules.shared_account:
        return (
            f"{name} approves from the account {actor.user}, under which the file was submitted; a second person approves "
            "from an account of their own ([approval] not_by_submitter)"
        )
    return ""


def _same_person(one: str, two: str) -> bool:
    """`ana` is `ana@example.com`: a user of this machine may be named in either way."""
    first, second = one.strip().casefold(), two.strip().casefold()
    alike = first == second or ("@" in first) != ("@" in second)
    return alike and first.partition("@")[0] == second.partition("@")[0]
