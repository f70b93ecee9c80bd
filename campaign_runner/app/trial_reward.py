"""Send me a test: one reward of the smallest amount of a plan, to whoever is signed in, where the administrator allows it.

A real order, in no books of the campaign: written down before it is sent, under a reference that is the same whenever
the same person asks for the same plan. So nobody gets two.
"""

from __future__ import annotations

import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from campaign_runner.app.accounts.viewer import Viewer
from campaign_runner.app.steps.connect_tango import connect_tango
from campaign_runner.app.views.plan_view import checked
from campaign_runner.app.workspace import Workspace
from campaign_runner.ledger import campaigns, jobs, pauses, trial_rewards
from campaign_runner.ledger.actors import this_account
from campaign_runner.ledger.trial_rewards import REFUSED, SENT, WANTED, TrialReward
from campaign_runner.model import Outcome
from campaign_runner.model.errors import Conflict, UsageError
from campaign_runner.model.money import from_units, text

# When an order is sent again, under the same reference, of which it is not known what came.
AGAIN = 30.0
_DONE = {Outcome.ACCEPTED: SENT, Outcome.REPLAYED: SENT, Outcome.REFUSED: REFUSED, Outcome.LINES_REFUSED: REFUSED,
         Outcome.STOP_FUNDS: REFUSED, Outcome.STOP_BUG: REFUSED, Outcome.STOP_FRAUD: REFUSED}  # fmt: skip


def want_test_reward(workspace: Workspace, campaign_key: int, viewer: Viewer, plan: str) -> dict[str, Any]:
    """Have a worker send it; asking again gives the first one. Raises UsageError where that is not allowed, Conflict."""
    if not workspace.settings.server.test_reward:
        raise UsageError(
            "Test rewards are not allowed here. An administrator can allow them: [server] test_reward = true."
        )
    order, reference = workspace.settings_of(campaign_key).order, _reference(workspace, campaign_key, viewer, plan)
    with workspace.ledger(viewer.actor).write("want a test reward", durable=True) as connection:
        campaigns.one_at_a_time(connection, campaign_key)
        _, check = checked(connection, campaign_key)
        if check.plan != plan:
            raise Conflict("This is not the newest plan: the file or a decision changed since. Look at it again.")
        if pauses.of(connection, campaign_key).halted_at:
            raise Conflict("The campaign is halted: nothing new is sent until it is resumed.")
        reward = check.result.get("trial")
        if not reward or order.endpoint == "orders":
            raise Conflict("This plan sends no reward by e-mail in an async order, so there is none to try.")
        if trial_rewards.find(connection, reference) is None:
            body = orjson.dumps({"reward": reward, "recipient": _recipient(viewer)})
            one = TrialReward(reference, campaign_key, plan, workspace.at(), WANTED, reward["units"], reward["currency"],
                              body=body)  # fmt: skip
            trial_rewards.want(connection, one)
            jobs.want(connection, jobs.TRIAL, reference, workspace.at())
    return test_reward_of(workspace, campaign_key, viewer, plan) or {}


def test_reward_of(workspace: Workspace, campaign_key: int, viewer: Viewer, plan: str) -> dict[str, Any] | None:
    """The one that a viewer had of a plan: state (wanted, sent, refused), amount, currency; None before they asked."""
    if not workspace.settings.server.test_reward:
        return None
    reference = _reference(workspace, campaign_key, viewer, plan)
    with workspace.ledger().read() as connection:
        request = trial_rewards.find(connection, reference)
    if request is None:
        return None
    return {"reference": reference, "state": request.state, "amount": text(from_units(request.units)),
            "currency": request.currency, "note": request.note, "at": request.at}  # fmt: skip


def send_test_reward(workspace: Workspace, reference: str) -> float | None:
    """Write its exact bytes down, then send them; again in a while where it is not known what came of it."""
    from campaign_runner.planning.trial_order import trial_order  # pandas: in a worker alone

    with workspace.ledger().read() as connection:
        reward = trial_rewards.find(connection, reference)
    if reward is None or reward.state in (SENT, REFUSED):
        return None
    ledger = workspace.ledger()
    with tempfile.TemporaryDirectory(prefix="campaign-runner-") as folder:
        runtime = workspace.runtime(reward.campaign, this_account(), Path(folder))
        if reward.state == WANTED:
            asked = orjson.loads(reward.body)
            body = trial_order(runtime.settings.order, reference, asked["reward"], asked["recipient"])
            with ledger.write("write a test reward down", durable=True) as connection:
                trial_rewards.write_down(connection, reference, body)
            reward = reward._replace(body=body)
        with connect_tango(runtime, ledger, reward.campaign) as client:
            receipt = client.place(reference, reward.body)
    state = _DONE.get(receipt.outcome)
    if state is None:
        return AGAIN
    with ledger.write("settle a test reward", durable=True) as connection:
        trial_rewards.settle(connection, reward, state, receipt.message if state == REFUSED else "", workspace.at())
    return None


def _reference(workspace: Workspace, campaign_key: int, viewer: Viewer, plan: str) -> str:
    """The same whenever somebody asks for the same plan. No line or order of a campaign has its form, so that whoever
    lists a campaign's orders passes it over."""
    order = workspace.settings_of(campaign_key).order
    who = [viewer.actor.host, viewer.email]
    named = ["trial", "1", order.customer, order.account, order.campaign_id, plan, *who]
    return f"{order.campaign_id}-trial-{sha256(orjson.dumps(named)).hexdigest()[:40]}"


def _recipient(viewer: Viewer) -> dict[str, str]:
    name = re.sub("[<>/]", " ", viewer.name or viewer.email.partition("@")[0]).split()
    return {"firstName": (name[0] if name else "Test")[:100], "lastName": (" ".join(name[1:]) or "Test")[:100],
            "email": viewer.email}  # fmt: skip
