"""What was answered first to a request that names itself with a key?"""

from __future__ import annotations

from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import idempotency
from campaign_runner.ledger.idempotency import Answer as FirstAnswer
from campaign_runner.model.errors import Conflict

__all__ = ["FirstAnswer", "claim_key", "forget_key", "keep_answer"]


def claim_key(workspace: Workspace, user: int, key: str, digest: str) -> FirstAnswer | None:
    """The first answer; None where this request is the first. Raises Conflict for another body, or one under way."""
    with workspace.ledger().write("claim a key") as connection:
        first = idempotency.claim(connection, user, key, digest, workspace.clock.now().timestamp())
    if first is None:
        return None
    if first.digest != digest:
        raise Conflict("This Idempotency-Key was used with another request. Use a new key for a new request.")
    if not first.status:
        raise Conflict("A request with this Idempotency-Key is still under way. Ask again in a moment.")
    return first


def keep_answer(workspace: Workspace, user: int, key: str, answer: FirstAnswer) -> None:
    """Remember it."""
    with workspace.ledger().write("keep an answer") as connection:
        idempotency.keep(connection, user, key, answer)


def forget_key(workspace: Workspace, user: int, key: str) -> None:
    """Nothing came of the request."""
    with workspace.ledger().write("forget a key") as connection:
        idempotency.forget(connection, user, key)
